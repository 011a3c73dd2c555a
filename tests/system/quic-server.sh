#!/bin/sh
# quic-server.sh - hello-server greets over QUIC, beside TLS: hello-client, s_client and, where they are
# installed, aioquic, curl and gtlsclient; by the certificate of the name; with a report; with client
# certificates; and only clients that it may greet. Log and metrics show it. A build without QUIC says so.
# shellcheck source=tests/system/clients.sh
. "${srcdir:-.}/tests/system/clients.sh"

unset CDPATH
need openssl curl
make_pki

if "$HELLO_SERVER" --check --listen quic:127.0.0.1:0 2>&1 | grep -q 'built without QUIC'; then
	run_status 2 "$HELLO_SERVER" --listen quic:127.0.0.1:0 --cert "$CERT" --key "$KEY"
	expect "$TMP/err" 'USAGE: --listen quic:127\.0\.0\.1:0: this program was built without QUIC (it uses OpenSSL 3\.'
	expect "$TMP/err" 'try: build it with OpenSSL 3\.5 or later'
	run_status 2 "$HELLO_ZOO" --listen quic:127.0.0.1:0 "$TMP"
	expect "$TMP/err" 'built without QUIC'
fi
SCHEME=quic
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"
# greets [OPTION...]: by IPv4, from the server at $PORT.
greets() {
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --connect-to 127.0.0.1 "$@" "quic://localhost:$PORT"
}

# ---- both at once, in one server ---------------------------------------------------------------------

start_server --workers 1 --listen 127.0.0.1:0 --listen quic:127.0.0.1:0 --listen 'quic:[::1]:0' \
	--metrics 127.0.0.1:0 --linger-timeout 1s
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")
server_alive
PORT=$(datagram_port 1) QUIC6=$(datagram_port 2)
[ -n "$QUIC6" ] || fail 'the log names no two ports for QUIC'
greets -v
[ "$(cat "$TMP/out")" = "$GREETING" ] || fail "hello-client got \"$(cat "$TMP/out")\""
expect "$TMP/err" '^handshake .*QUICv1'
expect "$TMP/err" 'a complete stream'
await 'role=datagrams-1 peer=127\.0\.0\.1:[0-9]* outcome=OK sni=localhost protocol=QUICv1 cipher=TLS_[A-Z0-9_]* .*handshake_ms='
greets --json
expect "$TMP/out" '"protocol":"QUICv1"'
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --connect-to ::1 "quic://localhost:$QUIC6"
await 'role=datagrams-1 peer=\[::1\]:[0-9]* outcome=OK'
run_status 45 "$HELLO_CLIENT" --cacert "$CA" --connect-to 127.0.0.1 --alpn h3 "quic://localhost:$PORT"
await 'outcome=HANDSHAKE_PARAMETERS .*alert=120 alert_from=us.*offers='
# It does not open a stream itself, and so only sees the handshake.
timeout 15 openssl s_client -quic -alpn hello/1 -connect "127.0.0.1:$PORT" -servername localhost \
	-CAfile "$CA" -verify_return_error </dev/null >"$TMP/out" 2>&1
expect "$TMP/out" 'Verify return code: 0 (ok)'
expect "$TMP/out" '^ALPN protocol: hello/1$'

# 12 at once; each has its own address in the log, which is what --allow and the limits go by.
greet_crowd 60 12 'of 60 clients'
has() {
	curl -sSf --max-time 10 "http://$METRICS/metrics" 2>/dev/null | grep -qxF "$1"
}
# What connects is counted when its connection ends.
wait_for "$PATIENCE" has 'hello_connections_open 0' || fail 'connections stay open'
curl -sSf "http://$METRICS/metrics" >"$TMP/metrics"
value() { sed -n "s/^$1 //p" "$TMP/metrics"; }
[ "$(value 'hello_handshakes_total{version="QUICv1",resumed="no"}')" -ge 63 ] || fail 'QUIC handshakes are not counted'
[ "$(value 'hello_new_datagrams_total{result="accepted"}')" -ge 64 ] || fail 'new connections are not counted'
[ "$(value 'hello_new_datagrams_total{result="retry"}')" -ge 64 ] || fail 'Retry packets are not counted'
[ "$(grep 'outcome=OK' "$SERVER_LOG" | sed 's/.*peer=\([^ ]*\) .*/\1/' | sort -u | wc -l)" -ge 60 ] ||
	fail 'several clients have the same address in the log'

tried='' missing=''
if python3 -c 'import aioquic.asyncio' 2>/dev/null; then
	run_status 0 timeout 20 python3 "$srcdir/tests/support/quic_aio_client.py" "$PORT" "$CA"
	[ "$(cat "$TMP/out")" = "$GREETING" ] || fail "aioquic got \"$(cat "$TMP/out")\""
	tried="$tried aioquic"
else
	missing="$missing aioquic"
fi
# These speak HTTP/3 only, and are told that this is something else.
if curl --version | grep -q ' HTTP3'; then
	timeout 20 curl -sS --http3-only --cacert "$CA" --max-time 5 "https://localhost:$PORT/" >"$TMP/out" 2>"$TMP/err" &&
		fail 'curl speaks HTTP/3 with this server'
	await 'outcome=HANDSHAKE_PARAMETERS .*alert=120 alert_from=us' 2
	tried="$tried curl"
else
	missing="$missing curl(HTTP/3)"
