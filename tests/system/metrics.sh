#!/bin/sh
# metrics.sh - /metrics counts what happened, by the names of the outcomes, across crashes and reloads;
# /healthz tells when a drain began; the process behind them is replaced, and holds no key.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need curl openssl
make_pki
start_server --workers 2 --metrics 127.0.0.1:0 --handshake-timeout 1s --log-level debug
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")

scrape() {
	curl -sSf --max-time 10 "http://$METRICS/metrics" >"$TMP/metrics" 2>"$TMP/err"
}
# has NAME VALUE: now, or soon.
shows() {
	scrape && grep -qxF "$1 $2" "$TMP/metrics"
}
has() {
	wait_for "$PATIENCE" shows "$1" "$2" || fail "not $1 $2: $(grep -F "$1" "$TMP/metrics")"
}
connections() {
	has "hello_connections_total{outcome=\"$1\"}" "$2"
}
health() {
	curl -s --max-time 10 -o "$TMP/health" -w '%{http_code}' "http://$METRICS/healthz"
}
metrics_process() {
	# It was executed as /proc/self/exe. More of a confined process only root may read.
	for each in $(workers); do
		! grep -qs '^Name:[[:space:]]*exe$' "/proc/$each/status" || echo "$each"
	done
}

wait_for "$PATIENCE" scrape || fail "no metrics: $(cat "$TMP/err")"
[ "$(health)" = 200 ] || fail 'not healthy'
connections OK 0
has hello_workers 2
has hello_workers_ready 2
has hello_generation 1
end=$(openssl x509 -in "$CERT" -noout -enddate | sed 's/.*=//')
digest=$(openssl x509 -in "$CERT" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)
has "hello_certificate_not_after_timestamp_seconds{subject=\"localhost\",sha256=\"$digest\"}" \
	"$(date -d "$end" +%s)"

