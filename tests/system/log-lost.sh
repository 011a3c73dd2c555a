#!/bin/sh
# log-lost.sh - a log that is quiet, full, closed, or that nobody reads any more stops nothing: the
# server greets, reloads, replaces a worker, and leaves as always.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# Such a log does not tell the port. While this server has it on one address, nobody takes it on all
# of them, and another address is free.
start_server --workers 1
HOST=127.0.0.2

serve() {
	# shellcheck disable=SC2086  # words, or none
	exec "$HELLO_SERVER" $WORK_AS --listen "$HOST:$PORT" --workers 1 --cert "$CERT" --key "$KEY" "$@"
}

# One worker, and another one than before.
is_new() {
	new=$(workers)
	[ -n "$new" ] && [ "$new" != "$old" ] && [ "$(echo "$new" | wc -l)" -eq 1 ]
}

# survives PID WHAT: the server, and what is special about its log.
survives() {
	SERVER_PID=$1
	track "$SERVER_PID"
	wait_for "$PATIENCE" greeted || fail "with a log $2: nobody is greeted"
	old=$(workers)
	kill -HUP "$SERVER_PID"
	wait_for "$PATIENCE" is_new || fail "with a log $2: it does not reload"
	old=$new
	kill -KILL "$old"
	wait_for "$PATIENCE" is_new || fail "with a log $2: a killed worker is not replaced"
	wait_for "$PATIENCE" greeted || fail "with a log $2: nobody is greeted any more"
	stop_server
	echo "with a log $2: all is well"
}

serve --log-level error 2>"$TMP/quiet.log" &
survives $! 'for errors only'
[ ! -s "$TMP/quiet.log" ] || fail "there is more than errors in it: $(cat "$TMP/quiet.log")"

if [ -c /dev/full ]; then
	serve 2>/dev/full &
	survives $! 'on a full disk'
fi

serve 2>&- &
survives $! 'that is closed'

mkfifo "$TMP/pipe"
cat "$TMP/pipe" >"$TMP/read.log" &
reader=$!
track $reader
serve 2>"$TMP/pipe" &
server=$!
wait_for "$PATIENCE" grep -q 'msg=ready' "$TMP/read.log" || fail 'the server is not ready'
kill -KILL $reader
wait $reader
untrack $reader
survives $server 'that nobody reads any more'
