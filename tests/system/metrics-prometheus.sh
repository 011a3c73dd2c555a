#!/bin/sh
# metrics-prometheus.sh - promtool has nothing to say against the metrics, and a Prometheus scrapes them.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need curl promtool prometheus
make_pki
start_server --workers 1 --metrics 127.0.0.1:0
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")
server_alive
scrape() {
	curl -sSf --max-time 10 "http://$METRICS/metrics" >"$TMP/metrics" 2>"$TMP/err"
}
wait_for "$PATIENCE" scrape || fail "no metrics: $(cat "$TMP/err")"
promtool check metrics <"$TMP/metrics" >"$TMP/said" 2>&1 || fail "promtool: $(cat "$TMP/said")"
[ ! -s "$TMP/said" ] || fail "promtool: $(cat "$TMP/said")"

# A real one, in a folder of its own, asked by HTTP what it has seen.
cat >"$TMP/prometheus.yml" <<END
global:
  scrape_interval: 200ms
  scrape_timeout: 200ms
scrape_configs:
  - job_name: hello
    static_configs:
      - targets: ['$METRICS']
END
cd "$TMP" || error 'cd'
prometheus --config.file="$TMP/prometheus.yml" --storage.tsdb.path="$TMP/tsdb" \
	--web.listen-address=127.0.0.1:0 --log.level=info >"$TMP/prometheus.log" 2>&1 &
track $!
log_on_failure "$TMP/prometheus.log"
# It tells no port, so the kernel is asked.
prometheus=$!
find_port() {
	where=$(ss -Hltnp 2>/dev/null | sed -n "s/.* \\([0-9.]*:[0-9]*\\) .*pid=$prometheus,.*/\\1/p" | head -n 1)
	[ -n "$where" ]
}
need ss
wait_for "$PATIENCE" find_port || fail 'Prometheus does not listen'
query() {
	curl -s --max-time 10 "http://$where/api/v1/query" --data-urlencode "query=$1"
}
sees() {
	query "$1" | grep -q "\"value\":\\[[0-9.]*,\"$2\"\\]"
}
wait_for "$PATIENCE" sees 'up{job="hello"}' 1 || fail "not up: $(query 'up{job="hello"}')"
wait_for "$PATIENCE" sees 'hello_connections_total{outcome="OK"}' 1 ||
	fail "not counted: $(query 'hello_connections_total{outcome="OK"}')"
query 'hello_connections_total{outcome="OK"}'
stop_server
