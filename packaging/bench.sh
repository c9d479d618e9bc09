#!/bin/sh
# Measures our daemons beside the reference exporters, in one run, and the encoder and parser by themselves.
# Exits non-zero where a target is missed.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

need_rust

packaging/peers.sh

say "building"
packaging/release.sh --workspace --bins
cargo bench --quiet --locked -p metrics-registry
cargo bench --quiet --locked -p tests --bench side_by_side