# A client that sends a byte now and then is cut off at the deadline of the whole request. Its end
# is waited for below.
metrics_port=${METRICS##*:}
"$CROWD" drip 1 "$metrics_port" >"$TMP/drip" &
drip=$!
track "$drip"

# What can be provoked from outside, each by its name.
server_alive
server_alive
printf 'GET / HTTP/1.0\r\n\r\n' | "$CROWD" say "$PORT" >"$TMP/out"
: | "$CROWD" say "$PORT" >"$TMP/out"
openssl s_client -connect "$HOST:$PORT" -CAfile "$PKI/localhost/key.pem" </dev/null >"$TMP/out" 2>&1
openssl s_client -connect "$HOST:$PORT" -verify_return_error </dev/null >"$TMP/out" 2>&1
"$HELLO_CLIENT" --cacert "$CA" --tls-max 1.2 localhost:"$PORT" >"$TMP/out" 2>&1
openssl s_client -connect "$HOST:$PORT" -groups secp521r1 </dev/null >"$TMP/out" 2>&1
start_crowd idle 2 "$PORT"
finish_crowd
connections NOT_TLS 1
connections HEALTH_CHECK 1
connections HANDSHAKE_TIMEOUT 2
connections HANDSHAKE_PARAMETERS 1
has hello_connections_open 0
grep -q '^hello_handshakes_total{version="TLSv1.3",resumed="no"} [1-9]' "$TMP/metrics" ||
	fail 'no handshake was counted'

# A reload that fails, one that does not, and a worker that dies: the numbers go on.
kept=$(grep '^hello_connections_total{outcome="OK"}' "$TMP/metrics")
cp "$KEY" "$TMP/key.kept"
echo none >"$KEY"
kill -HUP "$SERVER_PID"
has 'hello_reloads_total{result="failed"}' 1
cat "$TMP/key.kept" >"$KEY"
kill -HUP "$SERVER_PID"
has 'hello_reloads_total{result="ok"}' 1
has hello_generation 2
has hello_workers_ready 2
kill -KILL "$(sed -n 's/.*msg="worker 0 of generation 2 has pid \([0-9]*\)".*/\1/p' "$SERVER_LOG")"
has hello_worker_restarts_total 1
has hello_workers_ready 2
has "${kept% *}" "${kept##* }"
kill -USR1 "$SERVER_PID"
await 'msg=status generation=2 workers_ready=2 .* reloads=1 reloads_failed=1 restarts=1'

# The process that serves them dies, and another one takes its place; the service does not notice.
if [ "$(id -u)" -eq 0 ]; then
	first=$(metrics_process)
	[ -n "$first" ] || fail 'which process serves the metrics?'
	grep -q 'Seccomp:[[:space:]]*2' "/proc/$first/status" || ! logged 'sandbox=.*seccomp' ||
		fail 'it is not confined'
	if logged 'sandbox=none'; then
		echo 'SKIP: no look for the key: the memory of such a build is too large to be searched'
	else
		# Its memory holds none of the key's bytes: 16 of them, from the middle of the private number, and
		# in the order in which the library keeps a number, the lowest byte first.
		secret=$(openssl ec -in "$KEY" -outform DER 2>/dev/null | od -An -v -tx1 -w1 | sed -n '13,28p' |
			sed '1!G;h;$!d' | tr -d ' \n')
		for where in "$first" "$SERVER_PID"; do
			found=no
			grep -E '^[0-9a-f]+-[0-9a-f]+ rw' "/proc/$where/maps" | cut -d' ' -f1 |
				while IFS=- read -r from to; do
					dd if="/proc/$where/mem" bs=4096 skip=$((0x$from / 4096)) \
						count=$(((0x$to - 0x$from) / 4096)) 2>/dev/null
				done | od -An -v -tx1 | tr -d ' \n' | grep -q "$secret" && found=yes
			echo "key in the memory of $where: $found"
			[ "$where:$found" != "$first:yes" ] || fail 'the key is in the memory of the metrics process'
			[ "$where:$found" != "$SERVER_PID:no" ] || fail 'the search finds no key where one must be'
		done
	fi
	# A chunk whose size has no end is cut off, and not gathered for as long as the deadline lets it.
	peak() {
		sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$first/status"
	}
	before=$(peak)
	{
		printf 'POST /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
		head -c 16777216 /dev/zero | tr '\0' 1
	} >"$TMP/chunk"
	"$CROWD" say "$metrics_port" <"$TMP/chunk" >"$TMP/out" 2>&1
	[ $(($(peak) - before)) -lt 2048 ] || fail "a chunk is gathered: $before KiB became $(peak)"
	kill -KILL "$first"
	await 'the metrics process died'
	wait_for "$PATIENCE" scrape || fail 'no other one has come'
	has "${kept% *}" "${kept##* }"
fi

wait_for "$PATIENCE" is_gone "$drip" || fail 'a request in drips has no end'
untrack "$drip"

# HTTP that is not asked for.
for each in "404 /nothing" "404 /metrics/more"; do
	code=$(curl -s -o "$TMP/out" -w '%{http_code}' --max-time 10 "http://$METRICS${each#* }")
	[ "$code" = "${each% *}" ] || fail "$code for $each"
done
code=$(curl -s -o "$TMP/out" -w '%{http_code}' --max-time 10 -X POST -d x "http://$METRICS/metrics")
case $code in
4?? | 501) ;;
*) fail "POST is answered with $code" ;;
esac

# A drain takes as long as somebody is open, and the metrics are there until its end.
start_crowd idle 1 "$PORT"
kill -TERM "$SERVER_PID"
await 'SIGTERM received: draining'
draining() {
	[ "$(health)" = 503 ] || is_gone "$SERVER_PID"
}
wait_for "$PATIENCE" draining
[ "$(cat "$TMP/health")" = draining ] || fail "healthz says: $(cat "$TMP/health")"
server_left 0
finish_crowd
[ "$(health)" = 000 ] || fail 'the metrics outlive the server'

# Descriptors are used up before the limit of connections is reached: whoever has waited longest goes.
cat >"$TMP/short" <<-SCRIPT
	#!/bin/sh
	ulimit -n 64 && exec '$HELLO_SERVER' "\$@"
SCRIPT
chmod +x "$TMP/short"
HELLO_SERVER=$TMP/short
start_server --workers 1 --metrics 127.0.0.1:0
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")
wait_for "$PATIENCE" scrape || fail "no metrics: $(cat "$TMP/err")"
start_crowd idle 120 "${METRICS##*:}"
wait_for "$PATIENCE" scrape || fail "without descriptors the metrics end: $(cat "$TMP/err")"
[ "$(health)" = 200 ] || fail 'not healthy without descriptors'
stop_server
finish_crowd