fi
if command -v gtlsclient >/dev/null; then
	before=$(count 'outcome=HANDSHAKE_PARAMETERS')
	timeout 5 gtlsclient -q --exit-on-all-streams-close 127.0.0.1 "$PORT" "https://localhost/" >"$TMP/out" 2>&1
	await 'outcome=HANDSHAKE_PARAMETERS' $((before + 1))
	tried="$tried gtlsclient"
else
	missing="$missing gtlsclient"
fi
echo "tried:$tried; not here:$missing"
stop_server

# ---- the report, the greeting, the name --------------------------------------------------------------

i=0
while [ $i -lt 2000 ]; do
	echo "line $i of the greeting"
	i=$((i + 1))
done >"$TMP/greeting"
start_server --listen quic:127.0.0.1:0 --report --node here --greeting-file "$TMP/greeting" --strict-sni
[ "$(workers | wc -l)" -eq 1 ] || fail "$(workers | wc -l) workers, not one"
greets --compare -v
cmp -s "$TMP/out" "$TMP/greeting" || fail "not the greeting: $(head -n 3 "$TMP/out")"
expect "$TMP/err" '^compare .*the same connection.* here'
await 'outcome=OK '
outcome 42 HANDSHAKE_ALERT --cacert "$CA" --connect-to 127.0.0.1 --servername other.test "quic://localhost:$PORT"
await 'sni=other\.test.*alert=112 alert_from=us' || fail 'another name was served'
stop_server

cd "$TMP" || error cd
make_zoo zoo
serve_zoo --listen quic:127.0.0.1:0
is_greeted() {
	grep -q '^This is a zoo of certificates' out
}
judge_zoo "$(datagram_port 1)"
stop_server
run_status 2 "$HELLO_ZOO" --misbehave plain --listen quic:127.0.0.1:0
expect "$TMP/err" 'exclude each other'

# ---- who may come ------------------------------------------------------------------------------------

# Not admitted: no answer at all, and one line, not one for each datagram.
start_server --listen quic:127.0.0.1:0 --deny 127.0.0.1
"$DATAGRAM_CLIENTS" hello 3 "$PORT" >"$TMP/crowd" || fail 'no hello was sent'
grep -q 'answers=3' "$TMP/crowd" || fail "an admitted client got nothing: $(cat "$TMP/crowd")"
outcome 21 CONNECT_TIMEOUT --cacert "$CA" --connect-to 127.0.0.1 --max-time 2 "quic://localhost:$PORT" ||
	fail 'a denied client was served'
await 'peer=127\.0\.0\.1:[0-9]* outcome=CLIENT_DENIED'
stop_server

make_clients
# shellcheck disable=SC2086 # words
start_server --listen quic:127.0.0.1:0 --client-ca "$CA" --crlfile "$CRLS" $ALLOW
lines=0
# shows KIND STATUS REGEX: what the client ends with, and what the log says of it.
shows() {
	kind=$1 want=$2 regex=$3
	set --
	[ "$kind" = none ] || set -- --cert "$CLIENTS/$kind.pem" --key "$CLIENTS/$kind.key"
	status=0
	"$HELLO_CLIENT" --cacert "$CA" --connect-to 127.0.0.1 "$@" "quic://localhost:$PORT" >"$TMP/out" 2>"$TMP/err" || status=$?
	[ "$status" = "$want" ] || fail "$kind: status $status, not $want: $(cat "$TMP/err")"
	lines=$((lines + 1))
	await 'peer=' $lines
	grep 'peer=' "$SERVER_LOG" | tail -n 1 | grep -q " outcome=$regex" || fail "$kind: $(tail -n 1 "$SERVER_LOG")"
}
shows good 0 'OK .*protocol=QUICv1 .*client=good'
shows none 60 'CLIENT_CERT_REQUIRED .* alert=116 alert_from=us detail="the client sent no certificate"'
shows other-ca 61 'CLIENT_CERT_REFUSED .* alert=48 alert_from=us'
shows expired 61 'CLIENT_CERT_REFUSED .* alert=45 alert_from=us'
shows revoked 61 'CLIENT_CERT_REFUSED .* alert=44 alert_from=us'
shows wrong-eku 61 'CLIENT_CERT_REFUSED .* alert=43 alert_from=us'
shows not-listed 61 'CLIENT_CERT_REFUSED .* alert=46 alert_from=us'
shows good 0 'OK .*protocol=QUICv1 .*client=good'
stop_server

# ---- usages that cannot be ---------------------------------------------------------------------------

run_status 2 "$HELLO_SERVER" --listen quic:127.0.0.1:0 --tls-max 1.2 --cert "$CERT" --key "$KEY"
expect "$TMP/err" 'QUIC needs TLS 1\.3'
run_status 2 "$HELLO_SERVER" --listen quic:localhost:0 --cert "$CERT" --key "$KEY"
expect "$TMP/err" 'expected quic:ADDR:PORT'
run_status 2 "$HELLO_SERVER" --metrics quic:127.0.0.1:0 --cert "$CERT" --key "$KEY"
expect "$TMP/err" 'metrics are served over TCP'
# A port that is in use, at the start and for --check.
start_server --listen quic:127.0.0.1:0
# shellcheck disable=SC2086  # words, or none
run_status 4 "$HELLO_SERVER" $WORK_AS --listen "quic:127.0.0.1:$PORT" --cert "$CERT" --key "$KEY"
expect "$TMP/err" "cannot listen on UDP 127.0.0.1:$PORT"
# shellcheck disable=SC2086
"$HELLO_SERVER" $WORK_AS --check --listen "quic:127.0.0.1:$PORT" --cert "$CERT" --key "$KEY" >"$TMP/out" 2>&1
expect "$TMP/out" 'it is in use, perhaps by this server'
stop_server
