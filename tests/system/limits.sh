#!/bin/sh
# limits.sh - --max-connections and --max-per-client: whoever has waited longest makes room, is logged as
# LIMIT_REACHED, and a good client is greeted; what cannot fit is refused at the start.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server --workers 1 --max-connections 100 --drain-timeout 500ms
start_crowd idle 150 "$PORT"
await 'outcome=LIMIT_REACHED .*--max-connections' 50
server_alive
stop_server
finish_crowd
[ "$(count 'outcome=LIMIT_REACHED')" -eq 51 ] ||
	fail "$(count 'outcome=LIMIT_REACHED') made room, not 51"

start_server --workers 1 --max-per-client 10 --drain-timeout 500ms
start_crowd idle 30 "$PORT"
await 'outcome=LIMIT_REACHED .*--max-per-client' 20
server_alive
stop_server
finish_crowd

# As many as a process may have descriptors for, and the sum that shows why not.
(
	# shellcheck disable=SC3045  # not in POSIX, and in every shell that a Debian or Fedora has as sh
	ulimit -n 1000 || exit 99
	run_status 2 "$HELLO_SERVER" --cert "$CERT" --key "$KEY" --workers 2 --max-connections 5000 \
		--listen 127.0.0.1:0
	grep -q '^hello-server: USAGE: 5000 connections divided among 2 workers are 2500 each; .* needs 2548, .* is 1000$' \
		"$TMP/err" || fail "no arithmetic"
	grep -q '^  try: use --max-connections 1904,' "$TMP/err" || fail 'no advice'
) || exit
