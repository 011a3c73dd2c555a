#!/bin/sh
# babble.sh - no server can make the client hang, crash or be content with nonsense: $STREAMS (400, with
# ROWS=all 3000) random streams, most of which begin as TLS does, each end by a failure that has a
# name, and with nothing on standard output. SEED=N repeats a run.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

! all_rows || STREAMS=${STREAMS-3000}
STREAMS=${STREAMS-400}
SEED=${SEED-$(date +%s)}
echo "SEED=$SEED"
make_pki
status=0
"$builddir/tests/support/garbage_server" --seed "$SEED" --count "$STREAMS" --parallel 16 --cert "$CERT" --key "$KEY" \
	"$HELLO_CLIENT" --cacert "$CA" --servername localhost --max-time 1s >"$TMP/ends" 2>"$TMP/said" ||
	status=$?
[ $status -eq 0 ] || fail "status $status: $(cat "$TMP/ends")"

# Standard output would be among this, and what a sanitizer says.
grep -av '^hello-client: [A-Z_]*: .\|^  try: .' "$TMP/said" && fail 'somebody says more than what failed'
[ "$(wc -l <"$TMP/said")" -eq $((2 * STREAMS)) ] || fail "$(wc -l <"$TMP/said") lines of $STREAMS clients"
sed -n 's/^hello-client: \([A-Z_]*\): .*/\1/p' "$TMP/said" | LC_ALL=C sort | uniq -c | sort -rn
sed '$!d' "$TMP/ends"

# The streams get everywhere: else they would prove little.
rare=''
[ "$STREAMS" -lt 1000 ] || rare=HANDSHAKE_ALERT # about every hundredth
for each in NOT_TLS HANDSHAKE_TIMEOUT HANDSHAKE_CLOSED HANDSHAKE_FAILED CERT_INVALID \
	GREETING_TRUNCATED $rare; do
	grep -qa "^hello-client: $each: " "$TMP/said" || fail "no stream led to $each"
done
