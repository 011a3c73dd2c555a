#!/bin/sh
# monitoring-units.sh - the units in deploy/monitoring/ that probe a list of targets: a target that fails is
# no failure of the unit, and a list or file that cannot be used is one; they expose next to nothing.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

kit=$srcdir/deploy/monitoring
unit=$kit/hello-client.service

# ---- exit statuses --------------------------------------------------------------------------------
# A success for the unit are the statuses of the client beyond those of this machine, and no others.
sed -n 's/^SuccessExitStatus=//p' "$unit" | tr ' ' '\n' >"$TMP/listed"
awk '/^\.Sh EXIT STATUS/ { on = 1 } /^\.Sh EXAMPLES/ { on = 0 } on && /^\.It [0-9]+ Dv / && $2 >= 10 { print $2 }' \
	"$srcdir/doc/hello-client.1" >"$TMP/statuses"
[ "$(wc -l <"$TMP/statuses")" -ge 40 ] || fail 'the manual page lists too few statuses'
sort -n "$TMP/statuses" | cmp -s - "$TMP/listed" ||
	fail "SuccessExitStatus= is not: $(sort -n "$TMP/statuses" | tr '\n' ' ')"

make_pki
start_server --workers 1
start_peer closed
closed=$PORT
PORT=$(sed -n 's/.*msg=listening addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")

# run_unit STATUS: its command, with a list and a folder of the test.
STATE_DIRECTORY=$TMP/state
command=$(sed -n 's/^ExecStart=//p' "$unit")
run_unit() {
	# shellcheck disable=SC2046 # a list of words
	set -- "$1" $(echo "$command" | sed "s|^hello-client |$HELLO_CLIENT |; s|/etc/hello-tls/targets|$TMP/targets|
		s|\${STATE_DIRECTORY}|$STATE_DIRECTORY|")
	SSL_CERT_FILE=$CA run_status "$@"
}
is_success() {
	[ "$1" -eq 0 ] || grep -qx "$1" "$TMP/listed"
}
mkdir "$STATE_DIRECTORY"
printf '%s\n' "localhost $PORT" "localhost $closed" >"$TMP/targets"
run_unit 20
is_success 20 || fail 'a target that fails is a failure of the unit'
[ "$(grep -c '^hello_client_success{' "$STATE_DIRECTORY/hello.prom")" -eq 2 ] || fail 'not both are in the file'
expect "$TMP/err" '1 of 2 targets failed'
echo "localhost $PORT --no-such-option" >"$TMP/targets"
run_unit 2
rm "$TMP/targets"
run_unit 3
expect "$TMP/err" "FILE: .*$TMP/targets"
echo "localhost $PORT" >"$TMP/targets"
STATE_DIRECTORY=$TMP/nothing
run_unit 3
expect "$TMP/err" "FILE: .*$STATE_DIRECTORY/hello.prom"
for status in 1 2 3; do
	! is_success $status || fail "$status, a failure of this machine, is a success of the unit"
done

# ---- what systemd says ----------------------------------------------------------------------------
user=$(sed -n 's/^User=//p' "$unit")
# By itself, standard error would follow standard output into /dev/null.
expect "$unit" '^StandardError=journal$'
expect "$kit/hello-client.conf" "^u $user "

need systemd-analyze
[ "$(systemd-analyze --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')" -ge 250 ] ||
	skip 'systemd-analyze is older than 250 and judges no files'
# As installed, but with a client that is there.
verify() {
	systemd-analyze verify --man=no "$TMP/hello-client.timer" "$TMP/hello-client.service" >"$TMP/out" 2>&1 &&
		[ ! -s "$TMP/out" ]
}
cp "$kit/hello-client.timer" "$TMP"
sed "s|^ExecStart=hello-client|ExecStart=$HELLO_CLIENT|" "$unit" >"$TMP/hello-client.service"
verify || fail 'systemd-analyze verify'
systemd-analyze security --no-pager --offline=true --threshold=15 "$TMP/hello-client.service" \
	>"$TMP/out" 2>"$TMP/err" || fail 'hello-client.service is more exposed than 1.5'
sed -n 's/.*Overall exposure level for \([^ ]*: [0-9.]*\).*/\1/p' "$TMP/out"
calendar=$(sed -n 's/^OnCalendar=//p' "$kit/hello-client.timer")
run_status 0 systemd-analyze calendar "$calendar"

# It would have found something.
sed -i 's|^OnCalendar=.*|OnCalendar=sometimes|' "$TMP/hello-client.timer"
! verify || fail 'systemd-analyze finds nothing wrong with a bad timer'
