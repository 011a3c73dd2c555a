#!/bin/sh
# reload.sh - 200 reloads under load, every tenth with a broken key or certificate in place: nobody is
# refused or cut off, and the master grows neither in descriptors nor in memory.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

RELOADS=${RELOADS-200}
PATIENCE=120

make_pki
cp "$KEY" "$TMP/key.kept"
cp "$CERT" "$TMP/cert.kept"
start_server --workers 2
"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/out" 2>&1 || error 'no second certificate'

descriptors() {
	find "/proc/$SERVER_PID/fd" -type l | wc -l
}
rss() {
	sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$SERVER_PID/status"
}
two_workers() {
	[ "$(workers | wc -l)" -eq 2 ]
}
# The middle one of three, each with one generation only, as before and after any reload.
measure() {
	wait_for "$PATIENCE" two_workers || fail 'the old workers do not leave'
	fds=$(descriptors)
	memory=$(for each in 1 2 3; do rss; done | sort -n | sed -n 2p)
}
good_reload() {
	good=$((good + 1))
	kill -HUP "$SERVER_PID"
	await "reloaded: generation $((good + 1)) begins"
	await 'msg=ready' $((good + 1))
}
bad_reload() {
	bad=$((bad + 1))
	if [ $((bad % 2)) -eq 0 ]; then
		cp "$PKI/other.test/key.pem" "$KEY"
	else
		printf 'no certificate\n' >"$CERT"
	fi
	kill -HUP "$SERVER_PID"
	await 'reload failed: the old files stay in use' $bad
	cat "$TMP/key.kept" >"$KEY"
	cat "$TMP/cert.kept" >"$CERT"
}

start_crowd --time 900 --until-end greet 10000000 4 "$PORT" "$CA"
good=0 bad=0
while [ $((good + bad)) -lt "$RELOADS" ]; do
	if [ $(((good + bad) % 10)) -eq 5 ]; then
		bad_reload
	else
		good_reload
	fi
	if [ $((good + bad)) -eq $((RELOADS / 10)) ]; then
		measure
		fds_then=$fds memory_then=$memory
	fi
done
measure
release_crowd
finish_crowd
echo "$good reloads and $bad refused ones; $(crowd ok) of $(crowd all) greeted"
echo "master: $fds_then descriptors and $memory_then KiB after $((RELOADS / 10)), $fds and $memory KiB at the end"
[ "$(crowd all)" -gt "$RELOADS" ] || fail 'that was no load'
[ "$(crowd ok)" -eq "$(crowd all)" ] || fail 'a reload lost somebody'
[ "$fds" -eq "$fds_then" ] || fail "descriptors grew from $fds_then to $fds"
[ $((memory * 100)) -le $((memory_then * 105)) ] || fail "memory grew from $memory_then to $memory KiB"
stop_server
