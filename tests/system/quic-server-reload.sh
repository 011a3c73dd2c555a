#!/bin/sh
# quic-server-reload.sh - reloads, a crash and the end of a server with QUIC listeners: while one datagram
# worker takes over from another no client is lost, also if it had a Retry of the first; the new
# certificate is served; a worker that dies is replaced; on SIGTERM the server finishes what is open.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
SCHEME=quic
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

need openssl
make_pki
start_server --listen quic:127.0.0.1:0 --log-level debug
many=500
! all_rows || many=3000
reload_in_a_crowd $many
serve_renewed
crash

# Clients that have a Retry of one worker, and answer it when the next one reads the sockets. On a busy
# machine they may come later than the old worker waits for them, so not only once.
# late: are all of them greeted?
late() {
	generation=$(($(count 'msg=ready')))
	hold "$DATAGRAM_CLIENTS" late 5 "$PORT" "$CA"
	drained=$(count 'role=datagrams-[0-9]* msg="SIGTERM received: draining')
	reload
	await 'role=datagrams-[0-9]* msg="SIGTERM received: draining' $((drained + 1))
	let_go
	await 'msg=ready' $generation
	wait_for "$PATIENCE" one_worker || fail 'an old worker stays'
	cat "$TMP/held"
	grep -q '^ok=5 ' "$TMP/held"
}
late || late || late || fail "with a Retry of the old worker: $(cat "$TMP/held" "$TMP/held.err")"

stop_server
cut_off
