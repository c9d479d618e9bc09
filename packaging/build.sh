#!/bin/sh
# Builds every binary for other machines: packaging/build.sh [--profile NAME] [-p PACKAGE] TARGET...
#
#   aarch64-unknown-linux-gnu       Raspberry Pi 3 and newer with a 64-bit system
#   armv7-unknown-linux-gnueabihf   Raspberry Pi 2 and newer with a 32-bit system
#   arm-unknown-linux-gnueabihf     Raspberry Pi 1 and Zero
#   x86_64-unknown-linux-gnu        PCs
#   aarch64-unknown-linux-musl, armv7-unknown-linux-musleabihf    the same boards, whatever their libc is
#
# The first way that works here is taken and named: cross (cross.toml) where docker or podman runs, Rust's own standard
# library for the target with Debian's cross gcc, Debian's rustc. BUILD_WITH=cross|rustup|debian insists on one.
# The binaries are in target/TARGET/release, or in target/TARGET/NAME. STATIC=1 makes them need no libc, for images.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh
. packaging/targets.sh

profile=release
if [ "${1-}" = --profile ]; then
    profile=${2:?"--profile wants a name"}
    shift 2
fi
selections=--workspace
if [ "${1-}" = -p ]; then
    selections="--package=${2:?"-p wants a package"}"
    shift 2
elif [ "$profile" = release ]; then
    selections=$(printf -- '--package=%s ' $SHIPPED)
fi
[ $# -gt 0 ] || die "usage: packaging/build.sh [--profile NAME] [-p PACKAGE] TARGET..."
need_rust

# build TARGET: tries each way in turn. A way that cannot be prepared is passed over, a build that fails ends the script.
build() {
    triple=$1
    known_target "$triple" || die "$triple: not a target of this project; packaging/build.sh lists them"
    for way in ${BUILD_WITH:-cross rustup debian}; do
        case $way in
            cross) can_cross || continue ;;
            rustup) can_rustup "$triple" || continue ;;
            debian) can_debian "$triple" || continue ;;
            *) die "BUILD_WITH=$way: want cross, rustup or debian" ;;
        esac
        "with_$way" "$triple"
        say "$triple: in target/$triple/$profile"
        return
    done
    die "$triple: no way to build it here. Install one of
  cross, with docker or podman:   cargo install cross
  the standard library of Rust:   rustup target add $triple"
}

with_cross() {
    say "$1: building with cross"
    for selection in $selections; do
        cross build "$selection" --bins --locked --profile "$profile" --target "$1"
    done
}

with_rustup() {
    say "$1: building with $(rustc --version) and $(cross_gcc "$1")"
    # Rust's own linker packs relocations for every architecture; Debian's packs them for x86 only.
    lld=$(rustc --print sysroot)/lib/rustlib/$(host_target)/bin/gcc-ld
    flags=
    if [ -x "$lld/ld.lld" ]; then
        flags="'-Clink-arg=-B$lld', '-Clink-arg=-fuse-ld=lld'"
    fi
    cargo_for "$1" "$flags"
}

with_debian() {
    say "$1: building with Debian's $(/usr/bin/rustc --version) and $(cross_gcc "$1")"
    RUSTC=/usr/bin/rustc
    export RUSTC
    cargo_for "$1" "'--sysroot=$PWD/target/debian-rust/$1/usr'"
    unset RUSTC
}

# cargo_for TARGET FLAGS: runs cargo with the compiler and linker for the target. What is shipped is made smaller.
# Flags of rustc are the elements of a TOML array.
cargo_for() {
    flags=$2
    own=$(target_flags "$1")
    if [ -n "$own" ]; then
        flags="${flags:+$flags, }$own"
    fi
    case $profile:$1 in
        release:*-gnu*) flags="${flags:+$flags, }$(release_flags)" ;;
    esac
    if [ -n "${STATIC-}" ]; then
        flags="${flags:+$flags, }'-Ctarget-feature=+crt-static'"
    fi
    underscored=$(printf '%s' "$1" | tr - _)
    for selection in $selections; do
        env "CC_$underscored=$(cross_gcc "$1")" "AR_$underscored=$(cross_ar "$1")" \
            cargo build "$selection" --bins --locked --profile "$profile" --target "$1" \
            --config "target.$1.linker = '$(cross_gcc "$1")'" --config "target.$1.rustflags = [$flags]"
    done
}

for target in "$@"; do
    build "$target"
done
