#!/bin/sh
# Makes an image of every daemon: docker/images.sh [PLATFORM...]
#
# Platforms are linux/amd64, linux/arm64 and linux/arm/v7; without any, the one of this machine. Programs are built by
# packaging/build.sh, static, so that an image needs no libc. Nothing is pulled.
#
#   REGISTRY=registry.lan:5000/   pushes each image there, and a manifest that has all platforms
#   TAG=0.1.0                     instead of the version in Cargo.toml
#   BUILT=folder                  takes the programs from folder/TARGET/release instead of building them
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

daemons="pi-node-exporter pi-mysql-exporter pi-postgres-exporter pi-nginx-exporter pi-kube-state-exporter pi-scraper"
registry=${REGISTRY-}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
tag=${TAG:-$version}
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
source=$(git remote get-url origin 2>/dev/null || echo unknown)
# The largest image that is made, in bytes.
size_max=12000000

command -v docker >/dev/null 2>&1 || die "docker is missing"
docker info >/dev/null 2>&1 || die "no Docker daemon answers; is this user in the group docker?"
# BuildKit marks an image with the platform that it is for; the older builder knows this machine's only.
if docker buildx version >/dev/null 2>&1; then
    build="docker buildx build --load"
else
    build="docker build"
    export DOCKER_BUILDKIT=1
fi

# target_of PLATFORM
target_of() {
    case $1 in
        linux/amd64) echo x86_64-unknown-linux-gnu ;;
        linux/arm64) echo aarch64-unknown-linux-gnu ;;
        linux/arm/v7) echo armv7-unknown-linux-gnueabihf ;;
        *) die "$1: not a platform of this project" ;;
    esac
}

if [ $# -eq 0 ]; then
    case $(uname -m) in
        x86_64) set -- linux/amd64 ;;
        aarch64) set -- linux/arm64 ;;
        *) set -- linux/arm/v7 ;;
    esac
fi

context=$PWD/target/images
rm -rf "$context"
mkdir -p "$context/root/data" "$context/root/etc/ssl/certs"
certificates=/etc/ssl/certs/ca-certificates.crt
[ -r "$certificates" ] || die "$certificates is missing; install ca-certificates"
cp "$certificates" "$context/root/etc/ssl/certs/"

for platform in "$@"; do
    target=$(target_of "$platform")
    architecture=$(echo "${platform#linux/}" | tr -d /)
    if [ -z "${BUILT-}" ]; then
        STATIC=1 CARGO_TARGET_DIR=$PWD/target/static packaging/build.sh "$target"
    fi
    mkdir -p "$context/$architecture"
    for daemon in $daemons; do
        program=${BUILT:-target/static}/$target/release/$daemon
        [ -x "$program" ] || die "$program is missing"
        if readelf -lW "$program" | grep -q INTERP; then
            die "$program is not static"
        fi
        cp "$program" "$context/$architecture/$daemon"
    done
done

for daemon in $daemons; do
    names=
    for platform in "$@"; do
        architecture=$(echo "${platform#linux/}" | tr -d /)
        name=$registry$daemon:$tag-$architecture
        say "$name"
        # Words of $build are a command and its flags.
        # shellcheck disable=SC2086
        $build --quiet --platform "$platform" --file docker/Dockerfile --tag "$name" \
            --build-arg "BIN=$daemon" --build-arg "ARCH=$architecture" --build-arg "VERSION=$version" \
            --build-arg "REVISION=$revision" --build-arg "SOURCE=$source" "$context" >/dev/null
        size=$(docker image inspect --format '{{.Size}}' "$name")
        [ "$size" -le "$size_max" ] || die "$name has $size bytes, more than $size_max"
        names="$names $name"
    done
    if [ -n "$registry" ]; then
        for name in $names; do
            docker push --quiet "$name"
        done
        # shellcheck disable=SC2086
        docker manifest create --amend "$registry$daemon:$tag" $names
        docker manifest push --purge "$registry$daemon:$tag"
    else
        # Without a registry there is one image by name: that of this machine.
        docker tag "${names##* }" "$daemon:$tag"
    fi
done
