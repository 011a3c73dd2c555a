#!/bin/sh
# dtls.sh - hello-server greets over DTLS 1.2, beside TLS: s_client and gnutls-cli, IPv4 and IPv6; by the
# certificate of the name; with a report; and only clients that it may greet. Log and metrics show it.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

need openssl curl
make_pki

# s_client PORT [ARG...]: its output in $TMP/out; an end at standard input would be its own.
s_client() {
	s_client_port=$1
	shift
	mkfifo "$TMP/open" 2>/dev/null || true
	sleep 20 >"$TMP/open" &
	s_client_open=$!
	track $s_client_open
	timeout 15 openssl s_client -dtls1_2 -connect "127.0.0.1:$s_client_port" -CAfile "$CA" \
		-verify_return_error -servername localhost -quiet "$@" <"$TMP/open" >"$TMP/out" 2>"$TMP/err" &
	s_client_pid=$!
	track $s_client_pid
	wait_for "$PATIENCE" is_gone $s_client_pid || fail 's_client does not end'
	kill $s_client_open 2>/dev/null
	untrack $s_client_pid
	untrack $s_client_open
}

# Both at once, in one server; the close_notify of the server ends s_client.
start_server --workers 1 --listen 127.0.0.1:0 --listen dtls:127.0.0.1:0 --listen 'dtls:[::1]:0' \
	--metrics 127.0.0.1:0 --log-level debug
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")
DTLS=$(datagram_port 1) DTLS6=$(datagram_port 2)
[ -n "$DTLS6" ] || fail 'the log names no two ports for datagrams'
server_alive
s_client "$DTLS"
[ "$(cat "$TMP/out")" = "$GREETING" ] || fail "s_client got \"$(cat "$TMP/out")\": $(cat "$TMP/err")"
await 'role=datagrams-1 peer=127\.0\.0\.1:[0-9]* outcome=OK sni=localhost protocol=DTLSv1\.2 cipher=ECDHE-ECDSA-AES128-GCM-SHA256 .*handshake_ms='
timeout 20 openssl s_client -dtls1_2 -connect "[::1]:$DTLS6" -CAfile "$CA" -verify_return_error -quiet \
	</dev/null >"$TMP/out" 2>"$TMP/err"
await 'role=datagrams-1 peer=\[::1\]:[0-9]* outcome=OK'
[ "$(cat "$TMP/out")" = "$GREETING" ] || fail "by IPv6 s_client got \"$(cat "$TMP/out")\""

if command -v gnutls-cli >/dev/null; then
	# It ends when the server closes.
	(sleep 15 | timeout 20 gnutls-cli --udp --x509cafile "$CA" -p "$DTLS" localhost >"$TMP/gnutls" 2>&1) &
	gnutls=$!
	track $gnutls
	await_greeting() { grep -qx "$GREETING" "$TMP/gnutls"; }
	wait_for "$PATIENCE" await_greeting || fail "gnutls-cli was not greeted: $(cat "$TMP/gnutls")"
	grep -q 'certificate is trusted' "$TMP/gnutls" || fail 'gnutls-cli does not trust the certificate'
	kill $gnutls 2>/dev/null
	untrack $gnutls
else
	echo 'left out: gnutls-cli is not installed'
fi

# 12 at once, 60 in all.
"$DATAGRAM_CLIENTS" greet 60 12 "$DTLS" "$CA" >"$TMP/crowd" 2>"$TMP/err" || fail "the clients: $(cat "$TMP/err")"
grep -q '^ok=60 failed=0 ' "$TMP/crowd" || fail "of 60 clients: $(cat "$TMP/crowd") $(cat "$TMP/err")"
# An old session of this library's client, another version: rejected by the handshake, not by silence.
timeout 10 openssl s_client -dtls1 -cipher 'ALL:@SECLEVEL=0' -connect "127.0.0.1:$DTLS" </dev/null >"$TMP/out" 2>"$TMP/err" &&
	fail 'DTLS 1.0 was accepted'
await 'outcome=HANDSHAKE_PARAMETERS .*alert=70 alert_from=us detail="the client offers at most DTLS 1.0; the minimum here is 1.2" .* offers="versions up to DTLSv1.0; '
has() {
	curl -sSf --max-time 10 "http://$METRICS/metrics" 2>/dev/null | grep -qxF "$1"
}
# What connects is counted when its connection ends: s_client, once more by IPv6, and the crowd.
wait_for "$PATIENCE" has 'hello_connections_total{outcome="HANDSHAKE_PARAMETERS"} 1' || fail 'DTLS 1.0 is not counted'
curl -sSf "http://$METRICS/metrics" >"$TMP/metrics"
value() { sed -n "s/^$1 //p" "$TMP/metrics"; }
[ "$(value 'hello_handshakes_total{version="DTLSv1.2",resumed="no"}')" -ge 62 ] || fail 'DTLS handshakes are not counted'
[ "$(value 'hello_new_datagrams_total{result="accepted"}')" -ge 62 ] || fail 'new connections are not counted'
[ "$(value 'hello_new_datagrams_total{result="cookie"}')" -ge 62 ] || fail 'cookies are not counted'
wait_for "$PATIENCE" has hello_workers_ready\ 2 || fail 'the datagram worker does not count as a worker'
stop_server

