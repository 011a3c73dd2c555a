#!/bin/sh
# sandbox.sh - somebody who has taken over a worker, a real one, can open, bind, connect, fork, signal and
# become nothing; exec and ptrace end it; and the service greets from within.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

probe=$builddir/tests/support/escape_attempts.so
need openssl
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
[ "$tried" -eq 20 ] || fail "$tried attempts, not 20"
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
logged '^probe shutdown-read=ALLOWED' || fail 'the probe cannot end a listener even without a sandbox'

# A listener that was shut down listens again, at the same port; one that cannot ends the server, which
# says so, and whose manager can start it anew.
await "level=error .*msg=\"127.0.0.1:$PORT was shut down by a process of this server; it listens again\""
server_alive
stop_server
path=$TMP/hello.sock
preloaded shutdown --sandbox off --listen "unix:$path" --listen 127.0.0.1:0
openssl s_client -unix "$path" </dev/null >"$TMP/out" 2>&1
server_left 4
logged 'msg="a listener cannot be reopened: draining" outcome=LISTEN' || fail 'the log does not say why'
logged "^hello-server: LISTEN: unix:$path was shut down by a process of this server" || fail 'the reason is not told'
[ ! -e "$path" ] || fail 'the path stays'

# The first workers end before they are ready: the server ends with them, and is no crash loop.
for each in 'refuse 5 PRIVILEGES' 'die 1 INTERNAL'; do
	# shellcheck disable=SC2086  # three words
	set -- $each
	# shellcheck disable=SC2086  # words, or none
	run_status "$2" timeout 20 env PROBE="$1" LD_PRELOAD="$probe" "$HELLO_SERVER" $WORK_AS \
		--listen 127.0.0.1:0 --workers 2 --cert "$CERT" --key "$KEY"
	expect "$TMP/err" "^hello-server: $3: the first workers "
	! grep 'workers are confined' "$TMP/err" || fail 'that was not proven'
done
