#!/bin/sh
# Builds for a 32-bit Pi what has a limit on its size there, as it is shipped. Exits non-zero where a binary is larger.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

target=armv7-unknown-linux-gnueabihf
packaging/build.sh -p kube-state-exporter "$target"

missed=0
# at_most BINARY BYTES
at_most() {
    bytes=$(wc -c <"target/$target/release/$1")
    say "$1, armv7: $bytes bytes, at most $2"
    [ "$bytes" -le "$2" ] || missed=1
}

at_most pi-kube-state-exporter 5000000
exit $missed
