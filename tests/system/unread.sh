#!/bin/sh
# unread.sh - the whole greeting and its end reach a client that has sent a lot which nobody reads: a
# careless close() would reset the connection and take the greeting with it.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki

# The longest greeting there may be: 64 KiB, no two lines the same.
awk 'BEGIN { for (i = 0; i < 4096; i++) printf "%015d\n", i * 7919 }' >"$TMP/greeting"
[ "$(wc -c <"$TMP/greeting")" -eq 65536 ] || error 'the greeting is not 64 KiB'
start_server --greeting-file "$TMP/greeting"

for version in '' --tls12; do
	start_crowd $version --send 1000000 --greeting "$TMP/greeting" greet 40 8 "$PORT" "$CA"
	finish_crowd
	[ "$(crowd ok)" -eq 40 ] || fail "$(crowd ok) of 40 got all of it"
done
run_status 0 "$HELLO_CLIENT" --cacert "$CA" 127.0.0.1 "$PORT"
cmp "$TMP/out" "$TMP/greeting" || fail 'hello-client printed something else'
for version in -tls1_3 -tls1_2; do
	head -c 1000000 /dev/zero | openssl s_client -quiet $version -connect "127.0.0.1:$PORT" \
		>"$TMP/out" 2>"$TMP/err"
	cmp "$TMP/out" "$TMP/greeting" || fail "s_client $version got something else"
done
stop_server
[ "$(count 'outcome=OK')" -eq 83 ] || fail "outcomes: $(count 'outcome=OK') of 83 are OK"
