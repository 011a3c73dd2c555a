#!/bin/sh
# limit.sh - more half-open handshakes than --max-handshakes: the oldest make room, so that a good client
# is greeted, and the log names why they had to.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server --workers 1 --max-handshakes 10 --handshake-timeout 3s
start_crowd half 50 "$PORT"
await 'outcome=LIMIT_REACHED' 40
server_alive # it takes the place of one more
finish_crowd
[ "$(crowd open)" -eq 0 ] || fail 'not all were closed'
stop_server
[ "$(count 'outcome=LIMIT_REACHED')" -eq 41 ] ||
	fail "$(count 'outcome=LIMIT_REACHED') made room, not 41"
[ "$(count 'outcome=HANDSHAKE_TIMEOUT')" -eq 9 ] ||
	fail "$(count 'outcome=HANDSHAKE_TIMEOUT') reached their deadline, not 9"
