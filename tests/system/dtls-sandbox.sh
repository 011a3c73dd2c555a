#!/bin/sh
# dtls-sandbox.sh - somebody who has taken over the datagram worker, a real one, can open, bind, connect, fork,
# signal and become nothing; exec ends it; and its list of system calls has no accept and no event loop: a
# traced worker uses none that is not on its list.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/confined.sh
. "${srcdir:-.}/tests/system/confined.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"
SERVED='--listen dtls:127.0.0.1:0'

cd "$TMP" || error cd
make_pki

# shellcheck disable=SC2086 # words
start_server $SERVED
logged 'sandbox=.*seccomp' || skip 'there is no seccomp in this build, or this kernel'
stop_server

# The client is not asked.
visit() {
	timeout 30 "$DATAGRAM_CLIENTS" hello 1 "$PORT" >"$TMP/one" 2>&1
}
escapes_nowhere one_more 'with the probe'
dies_trying visit
escapes_without visit
# The probe has shut its socket down.
workers | xargs kill -KILL "$SERVER_PID"
untrack "$SERVER_PID"

# The calls of a real one.
command -v strace >/dev/null || skip 'strace is not installed; the probes passed'
strace -f -qq -e trace=none true 2>"$TMP/err" || skip "strace is not permitted here: $(cat "$TMP/err"); the probes passed"
source=$srcdir/src/server/confine/sandbox_seccomp.c
sed -n '/^static const int common/,/^};/p; /^static int add_common/,/^}/p' "$source" | sed -n 's/.*SCMP_SYS(\([a-z0-9_]*\)).*/\1/p' | sort -u >"$TMP/list"
[ "$(wc -l <"$TMP/list")" -ge 30 ] || error 'the list was not found'
! grep -qE '^(accept|epoll|socket|connect|bind|shutdown)' "$TMP/list" || fail 'the list has calls of streams'
! has_quic || SERVED="$SERVED --listen quic:127.0.0.1:0"
trace_server
# crowd N: of DTLS, and of QUIC in a build that has it.
crowd() {
	greet_crowd "$1" 4 'the traced worker'
	quic=$(SCHEME=quic && datagram_port 1)
	[ -n "$quic" ] || return 0
	(DATAGRAM_CLIENTS=$builddir/tests/support/quic_clients PORT=$quic && greet_crowd "$1" 4 'the traced worker, QUIC') ||
		exit
}
crowd 200
kill -HUP "$SERVER_PID"
await 'msg=ready' 2
crowd 20
stop_server
calls_are_in "$TMP/list" recvmsg 200
