#!/bin/sh
# quic-server-reload.sh - reloads, a crash and the end of a server with QUIC listeners: while one datagram
# worker takes over from another no client is lost, also if it had a Retry of the first; the new
# certificate is served; a worker that dies is replaced; on SIGTERM the server finishes what is open.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
QUIC_CLIENTS=$builddir/tests/support/quic_clients
"$HELLO_SERVER" --check --listen quic:127.0.0.1:0 2>&1 | grep -q 'built without QUIC' && skip 'this build has no QUIC'
make_pki
start_server --listen quic:127.0.0.1:0 --log-level debug

served() {
	timeout 10 openssl s_client -quic -alpn hello/1 -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}
one_worker() {
	[ "$(workers | wc -l)" -eq 1 ]
}

# Handshakes all the time, and a new generation every moment.
many=500
! all_rows || many=3000
"$QUIC_CLIENTS" greet $many 8 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err" &
crowd=$!
track $crowd
generation=1
while [ $generation -lt 12 ] && ! is_gone $crowd; do
	[ $generation -gt 3 ] || await "role=datagrams-$generation .*outcome=OK"
	kill -HUP "$SERVER_PID"
	generation=$((generation + 1))
	await "reloaded: generation $generation begins"
	await 'msg=ready' $generation
done
[ $generation -ge 3 ] || fail "only $generation generations while the clients came"
wait_for 100 is_gone $crowd || fail 'the clients do not end'
untrack $crowd
echo "$generation generations: $(cat "$TMP/crowd")"
grep -q "^ok=$many failed=0" "$TMP/crowd" || fail "lost in a reload: $(cat "$TMP/crowd" "$TMP/err")"
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
"$QUIC_CLIENTS" greet 1 1 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
grep -q '^ok=1 ' "$TMP/crowd" || fail "after a crash: $(cat "$TMP/crowd" "$TMP/err")"

# Clients that have a Retry of one worker, and answer it when the next one reads the sockets. On a busy
# machine they may come later than the old worker waits for them, so not only once.
# late: are all of them greeted?
late() {
	generation=$(($(count 'msg=ready')))
	"$QUIC_CLIENTS" late 5 "$PORT" "$CA" <"$TMP/open" >"$TMP/late" 2>"$TMP/err" &
	late_pid=$!
	track $late_pid
	exec 7>"$TMP/open"
	wait_for "$PATIENCE" grep -q ready "$TMP/late" || fail "they have no Retry: $(cat "$TMP/err")"
	drained=$(count 'role=datagrams-[0-9]* msg="SIGTERM received: draining')
	kill -HUP "$SERVER_PID"
	await 'role=datagrams-[0-9]* msg="SIGTERM received: draining' $((drained + 1))
	exec 7>&-
	wait_for 100 is_gone $late_pid || fail 'the late clients do not end'
	untrack $late_pid
	await 'msg=ready' $((generation + 1))
	wait_for "$PATIENCE" one_worker || fail 'an old worker stays'
	cat "$TMP/late"
	grep -q '^ok=5 ' "$TMP/late"
}
mkfifo "$TMP/open" || error mkfifo
late || late || late || fail "with a Retry of the old worker: $(cat "$TMP/late" "$TMP/err")"

# In the middle of their handshakes: stalled clients are cut off at the end of the drain, as SHUTDOWN.
stop_server
start_server --listen quic:127.0.0.1:0 --drain-timeout 1s
"$QUIC_CLIENTS" stall 3 "$PORT" <"$TMP/open" >"$TMP/stalled" 2>"$TMP/err" &
stalled=$!
track $stalled
exec 7>"$TMP/open"
wait_for "$PATIENCE" grep -q ready "$TMP/stalled" || fail 'they do not stall'
stop_server
[ "$(count 'outcome=SHUTDOWN')" -eq 3 ] || fail "$(count 'outcome=SHUTDOWN') were cut off, not 3"
exec 7>&-
wait_for "$PATIENCE" is_gone $stalled
untrack $stalled
