#!/bin/sh
# dtls-sandbox.sh - somebody who has taken over the datagram worker, a real one, can open, bind, connect, fork,
# signal and become nothing; exec ends it; and its list of system calls has no accept and no event loop: a
# traced worker uses none that is not on its list.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

DTLS_CLIENTS=$builddir/tests/support/dtls_clients
probe=$builddir/tests/support/escape_attempts.so
cd "$TMP" || error cd # what the probe may make, it makes here
make_pki

one_more() {
	"$DTLS_CLIENTS" greet 1 1 "$PORT" "$CA" >"$TMP/one" 2>"$TMP/err"
	grep -q '^ok=1 ' "$TMP/one" || fail "not greeted: $(cat "$TMP/one" "$TMP/err")"
}

start_server --listen dtls:127.0.0.1:0
logged 'sandbox=.*seccomp' || skip 'there is no seccomp in this build, or this kernel'
stop_server

# preloaded KIND ARG...
preloaded() {
	PROBE=$1
	shift
	export PROBE LD_PRELOAD="$probe"
	start_server --listen dtls:127.0.0.1:0 "$@"
	unset PROBE LD_PRELOAD
}

preloaded all
one_more
await '^probe end='
stop_server
tried=$(count '^probe ')
[ "$tried" -eq 20 ] || fail "$tried attempts, not 20"
! grep -E '^probe (.*=ALLOWED)$' "$SERVER_LOG" | grep -v '^probe end=' || fail 'this was allowed'
! grep '^probe ' "$SERVER_LOG" | grep -vE '=(EPERM|EACCES)$|^probe end=' ||
	fail 'this was stopped by something else'

for kind in exec ptrace; do
	preloaded $kind
	# The successor meets it once more, so the client is not asked.
	timeout 30 "$DTLS_CLIENTS" hello 1 "$PORT" >"$TMP/one" 2>&1
	await 'was killed by signal 31'
	! logged '^probe end=' || fail "$kind did not end it"
	kill -TERM "$SERVER_PID"
	server_left 0
done

# Without: the same attempts, to show that it is the sandbox that stops them.
preloaded all --sandbox off
"$DTLS_CLIENTS" hello 1 "$PORT" >"$TMP/one" 2>&1
await '^probe end='
logged '^probe open=ALLOWED' || fail 'the probe cannot open a file even without a sandbox'
logged '^probe socket=ALLOWED' || fail 'the probe cannot make a socket even without a sandbox'
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
cat >"$TMP/traced" <<END
#!/bin/sh
exec strace -D -ff -qq -s 0 -o "$TMP/trace" "$HELLO_SERVER" "\$@"
END
chmod +x "$TMP/traced"
HELLO_SERVER=$TMP/traced
start_server --listen dtls:127.0.0.1:0
"$DTLS_CLIENTS" greet 200 4 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
grep -q '^ok=200 ' "$TMP/crowd" || fail "the traced worker: $(cat "$TMP/crowd" "$TMP/err")"
kill -HUP "$SERVER_PID"
await 'msg=ready' 2
"$DTLS_CLIENTS" greet 20 4 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
stop_server
for trace in "$TMP"/trace.*; do
	awk 'entered && match($0, /^[a-z0-9_]+\(/) { print substr($0, 1, RLENGTH - 1) }
		/SECCOMP_SET_MODE_FILTER.* = 0$/ { entered = 1 }' "$trace"
done | sort | uniq -c | awk '{ print $2, $1 }' >"$TMP/calls"
cat "$TMP/calls"
[ "$(awk '$1 == "recvmsg" { print $2 }' "$TMP/calls")" -ge 200 ] || fail 'that was not the worker'
awk '{ print $1 }' "$TMP/calls" | sort | comm -23 - "$TMP/list" >"$TMP/strange"
[ ! -s "$TMP/strange" ] || fail "not on the list: $(tr '\n' ' ' <"$TMP/strange")"
