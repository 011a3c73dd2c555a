#!/bin/sh
# ping.sh - many probes of one target: a line each, a summary whose numbers add up, also of full and
# resumed handshakes side by side, stalls that show whatever the interval is, the most frequent failure
# as status, and an end on INT.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

# field PHASE COLUMN: of the summary in $TMP/out: 2 min, 3 avg, 4 p50, 5 p95, 6 p99, 7 max.
field() {
	awk -v phase="$1" -v column="$2" '$1 == phase && NF == 7 { print $column; exit }' "$TMP/out"
}

# side KIND COLUMN: the same of the handshakes, one of two rows.
side() {
	awk -v kind="$1" -v column="$2" '
		NF == 8 { phase = $1 }
		(NF == 8 || NF == 7) && phase == "handshake" && $(NF - 6) == kind { print $(column + NF - 7); exit }' "$TMP/out"
}

# The sum of the last column of the histogram.
histogram_sum() {
	awk '$2 == "-" { sum += $NF } END { print sum + 0 }' "$TMP/out"
}

# at_least A B: in milliseconds.
at_least() {
	[ -n "$1" ] && awk -v a="$1" -v b="$2" 'BEGIN { exit !(a >= b) }'
}

make_pki
start_server

# ---- all is well --------------------------------------------------------------------------------
run_status 0 "$HELLO_CLIENT" -c 200 -i 10ms --parallel 4 --cacert "$CA" localhost "$PORT"
[ "$(grep -c '^seq=[0-9]* connect=[0-9.]* handshake=[0-9.]* total=[0-9.]* ms 127\.0\.0\.1$' "$TMP/out")" -eq 200 ] ||
	fail 'not a line for each of 200 probes'
[ "$(sed -n 's/^seq=\([0-9]*\) .*/\1/p' "$TMP/out" | sort -n | uniq | wc -l)" -eq 200 ] || fail 'numbers are not unique'
expect "$TMP/out" "^localhost $PORT every 10 ms, at most 4 at a time\$"
expect "$TMP/out" "^--- localhost $PORT: 200 sent, 200 ok, 0 failed in "
expect "$TMP/out" '^200 full handshakes, 0 resumed\. Percentiles are within 1 %\.$'
expect "$TMP/out" '^Open loop: probes started on schedule'
[ ! -s "$TMP/err" ] || fail 'something is on standard error'
! grep -q "$(printf '\033')" "$TMP/out" || fail 'there are escapes in a file'
for phase in resolve connect handshake close total; do
	[ -n "$(field $phase 7)" ] || fail "no times of $phase"
	at_least "$(field $phase 7)" "$(field $phase 4)" || fail "$phase: the median is above the maximum"
done
at_least "$(field total 4)" "$(field handshake 2)" || fail 'a total is less than its handshake'
[ "$(histogram_sum)" -eq 200 ] || fail "the histogram has $(histogram_sum) probes, not 200"
[ "$(awk 'length > 80' "$TMP/out" | wc -l)" -eq 0 ] || fail 'a line is longer than 80 columns'

# ---- full and resumed ---------------------------------------------------------------------------
# Of those that run at the same time one can offer the last session, so not all are resumed.
stop_server
start_server --tickets 1
run_status 0 "$HELLO_CLIENT" -c 200 -i 10ms --parallel 4 --resume --cacert "$CA" localhost "$PORT"
expect "$TMP/out" ': 200 sent, 200 ok, 0 failed'
resumed=$(grep -c '^seq=.* ms resumed 127\.0\.0\.1$' "$TMP/out")
[ "$resumed" -ge 50 ] || fail "only $resumed of 200 were resumed"
[ "$resumed" -lt 200 ] || fail 'all were resumed, also the first?'
! grep '^Nothing was resumed' "$TMP/out" || fail 'some were resumed'
expect "$TMP/out" "^$((200 - resumed)) full handshakes, $resumed resumed\."
[ "$(histogram_sum)" -eq 200 ] || fail "the histogram has $(histogram_sum) probes, not 200"
[ "$(awk 'length > 80' "$TMP/out" | wc -l)" -eq 0 ] || fail 'a line is longer than 80 columns'
for column in 2 3 4 5 6 7; do
	[ -n "$(side full $column)" ] || fail 'no row of full handshakes'
	[ -n "$(side resumed $column)" ] || fail 'no row of resumed ones'
done
at_least "$(side full 2)" "$(side resumed 2)" || fail 'no resumption was faster than every full handshake'

# ---- failures -----------------------------------------------------------------------------------
run_status 20 "$HELLO_CLIENT" -c 3 -i 1ms --cacert "$CA" localhost 1
expect "$TMP/out" '^seq=[123] CONNECT_REFUSED after .* ms: .*127.0.0.1:1 refused'
expect "$TMP/out" ': 3 sent, 0 ok, 3 failed in '
expect "$TMP/out" '^ *3  CONNECT_REFUSED  *connection refused$'
expect "$TMP/err" '^hello-client: CONNECT_REFUSED: 3 of 3 probes failed$'
expect "$TMP/err" '^  try: .'
run_status 54 "$HELLO_CLIENT" -c 2 -i 1ms --cacert "$CA" --verify-name other.test localhost "$PORT"

for wrong in '-c 0' '-i 0' '--parallel 2' '-c 1 -v' '-c 1 --parallel 0'; do
	# shellcheck disable=SC2086  # words
	run_status 2 "$HELLO_CLIENT" $wrong localhost "$PORT"
done

# ---- the end ------------------------------------------------------------------------------------
"$HELLO_CLIENT" -i 10ms --cacert "$CA" localhost "$PORT" >"$TMP/out" 2>"$TMP/err" &
pinger=$!
track $pinger
wait_for "$PATIENCE" grep -qs '^seq=5 ' "$TMP/out" || fail 'no fifth probe'
kill -INT $pinger
wait_for "$PATIENCE" is_gone $pinger || fail 'it does not end on INT'
status=0
wait $pinger || status=$?
untrack $pinger
[ $status -eq 0 ] || fail "status $status after INT"
expect "$TMP/out" '^--- .* sent, .* ok, 0 failed'

# A reader that leaves ends it, too.
"$HELLO_CLIENT" -i 10ms --cacert "$CA" localhost "$PORT" 2>"$TMP/err" | head -n 2 >"$TMP/out"
expect "$TMP/out" '^seq='

# ---- stalls -------------------------------------------------------------------------------------
# One greeting of ten is 200 ms late: the median does not know, p95 and maximum do. With one place
# only, those that had to wait for it were as late.
start_peer hiccup
run_status 0 "$HELLO_CLIENT" -c 200 -i 10ms --parallel 4 --cacert "$CA" localhost "$PORT"
expect "$TMP/out" ': 200 sent, 200 ok, 0 failed'
[ "$(histogram_sum)" -eq 200 ] || fail 'the histogram does not add up'
at_least "$(field total 5)" 200 || fail "p95 is $(field total 5)"
at_least "$(field total 7)" 200 || fail "the maximum is $(field total 7)"
at_least 199 "$(field connect 4)" || fail 'connect was not slow'

run_status 0 "$HELLO_CLIENT" -c 40 -i 10ms --parallel 1 --cacert "$CA" localhost "$PORT"
expect "$TMP/out" '^[0-9]* began late, by up to .*: --parallel'
at_least "$(field total 4)" 100 || fail "half of them waited, but the median is $(field total 4)"
