#!/bin/sh
# Fetches the reference node exporter as Debian packages it and unpacks it to target/peers. It is not installed: its
# service would take port 9100. Wanted is the one of Debian sid; where that is not to be had, this system's own serves.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

package=prometheus-node-exporter
peers=$PWD/target/peers
[ ! -x "$peers/usr/bin/$package" ] || exit 0
mkdir -p "$peers/apt/lists/partial" "$peers/apt/cache/archives/partial"
cd "$peers"

# Lists and cache of its own: this system's apt does not hear of sid. The mirror is the one that this system uses.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' | head -n 1)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] ${mirror:-none:} sid main" >apt/sources.list
own_apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$peers/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::Lists="$peers/apt/lists" -o Dir::Cache="$peers/apt/cache" \
        -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}

say "fetching $package of Debian sid"
if ! { own_apt update && own_apt download "$package"; }; then
    say "Debian sid is not to be had; taking this system's $package"
    apt-get -qq -o APT::Sandbox::User=root download "$package" || die "$package is not to be had: is there a network?"
fi
dpkg -x "$(ls -t "$package"_*.deb | head -n 1)" .
rm -rf apt
"usr/bin/$package" --version | head -n 1
