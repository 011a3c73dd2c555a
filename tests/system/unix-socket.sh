#!/bin/sh
# unix-socket.sh - --listen unix:PATH: it is served; a stale path is replaced, one in use is not; the path
# goes when the server does, also while it drains, unless it is somebody else's by then.
# shellcheck disable=SC2086  # $WORK_AS: words, or none
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
path=$TMP/hello.sock

greeted_here() {
	openssl s_client -quiet -verify_return_error -CAfile "$CA" -verify_hostname localhost \
		-unix "$path" </dev/null >"$TMP/greeted.out" 2>"$TMP/greeted.err" &&
		printf '%s\n' "$GREETING" | cmp -s - "$TMP/greeted.out"
}
must_greet() {
	greeted_here || fail "$1: $(cat "$TMP/greeted.err")"
}
in_use() {
	run_status 4 timeout 20 "$HELLO_SERVER" $WORK_AS --cert "$CERT" --key "$KEY" --listen "unix:$path"
	expect "$TMP/err" "^hello-server: LISTEN: cannot listen on unix:$path: $1"
	expect "$TMP/err" '^  try: .'
}
inode() {
	stat -c %i "$path"
}
# The port is that of a second listener, which start_server needs.
start_here() {
	start_server --listen "unix:$path" --listen 127.0.0.1:0 --workers 2 "$@"
}

start_here
logged "msg=listening addr=unix:$path" || fail 'the log does not name the path'
must_greet 'on a path'
server_alive
await 'peer=unix outcome=OK'
in_use 'it is in use'
kill -HUP "$SERVER_PID"
await 'msg=ready' 2
must_greet 'after a reload'
stop_server
[ ! -e "$path" ] || fail 'the path stays behind'

# Killed, so that it could not clean up.
start_here
kill -KILL "$SERVER_PID"
wait "$SERVER_PID" 2>/dev/null
untrack "$SERVER_PID"
[ -S "$path" ] || fail 'who removed the path?'
# Its workers drain, and answer until they have closed the socket.
answered() {
	greeted_here || return 0
	return 1
}
wait_for "$PATIENCE" answered || fail 'the workers of a dead master serve on'
start_here
must_greet 'after a stale path'

# What is not a socket is not touched.
mv "$path" "$TMP/moved.sock"
echo precious >"$path"
in_use 'it exists and is not a socket'
expect "$path" precious

# The path is another's by now.
rm "$path"
first=$SERVER_PID first_log=$SERVER_LOG
start_here
second=$SERVER_PID second_log=$SERVER_LOG second_inode=$(inode)
SERVER_PID=$first SERVER_LOG=$first_log
stop_server
[ "$(inode)" = "$second_inode" ] || fail 'a server removed the path of another'
must_greet 'after the other left'
SERVER_PID=$second SERVER_LOG=$second_log
stop_server
[ ! -e "$path" ] || fail 'the path stays behind'

# One that drains gives its path up at once: a successor need not wait for slow clients.
start_here --drain-timeout 10m --handshake-timeout 10m
start_crowd --time 300 idle 2 "$PORT"
first=$SERVER_PID
kill -TERM "$first"
await 'SIGTERM received: draining'
wait_for "$PATIENCE" [ ! -e "$path" ] || fail 'the path stays while the server drains'
start_here
must_greet 'beside one that drains'
! is_gone "$first" || fail 'the first server did not drain'
second=$SERVER_PID
SERVER_PID=$first
kill -TERM "$first"
server_left 0
finish_crowd
SERVER_PID=$second
must_greet 'after the one that drained has left'
stop_server
