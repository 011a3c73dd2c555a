#!/bin/sh
# targets.sh - 10,000 targets over 200 loopback addresses, a quarter each good, refused, silent and
# expired: all are told, descriptors are as many as run at a time, and memory grows by no more than a
# line and a row for each. The same of as many different targets with --prometheus, whose file keeps
# what it knew when nobody answers any more. TARGETS (in steps of 800) and PARALLEL say how many.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

TARGETS=${TARGETS-10000} FEW=400
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
# The servers' logs have a line for each target, which would drown the rest.
logs=''
log_on_failure "$TMP/err"

# make_list ADDRESSES [TARGETS]: four kinds in turn, over so many addresses.
make_list() {
	targets=${2-$TARGETS} quarter=$((${2-$TARGETS} / 4))
	awk -v n="$targets" -v addresses="$1" -v ports="$good $closed $silent $expired" 'BEGIN {
		split(ports, port, " ")
		for (i = 0; i < n; i++) {
			host = i % addresses
			kind = (host + int(i / addresses)) % 4 + 1
			printf "127.0.%d.%d %s", host / 200, host % 200 + 1, port[kind]
			print kind == 3 ? " --handshake-timeout 300ms" : " --handshake-timeout 30s"
		}
	}' >"$TMP/list"
}

# Of the client, and the most of each so far; or it has ended.
sample() {
	now=$(find "/proc/$client/fd" -type l 2>/dev/null | wc -l)
	[ "$now" -le "$fds" ] || fds=$now
	now=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$client/status" 2>/dev/null)
	[ -z "$now" ] || memory=$now
	is_gone "$client"
}

# run_client ARG...: $status, $seconds, and the most of $fds and $memory (KiB) at any time.
run_client() {
	began=$(date +%s) fds=0 memory=0 status=0
	"$HELLO_CLIENT" --targets "$TMP/list" --cacert "$CA" --servername localhost \
		--max-time 60s --parallel "$PARALLEL" "$@" >"$TMP/out" 2>"$TMP/err" &
	client=$!
	track $client
	wait_for 900 sample || fail 'it does not end'
	wait $client || status=$?
	untrack $client
	seconds=$(($(date +%s) - began))
	[ "$status" -ne 0 ] || fail 'all is well?'
}

# There are as many targets of each kind.
check_counts() {
	expect "$TMP/out" "^--- $targets targets: $targets sent, $quarter ok, $((3 * quarter)) failed in "
	for each in CONNECT_REFUSED HANDSHAKE_TIMEOUT CERT_EXPIRED; do
		expect "$TMP/out" "^ *$quarter  $each "
	done
}

# One socket a probe, and what the process has. A lane has its stack, and its share of what the TLS
# library and malloc keep; a target its line and its row, which are less than 1 KiB.
check_bounds() {
	echo "$1: $targets targets, $PARALLEL at a time: $seconds s, at most $memory KiB and $fds descriptors"
	[ "$fds" -le $((PARALLEL + 12)) ] || fail "$fds descriptors"
	! grep -aq __asan_init "$HELLO_CLIENT" || return 0 # which keeps what was freed
	if [ "$targets" -eq $FEW ]; then
		few_memory=$memory
		[ "$memory" -le $((12000 + PARALLEL * 256)) ] || fail "$memory KiB"
	else
		[ "$memory" -le $((few_memory + 4096 + targets - FEW)) ] ||
			fail "$memory KiB, and $few_memory for $FEW targets"
	fi
}

make_list 200 $FEW
run_client
check_counts
check_bounds table
make_list 200
run_client
check_counts
check_bounds table

run_client --json
[ "$(wc -l <"$TMP/out")" -eq $((TARGETS + 1)) ] || fail 'not a line for each target'
check_bounds json

# ---- as many different ones, for metrics --------------------------------------------------------
FILE=$TMP/all.prom
known() {
	grep -c '^hello_client_certificate_expiry_timestamp_seconds{' "$FILE"
}

make_list "$TARGETS"
run_client --prometheus "$FILE"
check_counts
check_bounds metrics
[ "$(grep -c '^hello_client_success{' "$FILE")" -eq "$TARGETS" ] || fail 'not all are in the metrics'
[ "$(known)" -eq $((4 * quarter)) ] || fail "$(known) certificates are known, not leaf and chain of half of them"
before=$(grep '_expiry_timestamp_seconds{' "$FILE" | cksum)

# All of them are gone, and each needs to be looked up.
run_client --prometheus "$FILE" --connect-to "127.0.0.1:$closed"
expect "$TMP/out" "^--- $TARGETS targets: $TARGETS sent, 0 ok, $TARGETS failed in "
check_bounds 'all refused'
[ "$(grep '_expiry_timestamp_seconds{' "$FILE" | cksum)" = "$before" ] || fail 'it has forgotten certificates'
