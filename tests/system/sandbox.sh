#!/bin/sh
# sandbox.sh - somebody who has taken over a worker, a real one, can open, bind, connect, fork, signal and
# become nothing; exec and ptrace end it; and the service greets from within.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

probe=$builddir/tests/support/probe.so
cd "$TMP" || error cd # what the probe may make, it makes here
make_pki

start_server --workers 1
in_force=$(sed -n 's/.*msg="workers are confined".* sandbox=//p' "$SERVER_LOG")
stop_server
case $in_force in
landlock*,seccomp) echo "in force: $in_force" ;;
none) skip 'this build, or this kernel, has no sandbox' ;;
*) echo "in force: only $in_force" ;;
esac
case $in_force in
*seccomp*) ;;
*) skip "seccomp is not there, and this test is about it ($in_force)" ;;
esac

# preloaded KIND ARG...
preloaded() {
	PROBE=$1
	shift
	export PROBE LD_PRELOAD="$probe"
	start_server --workers 1 "$@"
	unset PROBE LD_PRELOAD
}

preloaded all
server_alive
await '^probe end='
stop_server
tried=$(count '^probe ')
[ "$tried" -eq 18 ] || fail "$tried attempts, not 18"
! grep -E '^probe (.*=ALLOWED)$' "$SERVER_LOG" | grep -v '^probe end=' || fail 'this was allowed'
! grep '^probe ' "$SERVER_LOG" | grep -vE '=(EPERM|EACCES)$|^probe end=' ||
	fail 'this was stopped by something else'

# The connection goes with the worker; its successor does it once more, so the client is not asked.
for kind in exec ptrace; do
	preloaded $kind
	greeted
	await 'was killed by signal 31'
	! logged '^probe end=' || fail "$kind did not end it"
	kill -TERM "$SERVER_PID"
	server_left 0
done

# Without: the same attempts, to show that it is the sandbox that stops them.
preloaded all --sandbox off
server_alive
await '^probe end='
logged '^probe open=ALLOWED' || fail 'the probe cannot open a file even without a sandbox'
logged '^probe socket=ALLOWED' || fail 'the probe cannot make a socket even without a sandbox'
stop_server
