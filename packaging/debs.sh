#!/bin/sh
# Makes the Debian packages: packaging/debs.sh [--profile NAME] [amd64] [arm64] [armhf]; all three where none is named.
# They are in target/debs. PI_PACKAGE_VERSION is their version where it is not that of Cargo.toml.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

# Each package: its crate, Debian's package that it takes the place of, when its unit starts (packaging/deb/postinst.in),
# the name of its job and its port.
DAEMONS='
pi-node-exporter       node-exporter       prometheus-node-exporter     yes         node      9100
pi-mysql-exporter      mysql-exporter      prometheus-mysqld-exporter   taken-over  mysql     9104
pi-postgres-exporter   postgres-exporter   prometheus-postgres-exporter taken-over  postgres  9187
pi-nginx-exporter      nginx-exporter      prometheus-nginx-exporter    taken-over  nginx     9113
pi-kube-state-exporter kube-state-exporter -                            no          kube      8080
pi-scraper             scraper             -                            no          scraper   9090
'

profile=release
if [ "${1-}" = --profile ]; then
    profile=${2:?"--profile wants a name"}
    shift 2
fi
[ $# -gt 0 ] || set -- amd64 arm64 armhf
for architecture in "$@"; do
    case $architecture in amd64 | arm64 | armhf) ;; *) die "$architecture: want amd64, arm64 or armhf" ;; esac
done

# The references take 217 MB.
INSTALLED_KB_MAX=20480

target_of() {
    case $1 in
        amd64) echo x86_64-unknown-linux-gnu ;;
        arm64) echo aarch64-unknown-linux-gnu ;;
        armhf) echo armv7-unknown-linux-gnueabihf ;;
    esac
}

need_rust
install_missing dpkg-deb dpkg
cargo deb --version >/dev/null 2>&1 || {
    say "installing cargo-deb"
    cargo install --quiet --locked --no-default-features cargo-deb
}

version=${PI_PACKAGE_VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)}
stage=target/packages
rm -rf "$stage"
mkdir -p "$stage" target/debs

say "writing manuals and completions"
cargo run --quiet --locked -p tests --example manual -- "$stage"

# fill TEMPLATE FILE MODE: writes a file of a package.
fill() {
    sed -e "s|@NAME@|$name|g" -e "s|@THEIRS@|$theirs|g" -e "s|@START@|$start|g" -e "s|@VERSION@|$version|g" \
        -e "s|@JOB@|$job|g" -e "s|@PORT@|$port|g" "packaging/deb/$1" >"$stage/$name/$2"
    chmod "$3" "$stage/$name/$2"
}

echo "$DAEMONS" | while read -r name crate theirs start job port; do
    [ -n "$name" ] || continue
    [ "$theirs" != - ] || theirs=
    mkdir -p "$stage/$name/scripts"
    for script in preinst postinst prerm postrm; do
        fill "$script.in" "scripts/$script" 755
    done
    fill changelog.in changelog 644
    fill job.yml.in job.yml 644
done
for name in pi-setup pi-exporters; do
    mkdir -p "$stage/$name/scripts"
    sed -e "s|@NAME@|$name|g" -e "s|@VERSION@|$version|g" packaging/deb/changelog.in >"$stage/$name/changelog"
done
install -m 755 packaging/deb/setup/postrm "$stage/pi-setup/scripts/postrm"

# packed CRATE TARGET [VARIANT]
packed() {
    cargo deb --quiet --locked --no-build --no-strip -p "$1" --target "$2" --profile "$profile" \
        --deb-version "$version-1" --output target/debs ${3:+--variant "$3"}
}

for architecture in "$@"; do
    target=$(target_of "$architecture")
    packaging/build.sh --profile "$profile" "$target"
    rm -f target/debs/*_"$architecture".deb
    echo "$DAEMONS" | while read -r name crate _; do
        [ -n "$name" ] || continue
        packed "$crate" "$target"
    done
    packed setup "$target"
    packed setup "$target" meta
done
# Kilobytes that all packages of an architecture take when they are installed.
for architecture in "$@"; do
    total=0
    for package in target/debs/*_"$version-1_$architecture".deb; do
        total=$((total + $(dpkg-deb -f "$package" Installed-Size)))
    done
    say "$architecture: $total kB installed, all packages together"
    [ "$profile" != release ] || [ "$total" -le "$INSTALLED_KB_MAX" ] || die "more than $INSTALLED_KB_MAX kB"
done
ls -l target/debs
