#!/bin/sh
# Makes the packages for this architecture and tests them in a real Debian that systemd has booted: installed beside
# MariaDB, PostgreSQL and nginx, set up, interrupted, upgraded, swapped with Debian's exporters, purged.
#
# systemd-nspawn boots the system, not Docker: it comes with systemd, needs no daemon and no image of others, and throws
# the changes of a test away by itself. Wants root. PROFILE=release tests what is shipped; else the packages are those of a
# quick build.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

[ "$(id -u)" -eq 0 ] || die "a system can only be booted by root: sudo make test-packages"
need_rust
install_missing systemd-nspawn systemd-container mmdebstrap mmdebstrap lintian lintian dpkg-scanpackages dpkg-dev \
    nsenter util-linux

PROFILE=${PROFILE:-emulated}
system=target/test-packages/amd64
theirs="prometheus-node-exporter prometheus-mysqld-exporter prometheus-postgres-exporter prometheus-nginx-exporter"

packaging/debs.sh --profile "$PROFILE" amd64
lintian --fail-on error --no-tag-display-limit target/debs/*_amd64.deb

if [ ! -e "$system/etc/test-packages" ]; then
    say "making a Debian with MariaDB, PostgreSQL and nginx"
    rm -rf "$system"
    mkdir -p target/test-packages
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' | head -n 1)
    [ -n "$mirror" ] || die "apt knows no mirror of Debian 12. Run: apt-get update"
    mmdebstrap --quiet --variant=minbase \
        --include=systemd,systemd-sysv,dbus,libpam-systemd,adduser,curl,procps,iproute2,mariadb-server,postgresql,nginx-light \
        bookworm "$system" "deb $mirror bookworm main"
    # Debian's exporters come from a folder: the system has no network.
    mkdir "$system/theirs"
    (cd "$system/theirs" && apt-get -qq -o APT::Sandbox::User=root download $(printf '%s/bookworm ' $theirs) &&
        dpkg-scanpackages --multiversion . >Packages)
    echo 'deb [trusted=yes] file:/theirs ./' >"$system/etc/apt/sources.list"
    rm -rf "$system"/etc/apt/sources.list.d/* "$system"/var/lib/apt/lists/*
    systemd-nspawn --quiet --register=no --keep-unit --directory="$system" apt-get update -qq
    # The last file: what is half made is made again.
    echo "made by packaging/test-packages.sh" >"$system/etc/test-packages"
fi

# One after the other: each boots a system with two databases.
cargo test --locked -p tests --test packages -- --test-threads=1 "$@"
