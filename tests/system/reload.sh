#!/bin/sh
# reload.sh - HUP loads the files anew: a good certificate is served from then on and no connection is
# lost over it; a bad one changes nothing, and the log names the file and the reason.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
start_server --workers 2
generation=1

served() {
	openssl s_client -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}
expect_served() {
	[ "$(served)" = "$1" ] || fail "$2"
}
in_file() {
	openssl x509 -noout -serial -in "$CERT"
}
reload() {
	kill -HUP "$SERVER_PID"
	generation=$((generation + 1))
	await "reloaded: generation $generation begins"
	await 'msg=ready' $generation
}
two_workers() {
	[ "$(workers | wc -l)" -eq 2 ]
}

first=$(in_file)
expect_served "$first" 'not the certificate of the file'
"$HELLO_CERTS" renew "$PKI" localhost >"$TMP/out" 2>&1 || error 'renew'
second=$(in_file)
expect_served "$first" 'a file was read without HUP'
reload
expect_served "$second" 'HUP did not load the new certificate'
[ "$first" != "$second" ] || error 'renew changed nothing'
wait_for "$PATIENCE" two_workers || fail 'the old workers do not leave'

# Broken: the key of another certificate, then no key at all.
"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/out" 2>&1 || error 'no second certificate'
mv "$KEY" "$TMP/kept.pem"
cp "$PKI/other.test/key.pem" "$KEY"
kill -HUP "$SERVER_PID"
await "msg=\"reload failed: the old files stay in use\" outcome=FILE .*$KEY does not belong"
rm "$KEY"
kill -HUP "$SERVER_PID"
await "msg=\"reload failed: the old files stay in use\" outcome=FILE .*$KEY: No such file"
expect_served "$second" 'a bad key changed what is served'
server_alive
mv "$TMP/kept.pem" "$KEY"

# A certificate that is not valid now: as --check says, and the old one stays. In its place it is an error
# of the file, counted as a failed reload.
"$srcdir/tests/support/badcerts.sh" "$PKI" expired early >"$TMP/out" 2>&1 || error "badcerts: $(cat "$TMP/out")"
{ mkdir "$TMP/kept" && cp "$CERT" "$KEY" "$TMP/kept"; } || error cp
for each in 'expired expired.on' 'early is.not.valid.before'; do
	{ cp "$PKI/${each% *}/chain.pem" "$CERT" && cp "$PKI/${each% *}/key.pem" "$KEY"; } || error cp
	status=0
	# shellcheck disable=SC2086  # words, or none
	"$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" --check >"$TMP/out" 2>&1 || status=$?
	[ $status -eq 3 ] || fail "--check says $status of a certificate that is ${each% *}"
	words=$(sed -n "s/^error: .*\(${each#* } [-0-9]*\).*/\1/p" "$TMP/out")
	[ -n "$words" ] || fail "--check does not say what is wrong: $(cat "$TMP/out")"
	kill -HUP "$SERVER_PID"
	await "msg=\"reload failed: the old files stay in use\" outcome=FILE .*$CERT: .*$words"
	expect_served "$second" "a certificate that is ${each% *} replaced a good one"
done
kill -USR1 "$SERVER_PID"
await 'msg=status .* reloads_failed=4'
{ cp "$TMP/kept/chain.pem" "$CERT" && cp "$TMP/kept/key.pem" "$KEY"; } || error cp

# Under load, and with clients that are connected before the reload and speak after it.
start_crowd --until-end greet 100000 8 "$PORT" "$CA"
for each in 1 2 3 4 5; do
	reload
done
release_crowd
finish_crowd
[ "$(crowd ok)" -eq "$(crowd all)" ] || fail 'a reload lost somebody'
start_crowd --hold greet 20 20 "$PORT" "$CA"
reload
release_crowd
finish_crowd
[ "$(crowd ok)" -eq 20 ] || fail 'a reload lost somebody who was connected before'
wait_for "$PATIENCE" two_workers || fail 'the old workers do not leave'
stop_server

# HUP again and again: one reload at a time, so there are never more than three generations of workers,
# and all that came meanwhile are together one more.
start_server --workers 8
children=/proc/$SERVER_PID/task/$SERVER_PID/children
[ -r "$children" ] || skip "this kernel does not list the children of a process: $children"
sent=0 most=0
while [ $sent -lt 2000 ]; do
	kill -HUP "$SERVER_PID"
	sent=$((sent + 1))
	read -r alive <"$children"
	# shellcheck disable=SC2086 # pids
	set -- $alive
	[ $# -le $most ] || most=$#
done
[ $most -le 24 ] || fail "$most workers at a time, of 8"
eight_workers() {
	[ "$(workers | wc -l)" -eq 8 ]
}
wait_for "$PATIENCE" eight_workers || fail 'the old workers do not leave'
reloads=$(count 'reloaded: generation')
{ [ "$reloads" -ge 2 ] && [ "$reloads" -lt $sent ]; } || fail "$reloads reloads for $sent HUP"
echo "$sent HUP: $reloads reloads, at most $most workers of 8"
kill -HUP "$SERVER_PID"
await 'reloaded: generation' $((reloads + 1))
server_alive
stop_server

# HUP while the files are loaded for the first time ends nothing, and counts afterwards. Sixty
# certificates take a while.
SERVER_LOG=$TMP/server-early.log
log_on_failure "$SERVER_LOG"
set --
while [ $# -lt 240 ]; do
	set -- "$@" --cert "$CERT" --key "$KEY"
done
# shellcheck disable=SC2086  # words, or none
"$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0 --workers 1 "$@" 2>"$SERVER_LOG" &
SERVER_PID=$!
track $SERVER_PID
hup_is_held() {
	grep -qs '^SigBlk:.*[13579bdf]$' "/proc/$SERVER_PID/status"
}
tries=0
until hup_is_held; do
	tries=$((tries + 1))
	[ $tries -lt 10000 ] || fail 'HUP would end a server that is starting'
done
kill -HUP "$SERVER_PID"
! grep -q 'msg=ready' "$SERVER_LOG" || error 'the server was too fast for this test'
await 'reloaded: generation 2 begins'
await 'msg=ready' 2
stop_server
