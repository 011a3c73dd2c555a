#!/bin/sh
# retry.sh - after a HelloRetryRequest there are no keys yet, so nothing may be said early: two
# ServerHello messages, and no record with data (23) or an alert (21) before the second one.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server --groups P-256

# From s_client's -msg: R and the content type for each record of the server, S for a ServerHello.
# A record's header stands in hexadecimal in the line after "RecordHeader".
seen() {
	awk '
	header { printf "R%d ", hex($1); header = 0 }
	/^<<< .*RecordHeader/ { header = 1 }
	/^<<< .*, ServerHello/ { printf "S " }
	function hex(s) { return 16 * digit(substr(s, 1, 1)) + digit(substr(s, 2, 1)) }
	function digit(c) { return index("0123456789abcdef", c) - 1 }
	' "$1"
}

round=0
while [ $((round += 1)) -le "$REPEAT" ]; do
	run_status 0 openssl s_client -quiet -msg -groups X25519:P-256 -verify_return_error -CAfile "$CA" \
		-verify_hostname localhost -connect "127.0.0.1:$PORT" </dev/null
	expect "$TMP/out" "^$GREETING\$"
	sequence=$(seen "$TMP/out")
	[ "$(echo "$sequence" | tr ' ' '\n' | grep -c '^S$')" -eq 2 ] ||
		fail "not two ServerHello: $sequence"
	case ${sequence% S *} in
	*R23* | *R21*) fail "said before there were keys: $sequence" ;;
	esac
	case $sequence in
	*R22*S*R22*S*R23*) ;;
	*) fail "not a retried handshake: $sequence" ;;
	esac
done
echo "as s_client saw the records: $sequence"

# Without a retry the same client is greeted too, and the log tells one from the other.
run_status 0 openssl s_client -quiet -groups P-256 -verify_return_error -CAfile "$CA" \
	-connect "127.0.0.1:$PORT" </dev/null
expect "$TMP/out" "^$GREETING\$"
stop_server
[ "$(count 'outcome=OK .*group=secp256r1')" -eq $((REPEAT + 1)) ] || fail 'not all are logged as greeted'
