#!/bin/sh
# Sourced by the other scripts: says how to get Rust where it is missing or too old, and installs a C compiler.

# Oldest Rust that builds this, as in Cargo.toml.
RUST_WANTED=1.95

# What is shipped. Each is built by itself: crates that several share would else get the features that any of them asks
# for; the exporter of MySQL has 3.10 MB alone and 3.79 MB beside that of Kubernetes.
SHIPPED="node-exporter mysql-exporter postgres-exporter nginx-exporter kube-state-exporter scraper setup"

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# As root where this is not root.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# install COMMAND-OR-FILE PACKAGE ...: installs Debian packages whose command or file is missing.
install_missing() {
    missing=
    while [ $# -gt 0 ]; do
        case $1 in
            /*) [ -e "$1" ] || missing="$missing $2" ;;
            *) command -v "$1" >/dev/null 2>&1 || missing="$missing $2" ;;
        esac
        shift 2
    done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null 2>&1 || die "missing:$missing. Install these with your system's package manager."
    say "installing$missing"
    as_root apt-get update -qq
    # The packages' own services are not wanted: tests start what they need on ports of their own.
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

need_rust() {
    # rustup installs here, and a shell that was open before does not know it.
    if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH="$HOME/.cargo/bin:$PATH"
    fi
    command -v cargo >/dev/null 2>&1 || die "Rust is missing. Install it with:
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c rustfmt,clippy
and run this again."
    have=$(cargo --version | cut -d' ' -f2)
    oldest=$(printf '%s\n%s\n' "$RUST_WANTED" "$have" | sort -V | head -n 1)
    [ "$oldest" = "$RUST_WANTED" ] || die "Rust $have is too old, $RUST_WANTED or newer is needed. Update it with:
  rustup update stable
and run this again."
    install_missing cc gcc /usr/include/stdio.h libc6-dev
}

# The receiver that counts what arrives reads snappy with cramjam, which Debian does not have.
need_receiver() {
    ! python3 -c 'import cramjam' 2>/dev/null && ! target/python/bin/python3 -c 'import cramjam' 2>/dev/null || return 0
    say "installing cramjam"
    # Debian has the module that makes environments in a package of its own.
    python3 -c 'import ensurepip' 2>/dev/null || install_missing /usr/share/doc/python3-venv python3-venv
    python3 -m venv target/python
    target/python/bin/pip install --quiet cramjam
}

# Flags of rustc for what is shipped, as the elements of a TOML array.
#
# Packed relocations take 250 kB off a binary. They want glibc 2.36 to run, which Debian 12 and Raspberry Pi OS bookworm
# have. A release aborts on a panic, so tables for unwinding are of no use: 280 kB. Functions that are the same, byte for
# byte, stand there once. Sizes: x86-64, 2026-11.
release_flags() {
    echo "'-Clink-arg=-Wl,--icf=all', '-Clink-arg=-Wl,-z,pack-relative-relocs', '-Clink-arg=-Wl,-T,$PWD/packaging/release.ld'"
}
