#!/bin/sh
# Sourced by the other scripts, after toolchain.sh: the targets that are built for, and what each way to build needs.

known_target() {
    case $1 in
        x86_64-unknown-linux-gnu | aarch64-unknown-linux-gnu | armv7-unknown-linux-gnueabihf) ;;
        arm-unknown-linux-gnueabihf | aarch64-unknown-linux-musl | armv7-unknown-linux-musleabihf) ;;
        *) return 1 ;;
    esac
}

host_target() {
    rustc -vV | sed -n 's/^host: //p'
}

# target_flags TARGET: flags of rustc that every build for a target gets, as the elements of a TOML array; most get none.
#
# Thumb-2 is how an ARMv7 processor has the same instructions in half the bytes: the exporter of Kubernetes has 4.37 MB
# with it and 5.75 MB without, 2026-11. rustc calls the feature unstable, and says so for each crate. ARMv6 lacks it.
target_flags() {
    case $1 in
        armv7-*) echo "'-Ctarget-feature=+thumb-mode'" ;;
    esac
}

# What Debian calls the architecture in the names of its cross compilers.
gnu_prefix() {
    case $1 in
        x86_64-*) echo x86_64-linux-gnu ;;
        aarch64-*) echo aarch64-linux-gnu ;;
        arm*) echo arm-linux-gnueabihf ;;
    esac
}

# The C compiler, which also calls the linker. For musl too: Rust brings musl's own start files and library.
cross_gcc() {
    if [ "$1" = "$(host_target)" ]; then
        echo cc
    else
        echo "$(gnu_prefix "$1")-gcc"
    fi
}

cross_ar() {
    if [ "$1" = "$(host_target)" ]; then
        echo ar
    else
        echo "$(gnu_prefix "$1")-gcc-ar"
    fi
}

# Installs Debian's cross compiler of a target; this machine has its own.
need_gcc() {
    case $1 in
        "$(host_target)") ;;
        x86_64-*) install_missing x86_64-linux-gnu-gcc gcc-x86-64-linux-gnu \
            /usr/x86_64-linux-gnu/include/stdio.h libc6-dev-amd64-cross ;;
        aarch64-*) install_missing aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu \
            /usr/aarch64-linux-gnu/include/stdio.h libc6-dev-arm64-cross ;;
        # Debian's own objects for this architecture are ARMv7, and a program with one of them dies on an ARMv6 board.
        arm-*) return 1 ;;
        arm*) install_missing arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf \
            /usr/arm-linux-gnueabihf/include/stdio.h libc6-dev-armhf-cross ;;
    esac
}

# An engine that runs containers is there, and answers.
can_cross() {
    command -v cross >/dev/null 2>&1 && { docker info || podman info; } >/dev/null 2>&1
}

# Rust's standard library for the target is there, or can be had.
can_rustup() {
    case $1 in
        arm-*) return 1 ;;
    esac
    if ! [ -d "$(rustc --print sysroot)/lib/rustlib/$1/lib" ]; then
        command -v rustup >/dev/null 2>&1 && rustup target add "$1" >/dev/null 2>&1 || return 1
    fi
    need_gcc "$1"
}

# Debian's rustc is new enough, and Debian has the standard library of the same version for the target.
can_debian() {
    case $1 in
        x86_64-*-gnu) architecture=amd64 ;;
        aarch64-*-gnu) architecture=arm64 ;;
        armv7-*-gnueabihf) architecture=armhf ;;
        *) return 1 ;;
    esac
    command -v apt-get >/dev/null 2>&1 || return 1
    # Debian 12 has the newer compiler under another name, the one that its browsers are built with.
    [ -x /usr/bin/rustc ] || install_missing /usr/bin/rustc rustc-web || return 1
    have=$(/usr/bin/rustc --version | cut -d' ' -f2)
    oldest=$(printf '%s\n%s\n' "$RUST_WANTED" "$have" | sort -V | head -n 1)
    [ "$oldest" = "$RUST_WANTED" ] || return 1
    need_gcc "$1"
    [ -d "target/debian-rust/$1/usr/lib/rustlib/$1/lib" ] || fetch_library "$1" "$architecture" "$have"
}

# fetch_library TARGET ARCHITECTURE VERSION: unpacks Debian's standard library for another architecture below target/.
# Each list is asked by itself, because one that its mirror has half renewed spoils those beside it. The lists are kept
# apart from the system's, which may not know that architecture.
fetch_library() {
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | sed -n 's|/debian/*$|/debian|p' | head -n 1)
    [ -n "$mirror" ] || return 1
    for list in "$mirror trixie" "$mirror-security trixie-security" "$mirror-security bookworm-security"; do
        fetch_from "$list" "$@" && return 0
    done
    return 1
}

# fetch_from LIST TARGET ARCHITECTURE VERSION
fetch_from() {
    directory=$PWD/target/debian-rust/$2
    version=$4
    rm -rf "$directory"
    mkdir -p "$directory/lists/partial" || return 1
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $1 main" >"$directory/sources.list"
    set -- -qq -o "APT::Architecture=$3" -o "APT::Architectures::=$3" -o "Dir::State::Lists=$directory/lists" \
        -o "Dir::Etc::SourceList=$directory/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o APT::Sandbox::User=root -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    apt-get "$@" update 2>/dev/null || return 1
    for package in libstd-rust-web-dev libstd-rust-dev; do
        full=$(apt-cache "$@" show "$package" 2>/dev/null | sed -n "s/^Version: \($version+.*\)/\1/p" | head -n 1)
        [ -n "$full" ] || continue
        (cd "$directory" && apt-get "$@" download "$package=$full" && dpkg -x "$package"_*.deb .) || return 1
        return 0
    done
    return 1
}
