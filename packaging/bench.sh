#!/bin/sh
# Measures our daemons beside the reference exporters, in one run, and the encoder and parser by themselves.
# ONLY="mysql nginx" measures these alone: together (all six daemons), node, mysql, postgres, nginx, kube, scraper,
# registry, sizes (on ARM).
# Exits non-zero where a target is missed.
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

need_rust

ONLY=${ONLY:-together node mysql postgres nginx kube scraper registry sizes}
for section in $ONLY; do
    case $section in together | node | mysql | postgres | nginx | kube | scraper | registry | sizes) ;; *) die "ONLY=$section: no such section" ;; esac
done
# Whether one of the sections is measured.
wanted() {
    for section in "$@"; do
        case " $ONLY " in *" $section "*) return 0 ;; esac
    done
    return 1
}

! wanted together node || packaging/peers.sh
databases=
packages=
for exporter in mysql postgres nginx; do
    ! wanted $exporter || databases="$databases $exporter"
    ! wanted together $exporter || packages="$packages -p $exporter-exporter"
done
! wanted together node || packages="$packages -p node-exporter"
! wanted together scraper || packages="$packages -p scraper"
! wanted together kube || packages="$packages -p kube-state-exporter"
! wanted scraper || need_receiver
# The servers that the exporters are measured on, and what is fetched once beside the build.
! wanted together || install_missing prometheus prometheus
! wanted together mysql || install_missing /usr/sbin/mariadbd mariadb-server
! wanted together nginx || install_missing /usr/sbin/nginx nginx-light
! wanted together postgres ||
    install_missing "$(find /usr/lib/postgresql -name initdb 2>/dev/null | grep -m 1 . || echo /usr/lib/postgresql/initdb)" postgresql

if [ -n "$packages" ]; then
    say "building"
    # shellcheck disable=SC2086
    packaging/release.sh $packages --bins
fi
missed=0
! wanted together || cargo bench --quiet --locked -p tests --bench together || missed=1
! wanted registry || cargo bench --quiet --locked -p metrics-registry
! wanted node || cargo bench --quiet --locked -p tests --bench side_by_side || missed=1
! wanted scraper || cargo bench --quiet --locked -p tests --bench scraper || missed=1
# shellcheck disable=SC2086
[ -z "$databases" ] || cargo bench --quiet --locked -p tests --bench databases -- $databases || missed=1
! wanted kube || cargo bench --quiet --locked -p tests --bench kube || missed=1
! wanted sizes || packaging/sizes.sh || missed=1
exit $missed
