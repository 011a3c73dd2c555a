#!/bin/sh
# stdout-full.sh - a greeting that cannot be printed is a failure of its own: on a full disk, to a
# reader that has left, with standard output closed.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server --workers 1

# cannot_print WHAT: the program has just ended with $status, and has said why.
cannot_print() {
	[ $status -eq 3 ] || fail "status $status, not 3, when standard output is $1"
	[ "$(wc -l <"$TMP/err")" -eq 2 ] || fail "not two lines when standard output is $1"
	expect "$TMP/err" '^hello-[clientsrv]*: FILE: .'
	expect "$TMP/err" '^  try: .'
}
client() {
	status=0
	"$HELLO_CLIENT" --cacert "$CA" 127.0.0.1 "$PORT" 2>"$TMP/err" || status=$?
}

mkfifo "$TMP/pipe"
: <"$TMP/pipe" & # comes and goes
exec 4>"$TMP/pipe"
wait $!
client >&4 4>&-
cannot_print 'a pipe without a reader'
exec 4>&-

if [ -c /dev/full ]; then
	client >/dev/full
	cannot_print /dev/full
	for program in "$HELLO_SERVER" "$HELLO_CLIENT"; do
		for option in --help --version; do
			status=0
			"$program" $option >/dev/full 2>"$TMP/err" || status=$?
			cannot_print "/dev/full, with $option"
		done
	done
fi

for program in "$HELLO_SERVER" "$HELLO_CLIENT"; do
	for option in --help --version; do
		run_status 0 "$program" $option
		[ -s "$TMP/out" ] || fail "$program $option prints nothing"
		[ ! -s "$TMP/err" ] || fail "$program $option complains"
	done
done

client >&-
cannot_print closed

# A bare chroot has no /dev/null to put in its place; no socket may get such a number.
if unshare --mount mount -t tmpfs none /dev 2>/dev/null; then
	# shellcheck disable=SC2016 # for the other shell
	unshare --mount sh -c 'mount -t tmpfs none /dev && exec "$@" <&- >&- 2>&-' sh \
		"$HELLO_SERVER" --listen 127.0.0.1:0 --workers 1 --user nobody --cert "$CERT" --key "$KEY" \
		</dev/null >"$TMP/out" 2>"$TMP/err" &
	bare=$!
	# shellcheck disable=SC2317 # called by wait_for
	bare_streams() {
		set -- "/proc/$bare/fd/0" "/proc/$bare/fd/1" "/proc/$bare/fd/2"
		[ "$(readlink "$@" | grep -c '^pipe:')" -eq 3 ]
	}
	wait_for 5 bare_streams || fail "streams without /dev: $(readlink /proc/$bare/fd/[012])"
	kill "$bare"
	wait "$bare"
fi
server_alive
stop_server
