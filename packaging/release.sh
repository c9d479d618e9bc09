#!/bin/sh
# Builds what is shipped, for this machine: cargo build --release with what the release profile cannot say.
# Arguments go to cargo. packaging/build.sh does the same for other machines.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh
. packaging/targets.sh

own=$(target_flags "$(host_target)")
exec cargo build --release --locked \
    --config "target.'cfg(all(target_os = \"linux\", target_env = \"gnu\"))'.rustflags = [$(release_flags)${own:+, $own}]" "$@"
