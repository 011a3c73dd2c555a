#!/bin/sh
# expect-outcome.sh - --expect-outcome makes an expected failure a success and every other outcome, success
# included, status 82: of one probe, of many, of targets and addresses, for people and for programs. A
# failure of this machine stays what it is.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need jq
make_pki
"$srcdir/tests/support/badcerts.sh" "$PKI" expired >"$TMP/out" 2>&1 || error 'no expired certificate'
start_server --workers 1 --tickets 1
good=$PORT
start_server --workers 1 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
expired=$PORT
start_peer closed
closed=$PORT

# ask STATUS LIST PORT [ARG...]
ask() {
	ask_status=$1 ask_list=$2 ask_port=$3
	shift 3
	run_status "$ask_status" "$HELLO_CLIENT" --cacert "$CA" --expect-outcome "$ask_list" "$@" 127.0.0.1 "$ask_port"
}

silent() {
	[ ! -s "$TMP/$1" ] || fail "$TMP/$1 is not empty"
}

# ---- one probe ----------------------------------------------------------------------------------
ask 0 CERT_EXPIRED "$expired"
silent out
expect "$TMP/err" '^hello-client: note: CERT_EXPIRED, as expected: .* expired on .*$'
[ "$(wc -l <"$TMP/err")" -eq 1 ] || fail 'more than a note'
ask 0 CONNECT_TIMEOUT,CONNECT_REFUSED "$closed"
expect "$TMP/err" 'note: CONNECT_REFUSED, as expected: '
ask 0 cert_wrong_name "$good" --verify-name other.test -q
silent out
silent err
ask 0 CERT_WRONG_NAME "$good" --verify-name other.test -v
expect "$TMP/err" '^verify  *failed: CERT_WRONG_NAME '
ask 0 OK,CERT_EXPIRED "$good"
printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail 'no greeting of an expected success'
silent err

ask 82 CERT_EXPIRED "$good"
silent out
expect "$TMP/err" '^hello-client: OUTCOME_UNEXPECTED: the outcome was OK, expected CERT_EXPIRED$'
expect "$TMP/err" '^  try: if this outcome is right, add its name to --expect-outcome$'
ask 82 OK,CERT_EXPIRED "$closed"
expect "$TMP/err" '^hello-client: OUTCOME_UNEXPECTED: the outcome was CONNECT_REFUSED, expected OK,CERT_EXPIRED: .*refused'
expect "$TMP/err" '^  try: .*ss -ltn'
# The steps before the one that fails count as little as those behind it.
ask 82 CERT_EXPIRED "$good" --expect 'Good night'
expect "$TMP/err" 'the outcome was GREETING_MISMATCH, expected CERT_EXPIRED: '

ask 0 GREETING_MISMATCH "$good" --expect 'Good night'
silent out
start_server --workers 1 --report
start_peer --to "$PORT" terminate
ask 0 PATH_DIFFERS "$PORT" --compare
silent out # the greeting did arrive
ask 0 CERT_EXPIRED "$expired" --resume
ask 0 OK "$good" --resume
expect "$TMP/err" 'resumed: the second connection resumed the first session'
ask 82 CERT_EXPIRED "$good" --resume

# ---- this machine -----------------------------------------------------------------------------------
ask 3 CERT_UNKNOWN_CA "$good" --cacert "$TMP/nothing"
expect "$TMP/err" '^hello-client: FILE: '
ask 3 CERT_EXPIRED "$expired" --prometheus "$TMP/no/such"
expect "$TMP/err" '^hello-client: FILE: cannot write '
if [ -c /dev/full ]; then
	status=0
	"$HELLO_CLIENT" --cacert "$CA" --expect-outcome OK 127.0.0.1 "$good" >/dev/full 2>"$TMP/err" || status=$?
	[ $status -eq 3 ] || fail "status $status when the greeting cannot be written"
fi
ask 2 CERT_EXPIRD "$good"
expect "$TMP/err" '^hello-client: USAGE: invalid --expect-outcome "CERT_EXPIRD": expected names of outcomes'
ask 2 OK,FILE "$good"
expect "$TMP/err" '^hello-client: USAGE: invalid --expect-outcome "FILE": a failure of this machine is never a success$'
ask 2 SHUTDOWN "$good"
ask 2 '' "$good"
ask 2 CERT_EXPIRED "$good" --no-such
expect "$TMP/err" 'unknown option'
ask 2 CERT_EXPIRED "$good" --path-test
expect "$TMP/err" '^hello-client: USAGE: --path-test and --expect-outcome exclude each other'

