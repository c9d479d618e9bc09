#!/bin/sh
# Measures our daemons beside the reference exporters, in one run, and the encoder and parser by themselves.
# ONLY="mysql nginx" measures these alone: node, mysql, postgres, nginx, kube, scraper, registry, sizes (on ARM).
# Exits non-zero where a target is missed.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

need_rust

ONLY=${ONLY:-node mysql postgres nginx kube scraper registry sizes}
for section in $ONLY; do
    case $section in node | mysql | postgres | nginx | kube | scraper | registry | sizes) ;; *) die "ONLY=$section: no such section" ;; esac
done
wanted() {
    case " $ONLY " in *" $1 "*) ;; *) return 1 ;; esac
}

! wanted node || packaging/peers.sh
databases=
packages=
for section in mysql postgres nginx; do
    ! wanted $section || databases="$databases $section"
    ! wanted $section || packages="$packages -p $section-exporter"
done
! wanted node || packages="$packages -p node-exporter"
! wanted scraper || packages="$packages -p scraper"
! wanted scraper || need_receiver
! wanted kube || packages="$packages -p kube-state-exporter"
# The servers that the exporters are measured on, and what is fetched once beside the build.
! wanted mysql || install_missing /usr/sbin/mariadbd mariadb-server
! wanted nginx || install_missing /usr/sbin/nginx nginx-light
! wanted postgres ||
    install_missing "$(find /usr/lib/postgresql -name initdb 2>/dev/null | grep -m 1 . || echo /usr/lib/postgresql/initdb)" postgresql

if [ -n "$packages" ]; then
    say "building"
    # shellcheck disable=SC2086
    packaging/release.sh $packages --bins
fi
missed=0
! wanted registry || cargo bench --quiet --locked -p metrics-registry
! wanted node || cargo bench --quiet --locked -p tests --bench side_by_side || missed=1
! wanted scraper || cargo bench --quiet --locked -p tests --bench scraper || missed=1
# shellcheck disable=SC2086
[ -z "$databases" ] || cargo bench --quiet --locked -p tests --bench databases -- $databases || missed=1
! wanted kube || cargo bench --quiet --locked -p tests --bench kube || missed=1
! wanted sizes || packaging/sizes.sh || missed=1
exit $missed
