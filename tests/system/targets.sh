#!/bin/sh
# targets.sh - many targets at once: good, refused, silent and expired ones, each under its own name,
# worst first; the options of a line; one bad line stops all before anybody is asked.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need jq
make_pki
"$srcdir/tests/support/badcerts.sh" "$PKI" expired >"$TMP/out" 2>&1 || error 'no expired certificate'
LIST=$TMP/list

# targets STATUS ARG...
targets() {
	targets_status=$1
	shift
	run_status "$targets_status" "$HELLO_CLIENT" --targets "$LIST" --cacert "$CA" "$@"
}

start_server --workers 1
good=$PORT
start_server --workers 1 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
expired=$PORT
start_peer silent
silent=$PORT
start_peer closed
closed=$PORT

# ---- four kinds --------------------------------------------------------------------------------
i=0
while [ $i -lt 20 ]; do
	echo "127.0.0.1:$good # number $i"
	echo "localhost $expired"
	[ $((i % 2)) -eq 0 ] || echo "127.0.0.1 $closed"
	[ $((i % 4)) -ne 0 ] || echo "127.0.0.1 $silent --handshake-timeout 200ms"
	i=$((i + 1))
done >"$LIST"
targets 52 --parallel 16
expect "$TMP/out" '^TARGET  *OUTCOME  *DAYS  *LIFE  *MS  WHAT$'
expect "$TMP/out" '^--- 55 targets: 55 sent, 20 ok, 35 failed in '
for each in "20 OK" "20 CERT_EXPIRED" "10 CONNECT_REFUSED" "5 HANDSHAKE_TIMEOUT"; do
	[ "$(awk -v name="${each#* }" '$3 == name' "$TMP/out" | wc -l)" -eq "${each% *}" ] || fail "not $each"
done
awk 'NR > 1 && NR < 57 { print $3 }' "$TMP/out" | uniq >"$TMP/order"
printf '%s\n' CONNECT_REFUSED HANDSHAKE_TIMEOUT CERT_EXPIRED OK | cmp -s - "$TMP/order" ||
	fail "the worst is not the first: $(cat "$TMP/order")"
expect "$TMP/err" '^hello-client: CERT_EXPIRED: 35 of 55 targets failed, 20 of them like this$'
[ "$(wc -l <"$TMP/err")" -eq 2 ] || fail 'more than a failure and an advice: a bar in a file?'
! grep -q "$(printf '\033')" "$TMP/out" || fail 'colors in a file'

targets 52 --json
[ "$(jq -s -c '[length, (map(select(.type == "probe")) | map(.seq) | unique | length), .[-1].type, .[-1].failures.CONNECT_REFUSED]' "$TMP/out")" = \
	'[56,55,"summary",10]' ] || fail "JSON Lines: $(tail -n 1 "$TMP/out")"

# ---- options of a line ----------------------------------------------------------------------------
cat >"$LIST" <<LINES

# The first two are fine.
localhost $good --expect "$GREETING"
	other.test $good	--connect-to 127.0.0.1 --verify-name localhost
localhost $good --expect "Good night"
localhost $good --verify-name other.test
LINES
run_status 54 "$HELLO_CLIENT" --targets - --cacert "$CA" <"$LIST"
expect "$TMP/out" ': 4 sent, 2 ok, 2 failed in '
expect "$TMP/out" "^other.test $good .* OK .*  to 127.0.0.1 $good\$"
expect "$TMP/out" "^localhost $good .* OK .* [0-9.]*\$"
expect "$TMP/out" '^localhost .* GREETING_MISMATCH .*"Good night"'

# A pipe gives its bytes once.
mkfifo "$TMP/pipe"
cat "$CERT" >"$TMP/pipe" &
track $!
echo "localhost $good --expect-cert $TMP/pipe" >"$LIST"
targets 0

# bad_line TEXT REGEX
bad_line() {
	printf 'localhost %s\n%s\n' "$good" "$1" >"$LIST"
	targets 2
	[ ! -s "$TMP/out" ] || fail "somebody was asked, in spite of: $1"
	expect "$TMP/err" "^hello-client: USAGE: line 2: $2"
}
bad_line 'localhost 0' 'invalid PORT'
bad_line 'localhost 1 2' 'unexpected'
bad_line 'localhost --cacert x' '--cacert applies to all targets'
bad_line 'localhost -c 3' '--count applies to all targets'
bad_line 'localhost --expect "a' 'unterminated quotation mark'
bad_line 'localhost --nothing' 'unknown option'
bad_line '--expect x' 'missing HOST'
bad_line 'bücher.test' 'HOST: invalid name'
expect "$TMP/err" 'try: idn2 bücher.test prints that form'
run_status 2 "$HELLO_CLIENT" --targets - --cacert "$CA" </dev/null
expect "$TMP/err" '^hello-client: USAGE: no target in standard input$'
expect "$TMP/err" '^  try: write one target on each line'
# Whatever the outcome there is an object.
targets 2 --json
[ "$(jq -c '[.outcome, .status]' "$TMP/out")" = '["USAGE",2]' ] || fail "no JSON: $(cat "$TMP/out")"
run_status 3 "$HELLO_CLIENT" --json --targets "$TMP/nothing" --cacert "$CA"
[ "$(jq -c .outcome "$TMP/out")" = '"FILE"' ] || fail "no JSON: $(cat "$TMP/out")"
: >"$LIST"
targets 2
expect "$TMP/err" 'no target'
run_status 3 "$HELLO_CLIENT" --targets "$TMP/nothing" --cacert "$CA"
echo "localhost $good" >"$LIST"
targets 2 -c 3
targets 2 -v
targets 2 localhost
targets 3 --nagios
targets 0
targets 3 --prometheus "$TMP/no/such"
(
	# shellcheck disable=SC3045  # not in POSIX, and in every shell that a Debian or Fedora has as sh
	ulimit -n 40
	targets 2 --parallel 7
	expect "$TMP/err" '--parallel 7 may need 44 open files, but the hard limit is 40'
	targets 0 --parallel 6
) || exit

# ---- metrics --------------------------------------------------------------------------------------
printf '%s\n' "localhost $good" "127.0.0.1 $good" "localhost $closed" >"$LIST"
targets 20 --prometheus "$TMP/all.prom"
[ "$(grep -c '^hello_client_success{' "$TMP/all.prom")" -eq 3 ] || fail 'not three targets in the metrics'
targets 20 --prometheus "$TMP/no/such"
expect "$TMP/err" '^hello-client: FILE: cannot write .*/no/such'
expect "$TMP/err" '^hello-client: CONNECT_REFUSED: 1 of 3 targets failed$'
targets 20 -q --prometheus "$TMP/no/such"
[ ! -s "$TMP/err" ] || fail '-q is not quiet'
# An interrupt waits for the fourth, spares the fifth, and leaves the metrics of all as they were.
cp "$LIST" "$TMP/three"
cp "$TMP/all.prom" "$TMP/before.prom"
printf '%s\n' "127.0.0.1 $silent --handshake-timeout 3s" "127.0.0.1 $expired" >>"$LIST"
"$HELLO_CLIENT" --targets "$LIST" --cacert "$CA" --parallel 1 --json --prometheus "$TMP/all.prom" \
	>"$TMP/out" 2>"$TMP/err" &
client=$!
track $client
wait_for "$PATIENCE" grep -q CONNECT_REFUSED "$TMP/out" || fail 'the third was not probed'
kill -INT $client
status=0
wait $client || status=$?
untrack $client
[ $status -eq 20 ] || fail "status $status after INT"
[ "$(jq -s -c '.[-1] | [.type, .sent]' "$TMP/out")" = '["summary",4]' ] || fail "INT: $(tail -n 1 "$TMP/out")"
cmp -s "$TMP/all.prom" "$TMP/before.prom" || fail 'the metrics of half of the list were written'
expect "$TMP/err" 'not all targets were probed, so .*/all.prom was not changed'
cp "$TMP/three" "$LIST"
echo "localhost $good -4" >>"$LIST"
targets 2 --prometheus "$TMP/all.prom"
expect "$TMP/err" 'lines 1 and 4 are the same target'
expect "$TMP/err" '^  try: metrics show only host and port: .* ADDRESS PORT --servername NAME$'
