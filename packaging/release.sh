#!/bin/sh
# Builds what is shipped: cargo build --release with what the release profile cannot say. Arguments go to cargo.
#
# Packed relocations take 250 kB off a binary. They want glibc 2.36 to run, which Debian 12 and Raspberry Pi OS bookworm
# have. A release aborts on a panic, so tables for unwinding are of no use: 280 kB. Sizes: x86-64, 2026-11.
set -eu

cd "$(dirname "$0")/.."
exec cargo build --release --locked --config "target.'cfg(all(target_os = \"linux\", target_env = \"gnu\"))'.rustflags = [
    '-Clink-arg=-Wl,-z,pack-relative-relocs', '-Clink-arg=-Wl,-T,$PWD/packaging/release.ld']" "$@"
