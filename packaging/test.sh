#!/bin/sh
# Installs what the tests need, then checks format, lints and dependencies, and runs all tests.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

need_rust
cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 ||
    die "rustfmt or clippy is missing. Install them with: rustup component add rustfmt clippy"

# The real peers: Prometheus and promtool, a browser, a shifted clock.
install_missing promtool prometheus chromium chromium chromedriver chromium-driver faketime faketime unshare util-linux \
    python3 python3 openssl openssl xz xz-utils nginx nginx-light setpriv util-linux curl curl

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
cargo build --workspace --bins --locked
cargo test --workspace --locked
