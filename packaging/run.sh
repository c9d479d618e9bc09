#!/bin/sh
# Builds in release, runs the node exporter and a scraper that collects from it, until Ctrl-C.
#
#   LISTEN       address to listen on, 127.0.0.1 by default; 0.0.0.0 for the whole network
#   NODE_PORT    port of the node exporter, 9100 by default
#   PAGE_PORT    port of the scraper and its page, 9090 by default
set -eu

cd "$(dirname "$0")/.."
. packaging/toolchain.sh

LISTEN=${LISTEN:-127.0.0.1}
NODE_PORT=${NODE_PORT:-9100}
PAGE_PORT=${PAGE_PORT:-9090}

need_rust
say "building (the first time takes some minutes on a Pi)"
packaging/release.sh -p node-exporter -p scraper

directory=$(mktemp -d)
node=
scraper=
stop() {
    trap - EXIT INT TERM
    for pid in $scraper $node; do
        kill "$pid" 2>/dev/null || true
    done
    wait
    rm -rf "$directory"
}
trap stop EXIT
trap 'stop; exit 0' INT TERM

cat >"$directory/prometheus.yml" <<EOF
global:
  scrape_interval: 5s
scrape_configs:
  - job_name: node
    static_configs:
      - targets: ["127.0.0.1:$NODE_PORT"]
EOF

# started PID LOG NAME PORT FLAG: waits until the daemon listens, or shows why it does not.
started() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        kill -0 "$1" 2>/dev/null || die "$3 did not start: $(tail -n 1 "$2")
Is port $4 in use? Choose another with: make run $5=PORT"
        grep -q 'msg="\?listening' "$2" && return 0
        sleep 0.1
    done
    die "$3 does not answer: $(tail -n 1 "$2")"
}

target/release/pi-node-exporter --web.listen-address="$LISTEN:$NODE_PORT" 2>"$directory/node.log" &
node=$!
started "$node" "$directory/node.log" pi-node-exporter "$NODE_PORT" NODE_PORT
target/release/pi-scraper --config.file="$directory/prometheus.yml" --web.listen-address="$LISTEN:$PAGE_PORT" \
    2>"$directory/scraper.log" &
scraper=$!
started "$scraper" "$directory/scraper.log" pi-scraper "$PAGE_PORT" PAGE_PORT

shown=$LISTEN
if [ "$LISTEN" = 0.0.0.0 ]; then
    shown=$(hostname -I 2>/dev/null | cut -d' ' -f1)
    shown=${shown:-127.0.0.1}
fi
say ""
say "  page      http://$shown:$PAGE_PORT/"
say "  metrics   http://$shown:$NODE_PORT/metrics"
say ""
say "Ctrl-C stops both."
while kill -0 "$node" 2>/dev/null && kill -0 "$scraper" 2>/dev/null; do
    sleep 1
done
cat "$directory/node.log" "$directory/scraper.log" >&2
die "a daemon has stopped by itself; its log is above"
