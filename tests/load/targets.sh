#!/bin/sh
# targets.sh - 10,000 targets over 200 loopback addresses, a quarter each good, refused, silent and
# expired: all are told, and the client grows neither in descriptors nor in memory. TARGETS and
# PARALLEL say how many.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

TARGETS=${TARGETS-10000}
PARALLEL=${PARALLEL-64}

make_pki
"$srcdir/tests/support/badcerts.sh" "$PKI" expired >"$TMP/out" 2>&1 || error 'no expired certificate'
start_server --listen 0.0.0.0:0
good=$PORT
start_server --listen 0.0.0.0:0 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
expired=$PORT
# It accepts one and lets all others wait in its queue, which says nothing either.
start_peer silent --time 600 --listen 0.0.0.0
silent=$PORT
start_peer closed --time 600 --listen 0.0.0.0
closed=$PORT

awk -v n="$TARGETS" -v ports="$good $closed $silent $expired" 'BEGIN {
	split(ports, port, " ")
	for (i = 0; i < n; i++)
		print "127.0.0." (i % 200 + 1) " " port[int(i / 200) % 4 + 1]
}' >"$TMP/list"

"$HELLO_CLIENT" --targets "$TMP/list" --cacert "$CA" --servername localhost --handshake-timeout 300ms \
	--parallel "$PARALLEL" >"$TMP/table" 2>"$TMP/err" &
client=$!
track $client
log_on_failure "$TMP/err"
began=$(date +%s)
fds=0 memory=0
while ! is_gone $client; do
	now=$(find "/proc/$client/fd" -type l 2>/dev/null | wc -l)
	[ "$now" -le "$fds" ] || fds=$now
	now=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$client/status" 2>/dev/null)
	[ -z "$now" ] || memory=$now
	wait_for 1 is_gone $client || :
	[ $(($(date +%s) - began)) -lt 900 ] || fail 'it does not end'
done
status=0
wait $client || status=$?
untrack $client

tail -n 5 "$TMP/table"
echo "$TARGETS targets, $PARALLEL at a time: $(($(date +%s) - began)) s, $memory KiB at most, $fds descriptors at most"
[ "$status" -ne 0 ] || fail 'all is well?'
quarter=$((TARGETS / 4))
expect "$TMP/table" "^--- $TARGETS targets: $TARGETS sent, $quarter ok, $((3 * quarter)) failed in "
for each in CONNECT_REFUSED HANDSHAKE_TIMEOUT CERT_EXPIRED; do
	expect "$TMP/table" "^ *$quarter  $each "
done
# Four a probe would be generous; 300 bytes a target, and a thread's share of the library.
[ "$fds" -le $((PARALLEL * 4 + 16)) ] || fail "$fds descriptors"
[ "$memory" -le $((20000 + PARALLEL * 400 + TARGETS)) ] || fail "$memory KiB"
