# shellcheck shell=sh disable=SC2154 # $builddir and the like: of lib.sh, which the test brings
# tests/system/confined.sh - for tests of the sandbox of a worker, with a real one that somebody has taken
# over, or is traced. A test brings server.sh along before, and is in $TMP: what the probe may make, it makes
# there.
#
#	SERVED='...'                options of the server
#	preloaded KIND [ARG...]     starts it with tests/support/escape_attempts.c
#	escapes_nowhere VISIT...    its first client is greeted by the command VISIT; all attempts are stopped
#	dies_trying VISIT...        exec and ptrace end it
#	escapes_without VISIT...    without a sandbox the attempts succeed
#	trace_server                starts it under strace
#	calls_are_in LIST CALL N    no process made another call in the sandbox; CALL was made N times or more

probe=$builddir/tests/support/escape_attempts.so

preloaded() {
	PROBE=$1
	shift
	export PROBE LD_PRELOAD="$probe"
	# shellcheck disable=SC2086 # words
	start_server $SERVED "$@"
	unset PROBE LD_PRELOAD
}

escapes_nowhere() {
	preloaded all
	"$@"
	await '^probe end='
	stop_server
	tried=$(count '^probe ')
	[ "$tried" -eq 20 ] || fail "$tried attempts, not 20"
	! grep -E '^probe (.*=ALLOWED)$' "$SERVER_LOG" | grep -v '^probe end=' || fail 'this was allowed'
	! grep '^probe ' "$SERVER_LOG" | grep -vE '=(EPERM|EACCES)$|^probe end=' ||
		fail 'this was stopped by something else'
}

# The connection goes with the worker; its successor does it once more, so the client is not asked.
dies_trying() {
	for kind in exec ptrace; do
		preloaded $kind
		"$@"
		await 'was killed by signal 31'
		! logged '^probe end=' || fail "$kind did not end it"
		kill -TERM "$SERVER_PID"
		server_left 0
	done
}

escapes_without() {
	preloaded all --sandbox off
	"$@"
	await '^probe end='
	logged '^probe open=ALLOWED' || fail 'the probe cannot open a file even without a sandbox'
	logged '^probe socket=ALLOWED' || fail 'the probe cannot make a socket even without a sandbox'
}

# -D: the server keeps its place as our child; -ff: one file for each process.
trace_server() {
	cat >"$TMP/traced" <<-END
		#!/bin/sh
		exec strace -D -ff -qq -s 0 -o "$TMP/trace" "$HELLO_SERVER" "\$@"
	END
	chmod +x "$TMP/traced"
	HELLO_SERVER=$TMP/traced
	# shellcheck disable=SC2086 # words
	start_server $SERVED
}

# What comes after the filter was loaded.
calls_are_in() {
	for trace in "$TMP"/trace.*; do
		awk 'entered && match($0, /^[a-z0-9_]+\(/) { print substr($0, 1, RLENGTH - 1) }
			/SECCOMP_SET_MODE_FILTER.* = 0$/ { entered = 1 }' "$trace"
	done | sort | uniq -c | awk '{ print $2, $1 }' >"$TMP/calls"
	cat "$TMP/calls"
	[ "$(awk -v call="$2" '$1 == call { print $2 }' "$TMP/calls")" -ge "$3" ] ||
		fail 'that was not the worker, or it has no filter'
	awk '{ print $1 }' "$TMP/calls" | sort | comm -23 - "$1" >"$TMP/strange"
	[ ! -s "$TMP/strange" ] || fail "not on the list: $(tr '\n' ' ' <"$TMP/strange")"
}
