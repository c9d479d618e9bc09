#!/bin/sh
# Measures our daemons beside the reference exporters, in one run, and the encoder and parser by themselves.
# Exits non-zero where a target is missed.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

need_rust

# The reference is unpacked beside the build, not installed: its service would take port 9100.
peer=target/peers/usr/bin/prometheus-node-exporter
if [ ! -x "$peer" ]; then
    say "fetching Debian's prometheus-node-exporter"
    mkdir -p target/peers
    (cd target/peers && apt-get download -qq prometheus-node-exporter && dpkg -x prometheus-node-exporter_*.deb .)
fi

say "building"
packaging/release.sh --workspace --bins
cargo bench --quiet --locked -p metrics-registry
cargo bench --quiet --locked -p tests --bench side_by_side
