#!/bin/sh
# access.sh - --allow and --deny are judged before any TLS work, and logged as CLIENT_DENIED.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
denied() {
	! greeted || fail "greeted: $*"
	await 'peer=127.0.0.1:[0-9]* outcome=CLIENT_DENIED .* received=0 sent=0'
	stop_server
}

start_server --deny 127.0.0.0/8
denied deny
start_server --allow 192.0.2.0/24 --allow 2001:db8::/32
denied not allowed
start_server --allow 127.0.0.0/8 --deny 127.0.0.1
denied deny wins
start_server --allow 192.0.2.0/24 --allow 127.0.0.1 --deny 10.0.0.0/8
server_alive
stop_server

run_status 2 "$HELLO_SERVER" --allow 10.0.0.1/8
grep -q '^  try: use --allow 10.0.0.0/8' "$TMP/err" || fail 'no advice'