# Datagrams alone, no worker for streams; the report; a greeting of several datagrams.
i=0
while [ $i -lt 300 ]; do
	echo "line $i of the greeting"
	i=$((i + 1))
done >"$TMP/greeting"
start_server --listen dtls:127.0.0.1:0 --report --node here --greeting-file "$TMP/greeting"
[ "$(workers | wc -l)" -eq 1 ] || fail "$(workers | wc -l) workers, not one"
s_client "$PORT"
head -n 300 "$TMP/out" | cmp -s - "$TMP/greeting" || fail "not the greeting: $(head -n 3 "$TMP/out") $(cat "$TMP/err")"
for each in 'peer: 127\.0\.0\.1:[0-9]*' 'server-name: localhost' 'protocol: DTLSv1\.2' 'node: here' 'client: none' \
	'binding: [0-9a-f]\{64\}'; do
	grep -qx "$each" "$TMP/out" || fail "the report lacks $each: $(tail -n 13 "$TMP/out")"
done
stop_server

# The certificate of the name, and none for others.
start_server --listen dtls:127.0.0.1:0 --strict-sni
timeout 10 openssl s_client -dtls1_2 -connect "127.0.0.1:$PORT" -servername other.test </dev/null >"$TMP/out" 2>"$TMP/err"
await 'sni=other\.test.*alert=112 alert_from=us' || fail 'another name was served'
s_client "$PORT"
[ "$(cat "$TMP/out")" = "$GREETING" ] || fail "the name was not served: $(cat "$TMP/err")"
stop_server

# Not admitted: no answer at all, and one line, not one for each datagram.
start_server --listen dtls:127.0.0.1:0 --deny 127.9.0.0/16 --deny 127.0.0.1
"$DATAGRAM_CLIENTS" hello 3 "$PORT" >"$TMP/crowd" || fail 'no hello was sent'
grep -q 'answers=3' "$TMP/crowd" || fail "an admitted client got nothing: $(cat "$TMP/crowd")"
# On a busy machine the client may not have begun when its time is over.
is_denied() {
	! timeout 3 openssl s_client -dtls1_2 -connect "127.0.0.1:$PORT" </dev/null >"$TMP/out" 2>"$TMP/err" ||
		fail 'a denied client was served'
	logged 'peer=127\.0\.0\.1:[0-9]* outcome=CLIENT_DENIED'
}
wait_for "$PATIENCE" is_denied || fail 'the log has no denied client'
stop_server

# hello-zoo has it, too: a bad certificate, which the client judges.
cd "$TMP" || error cd
make_zoo zoo
serve_zoo --listen dtls:127.0.0.1:0
DTLS=$(datagram_port 1)
for each in 'expired 10' 'self-signed 18'; do
	timeout 10 openssl s_client -dtls1_2 -connect "127.0.0.1:$DTLS" -servername "${each% *}.zoo.test" \
		-CAfile zoo/ca.pem </dev/null >"$TMP/out" 2>&1
	expect "$TMP/out" "Verify return code: ${each#* } "
done
stop_server
run_status 2 "$HELLO_ZOO" --misbehave plain --listen dtls:127.0.0.1:0
expect "$TMP/err" 'exclude each other'

# A usage that cannot be.
run_status 2 "$HELLO_SERVER" --listen dtls:127.0.0.1:0 --tls-min 1.3 --cert "$CERT" --key "$KEY"
expect "$TMP/err" 'DTLS 1.2 follows the policy of TLS 1.2'
run_status 2 "$HELLO_SERVER" --listen dtls:localhost:0 --cert "$CERT" --key "$KEY"
expect "$TMP/err" 'expected dtls:ADDR:PORT'
run_status 2 "$HELLO_SERVER" --metrics dtls:127.0.0.1:0 --cert "$CERT" --key "$KEY"
expect "$TMP/err" 'metrics are served over TCP'

# A port that is in use, at the start and for --check.
start_server --listen dtls:127.0.0.1:0
# shellcheck disable=SC2086  # words, or none
run_status 4 "$HELLO_SERVER" $WORK_AS --listen "dtls:127.0.0.1:$PORT" --cert "$CERT" --key "$KEY"
expect "$TMP/err" "cannot listen on UDP 127.0.0.1:$PORT"
# shellcheck disable=SC2086
"$HELLO_SERVER" $WORK_AS --check --listen "dtls:127.0.0.1:$PORT" --cert "$CERT" --key "$KEY" >"$TMP/out" 2>&1
expect "$TMP/out" 'it is in use, perhaps by this server'
stop_server
