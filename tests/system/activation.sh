#!/bin/sh
# activation.sh - sockets that are handed over (LISTEN_FDS): they are served, by name too; the same one
# goes from one server process to the next under load, and nobody is refused; what does not fit is
# said in one line.
# shellcheck disable=SC2086  # $WORK_AS: words, or none
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
MANAGER=$builddir/tests/support/service_manager

# "Shown by" a restart through the socket unit: stop, start, the queue stays.
rounds=5
start_managed --socket web --times $((rounds + 1)) -- --listen systemd --workers 2
logged "msg=listening addr=127.0.0.1:$PORT\$" || fail 'not the address of the socket'
start_crowd --until-end greet 100000 16 "$PORT" "$CA"
round=1
while [ $round -le $rounds ]; do
	kill -TERM "$SERVER_PID"
	round=$((round + 1))
	await_told 'READY=1' $round
	managed_pid
	greeted || fail "nobody is greeted after restart $((round - 1)): $(cat "$TMP/greeted.err")"
done
release_crowd
finish_crowd
[ "$(crowd ok)" -eq "$(crowd all)" ] || fail 'a restart lost somebody'
[ "$(grep -c '^left 0' "$MANAGER_LOG")" -eq $rounds ] || fail 'a server left badly'
echo "$rounds restarts, $(crowd ok) of $(crowd all) greeted"
stop_managed

# By name, and the rest; a socket that nobody asks for is closed, and the log says so.
start_managed --socket web --socket other --socket third -- \
	--listen systemd:other --listen systemd:web --workers 1
logged 'level=warning .*socket \\"third\\".* no --listen systemd requests it' || fail 'no warning'
[ "$(count 'msg=listening')" -eq 2 ] || fail 'not two sockets'
for name in web other; do
	PORT=$(sed -n "s/^port $name //p" "$MANAGER_LOG")
	greeted || fail 'a named socket is not served'
done
stop_managed
start_managed --socket - --socket - -- --listen 127.0.0.1:0 --listen systemd --workers 1
[ "$(count 'msg=listening')" -eq 3 ] || fail 'not three sockets'
greeted || fail 'an unnamed socket is not served'
stop_managed

# refused REGEX CMD...
refused() {
	refused_regex=$1
	shift
	run_status 4 timeout 20 "$@" --cert "$CERT" --key "$KEY"
	expect "$TMP/err" "^hello-server: LISTEN: .*$refused_regex"
	expect "$TMP/err" '^  try: .'
}
refused '--listen systemd: no socket was inherited$' "$HELLO_SERVER" $WORK_AS --listen systemd
refused '--listen systemd:web: no socket was inherited$' "$HELLO_SERVER" $WORK_AS --listen systemd:web
refused 'systemd:wep: there is no such socket, but "web", "other"$' \
	"$MANAGER" --socket web --socket other "$HELLO_SERVER" $WORK_AS --listen systemd:wep
# Requested, but of another kind.
# shellcheck disable=SC2016
refused '--listen systemd: "unknown": ' sh -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3</dev/null' sh \
	"$HELLO_SERVER" $WORK_AS --listen systemd
! grep 'no --listen systemd requests it' "$TMP/err" || fail 'a socket that was requested'
# shellcheck disable=SC2016 # for the shell inside
refused 'LISTEN_FDS is 2, but descriptor 3' \
	sh -c 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$@" 3>&- 4>&-' sh "$HELLO_SERVER" $WORK_AS --listen systemd

# The tool that systemd brings for this.
if command -v systemd-socket-activate >/dev/null 2>&1; then
	need openssl
	systemd-socket-activate -l "$TMP/web.sock" --fdname=web "$HELLO_SERVER" $WORK_AS --cert "$CERT" \
		--key "$KEY" --workers 1 --listen systemd:web 2>"$TMP/activated.log" &
	SERVER_PID=$! SERVER_LOG=$TMP/activated.log
	track "$SERVER_PID"
	log_on_failure "$SERVER_LOG"
	wait_for "$PATIENCE" [ -S "$TMP/web.sock" ] || fail 'systemd-socket-activate does not listen'
	# The first connection is what starts the server, and waits until it does.
	openssl s_client -quiet -verify_return_error -CAfile "$CA" -verify_hostname localhost \
		-unix "$TMP/web.sock" </dev/null >"$TMP/out" 2>"$TMP/err" ||
		fail 'systemd-socket-activate: not greeted'
	expect "$TMP/out" "^$GREETING\$"
	logged "msg=listening addr=unix:$TMP/web.sock" || fail 'not the path of the socket'
	await 'peer=unix outcome=OK'
	stop_server
	# It belongs to whoever bound it.
	[ -S "$TMP/web.sock" ] || fail 'the server removed a path that it had not made'
else
	echo 'systemd-socket-activate is not installed: only the hand-over of our own was tried'
fi