# ---- many probes ------------------------------------------------------------------------------------
ask 0 CERT_EXPIRED "$expired" -c 3 -i 1ms
[ "$(grep -c '^seq=[123] after [0-9.]* ms: CERT_EXPIRED, as expected: ' "$TMP/out")" -eq 3 ] ||
	fail 'not three expected failures'
expect "$TMP/out" ': 3 sent, 3 ok, 0 failed in '
silent err
ask 0 CONNECT_REFUSED "$closed" -c 2 -i 1ms
ask 82 CERT_EXPIRED "$good" -c 3 -i 1ms
[ "$(grep -c '^seq=[123] OUTCOME_UNEXPECTED after .*the outcome was OK, expected CERT_EXPIRED$' "$TMP/out")" -eq 3 ] ||
	fail 'not three unexpected outcomes'
expect "$TMP/out" '^  *3  OUTCOME_UNEXPECTED '
expect "$TMP/err" 'OUTCOME_UNEXPECTED: 3 of 3 probes failed; the first one: the outcome was OK, expected CERT_EXPIRED$'

# ---- many targets -------------------------------------------------------------------------------------
# A line has its own expectation, or that of the command line.
cat >"$TMP/list" <<LIST
127.0.0.1 $expired
127.0.0.1 $good --expect-outcome OK
127.0.0.1 $closed --expect-outcome CONNECT_TIMEOUT,CONNECT_REFUSED
LIST
targets() {
	targets_status=$1
	shift
	run_status "$targets_status" "$HELLO_CLIENT" --cacert "$CA" --targets "$TMP/list" "$@"
}
targets 0 --expect-outcome CERT_EXPIRED
expect "$TMP/out" "^127.0.0.1 $expired  *OK  .*  CERT_EXPIRED, as expected: "
expect "$TMP/out" "^127.0.0.1 $good  *OK  *[0-9]*  *[0-9]*%  *[0-9.]*\$"
expect "$TMP/out" "^127.0.0.1 $closed  *OK  *-  *-  .*  CONNECT_REFUSED, as expected: "
expect "$TMP/out" ': 3 sent, 3 ok, 0 failed in '
targets 52
targets 82 --expect-outcome CERT_REVOKED
expect "$TMP/out" "^127.0.0.1 $expired  *OUTCOME_UNEXPECTED .*  the outcome was CERT_EXPIRED, expected CERT_REVOKED: "
expect "$TMP/err" 'OUTCOME_UNEXPECTED: 1 of 3 targets failed; the first one: the outcome was CERT_EXPIRED, expected CERT_REVOKED'
targets 0 --expect-outcome CERT_EXPIRED --prometheus "$TMP/targets.prom"
[ "$(grep -c '^hello_client_success{.*} 1$' "$TMP/targets.prom")" -eq 3 ] || fail 'not three successes in the metrics'
[ "$(grep -c '^hello_client_outcome_expected{.*} 1$' "$TMP/targets.prom")" -eq 3 ] || fail 'not three expectations in the metrics'
expect "$TMP/targets.prom" "^hello_client_outcome{host=\"127.0.0.1\",port=\"$closed\",reason=\"CONNECT_REFUSED\",stage=\"connect\"} 1\$"
echo "127.0.0.1 $good --expect-outcome NOTHING" >"$TMP/list"
targets 2
expect "$TMP/err" '^hello-client: USAGE: line 1: invalid --expect-outcome "NOTHING"'

# ---- every address ------------------------------------------------------------------------------------
# Nobody listens at ::1.
resolve=localhost:$expired:127.0.0.1,::1
run_status 0 "$HELLO_CLIENT" --all-addresses --cacert "$CA" --resolve "$resolve" \
	--expect-outcome CERT_EXPIRED,CONNECT_REFUSED localhost "$expired"
expect "$TMP/out" '^127.0.0.1  *OK  .*  CERT_EXPIRED, as expected: '
expect "$TMP/out" '^::1  *OK  .*  CONNECT_REFUSED, as expected: '
run_status 82 "$HELLO_CLIENT" --all-addresses --cacert "$CA" --resolve "$resolve" \
	--expect-outcome CERT_EXPIRED localhost "$expired"
