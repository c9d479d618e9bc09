#!/bin/sh
# Builds what is shipped, for this machine: cargo build --release with what the release profile cannot say.
# Arguments go to cargo; packages that are named by -p are built one after the other, and all where none is.
# packaging/build.sh does the same for other machines.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh
. packaging/targets.sh

packages=
count=$#
while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    count=$((count - 1))
    if [ "$argument" = -p ]; then
        packages="$packages ${1:?"-p wants a package"}"
        shift
        count=$((count - 1))
    else
        set -- "$@" "$argument"
    fi
done
own=$(target_flags "$(host_target)")
for package in ${packages:-$SHIPPED}; do
    cargo build --release --locked -p "$package" \
        --config "target.'cfg(all(target_os = \"linux\", target_env = \"gnu\"))'.rustflags = [$(release_flags)${own:+, $own}]" "$@"
done
