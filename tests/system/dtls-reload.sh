#!/bin/sh
# dtls-reload.sh - reloads, a crash and the end of a server with DTLS listeners: while one datagram worker
# takes over from another no client is lost, and the new certificate is served; a worker that dies is
# replaced; on SIGTERM the server finishes what is open.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

need openssl
make_pki
start_server --listen dtls:127.0.0.1:0 --log-level debug
reload_in_a_crowd 1000
# A lost datagram would have cost a timer; without a handover hundreds are lost.
repeated=$(sed 's/.*repeated=//' "$TMP/crowd")
[ "$repeated" -le 30 ] || fail "$repeated datagrams were lost in $generation reloads"
serve_renewed
crash

# Stopped: the next generation takes over anyway.
stuck=$(workers)
kill -STOP "$stuck"
reload
await 'the previous datagram worker does not answer'
one_more 'beside a stuck worker'
kill -CONT "$stuck"
wait_for "$PATIENCE" one_worker || fail 'the stuck worker stays'

stop_server
cut_off

# The end of the master is the end of its workers.
start_server --listen dtls:127.0.0.1:0
worker=$(workers)
kill -KILL "$SERVER_PID"
wait_for "$PATIENCE" is_gone "$worker" || fail 'the worker outlives the master'
logged 'the master is gone: this worker drains and exits' || fail 'the log does not say why'
untrack "$SERVER_PID"
