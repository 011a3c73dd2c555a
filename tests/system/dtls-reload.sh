#!/bin/sh
# dtls-reload.sh - reloads, a crash and the end of a server with DTLS listeners: while one datagram worker
# takes over from another no client is lost, and the new certificate is served; a worker that dies is
# replaced; on SIGTERM the server finishes what is open.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
DTLS_CLIENTS=$builddir/tests/support/dtls_clients
make_pki
start_server --listen dtls:127.0.0.1:0 --log-level debug

served() {
	timeout 10 openssl s_client -dtls1_2 -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}
one_worker() {
	[ "$(workers | wc -l)" -eq 1 ]
}

# Handshakes all the time, and a new generation every moment.
"$DTLS_CLIENTS" greet 1000 8 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err" &
crowd=$!
track $crowd
generation=1
while [ $generation -lt 12 ] && ! is_gone $crowd; do
	# On a busy machine a worker may be relieved before it has greeted anybody.
	[ $generation -gt 3 ] || await "role=datagrams-$generation .*outcome=OK"
	kill -HUP "$SERVER_PID"
	generation=$((generation + 1))
	await "reloaded: generation $generation begins"
	await 'msg=ready' $generation
done
[ $generation -ge 4 ] || fail "only $generation generations while the clients came"
wait_for 100 is_gone $crowd || fail 'the clients do not end'
untrack $crowd
cat "$TMP/crowd"
grep -q '^ok=1000 failed=0 ' "$TMP/crowd" || fail "lost in a reload: $(cat "$TMP/crowd" "$TMP/err")"
# A lost datagram would have cost a timer; without a handover hundreds are lost.
repeated=$(sed 's/.*repeated=//' "$TMP/crowd")
[ "$repeated" -le 30 ] || fail "$repeated datagrams were lost in $generation reloads"
[ "$(count 'the successor reads the datagrams')" -eq $((generation - 1)) ] ||
	fail "$(count 'the successor reads the datagrams') handovers in $((generation - 1)) reloads"
wait_for "$PATIENCE" one_worker || fail 'an old worker stays'

first=$(served)
"$HELLO_CERTS" renew "$PKI" localhost >"$TMP/out" 2>&1 || error 'renew'
kill -HUP "$SERVER_PID"
generation=$((generation + 1))
await 'msg=ready' $generation
second=$(served)
if [ -z "$first" ] || [ -z "$second" ] || [ "$first" = "$second" ]; then
	fail "served before and after: $first $second"
fi

# Killed: the next one does not wait for it.
wait_for "$PATIENCE" one_worker || fail 'an old worker stays'
kill -KILL "$(workers)"
await 'was killed by signal 9'
"$DTLS_CLIENTS" greet 1 1 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
grep -q '^ok=1 ' "$TMP/crowd" || fail "after a crash: $(cat "$TMP/crowd" "$TMP/err")"
# Stopped: the next generation takes over anyway.
stuck=$(workers)
kill -STOP "$stuck"
kill -HUP "$SERVER_PID"
generation=$((generation + 1))
await 'the previous datagram worker does not answer'
"$DTLS_CLIENTS" greet 1 1 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
grep -q '^ok=1 ' "$TMP/crowd" || fail "beside a stuck worker: $(cat "$TMP/crowd" "$TMP/err")"
kill -CONT "$stuck"
wait_for "$PATIENCE" one_worker || fail 'the stuck worker stays'

# In the middle of their handshakes: stalled clients are cut off at the end of the drain, as SHUTDOWN.
stop_server
start_server --listen dtls:127.0.0.1:0 --drain-timeout 1s
mkfifo "$TMP/open" || error mkfifo
"$DTLS_CLIENTS" stall 3 "$PORT" <"$TMP/open" >"$TMP/stalled" 2>"$TMP/err" &
stalled=$!
track $stalled
exec 7>"$TMP/open"
wait_for "$PATIENCE" grep -q ready "$TMP/stalled" || fail 'they do not stall'
stop_server
[ "$(count 'outcome=SHUTDOWN')" -eq 3 ] || fail "$(count 'outcome=SHUTDOWN') were cut off, not 3"
exec 7>&-
wait_for "$PATIENCE" is_gone $stalled
untrack $stalled

# The end of the master is the end of its workers.
start_server --listen dtls:127.0.0.1:0
worker=$(workers)
kill -KILL "$SERVER_PID"
wait_for "$PATIENCE" is_gone "$worker" || fail 'the worker outlives the master'
logged 'the master is gone: this worker drains and exits' || fail 'the log does not say why'
untrack "$SERVER_PID"
