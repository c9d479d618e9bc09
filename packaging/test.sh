#!/bin/sh
# Installs what the tests need, checks format and lints, builds for this machine and for ARM, and runs all tests.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

need_rust
cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 ||
    die "rustfmt or clippy is missing. Install them with: rustup component add rustfmt clippy"

# The real peers: Prometheus and promtool, a browser, a shifted clock.
install_missing promtool prometheus chromium chromium chromedriver chromium-driver faketime faketime unshare util-linux \
    systemd-analyze systemd python3 python3 openssl openssl xz xz-utils setpriv util-linux qemu-arm-static qemu-user-static \
    nginx nginx-light curl curl /usr/sbin/dockerd docker.io
# The real databases. Tests start them on loopback with data directories of their own, and fetch once what Debian does
# not have: PostgreSQL's other major versions from npm, the exporters that ours stand beside from Debian unstable.
install_missing /usr/sbin/mariadbd mariadb-server /usr/sbin/pgbouncer pgbouncer npm npm \
    "$(find /usr/lib/postgresql -name initdb 2>/dev/null | grep -m 1 . || echo /usr/lib/postgresql/initdb)" postgresql
packaging/peers.sh

need_receiver

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
cargo build --workspace --bins --locked
# Images of cross are made for what is shipped; the compilers of the tests are Debian's.
BUILD_WITH="rustup debian" packaging/build.sh --profile emulated aarch64-unknown-linux-gnu armv7-unknown-linux-gnueabihf
cargo test --workspace --locked --exclude tests
# One after the other: they share servers, and MariaDB 10.11 was seen to crash when its users were changed while all of its
# tables were read. The tests of forwarding mostly wait, and have all of theirs to themselves.
cargo test --locked -p tests -- --test-threads=1 --skip forwarding::
cargo test --locked -p tests forwarding:: -- --test-threads=6