expect "$TMP/out" '^::1  *OUTCOME_UNEXPECTED .*  the outcome was CONNECT_REFUSED, expected CERT_EXPIRED: '
# Without any address, too.
ask 0 RESOLVE_NOT_FOUND "$good" --all-addresses -6
silent out
expect "$TMP/err" 'note: RESOLVE_NOT_FOUND, as expected: '
ask 82 CERT_EXPIRED "$good" --all-addresses -6 --json
[ "$(jq -c '[.outcome, .expected_outcome.came.outcome]' "$TMP/out")" = '["OUTCOME_UNEXPECTED","RESOLVE_NOT_FOUND"]' ] ||
	fail "no address: $(cat "$TMP/out")"

# ---- programs -----------------------------------------------------------------------------------------
# json FILTER VALUE
json() {
	[ "$(jq -c "$1" "$TMP/out")" = "$2" ] || fail "$1 is not $2: $(cat "$TMP/out")"
}
ask 0 CERT_EXPIRED,CERT_REVOKED "$expired" --json
json '[.outcome, .status, .stage, .advice, .verify_error]' '["OK",0,null,null,null]'
json '.expected_outcome | [.names, .met]' '[["CERT_EXPIRED","CERT_REVOKED"],true]'
json '.expected_outcome.came | [.outcome, .status, .stage, .verify_error]' '["CERT_EXPIRED",52,"verify",10]'
json '.detail | startswith("CERT_EXPIRED, as expected: ")' true
json '.certificates | length > 0' true
ask 82 CERT_EXPIRED "$good" --json
json '[.outcome, .status, .stage]' '["OUTCOME_UNEXPECTED",82,"expected"]'
json '.expected_outcome | [.names, .met, .came.outcome, .came.status]' '[["CERT_EXPIRED"],false,"OK",0]'
run_status 0 "$HELLO_CLIENT" --json --cacert "$CA" 127.0.0.1 "$good"
json .expected_outcome null
ask 82 CERT_EXPIRED "$good" --json -c 2 -i 1ms
[ "$(jq -s -c '.[-1] | [.outcome, .ok, .failures]' "$TMP/out")" = '["OUTCOME_UNEXPECTED",0,{"OUTCOME_UNEXPECTED":2}]' ] ||
	fail "the summary: $(tail -n 1 "$TMP/out")"

# plugin WORD STATUS LIST PORT [ARG...]
plugin() {
	plugin_word=$1
	shift
	ask "$@" --nagios
	expect "$TMP/out" "^HELLO $plugin_word - "
}
plugin OK 0 CERT_EXPIRED "$expired"
expect "$TMP/out" ' - CERT_EXPIRED, as expected: .* | days_left=-[0-9.]*;'
silent err
plugin OK 0 CONNECT_REFUSED "$closed"
expect "$TMP/out" ' - CONNECT_REFUSED, as expected: .* | days_left=U;'
plugin CRITICAL 2 CERT_EXPIRED "$good"
expect "$TMP/out" ' - OUTCOME_UNEXPECTED: the outcome was OK, expected CERT_EXPIRED | days_left=[0-9.]*;'
plugin UNKNOWN 3 CERT_EXPIRED "$good" --cacert "$TMP/nothing"
plugin UNKNOWN 3 NOTHING "$good"
# A certificate that was seen is judged by the time that it has left.
plugin OK 0 CERT_WRONG_NAME "$good" --verify-name other.test
plugin WARNING 1 CERT_WRONG_NAME "$good" --verify-name other.test -w 40
plugin CRITICAL 2 CERT_WRONG_NAME "$good" --verify-name other.test -w 60 --critical 40
plugin WARNING 1 OK "$good" -w 40

ask 0 CERT_EXPIRED "$expired" --prometheus "$TMP/one.prom"
expect "$TMP/one.prom" '^hello_client_success{.*} 1$'
expect "$TMP/one.prom" '^hello_client_outcome{.*reason="CERT_EXPIRED",stage="verify"} 1$'
expect "$TMP/one.prom" '^hello_client_outcome_expected{.*} 1$'
ask 82 CERT_EXPIRED "$good" --prometheus "$TMP/one.prom"
expect "$TMP/one.prom" '^hello_client_success{.*} 0$'
expect "$TMP/one.prom" '^hello_client_outcome{.*reason="OK",stage=""} 1$'
expect "$TMP/one.prom" '^hello_client_outcome_expected{.*} 0$'
ask 0 CERT_EXPIRED "$expired" --prometheus -
! grep -v '^#' "$TMP/out" | grep -v '^hello_client_' || fail 'more than metrics'

command -v promtool >/dev/null || skip 'promtool is not installed; all but its opinion was tested'
promtool check metrics <"$TMP/targets.prom" >"$TMP/out" 2>&1 || fail "promtool: $(cat "$TMP/out")"
