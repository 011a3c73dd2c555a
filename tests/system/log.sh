#!/bin/sh
# log.sh - each connection has its line in the log, with what became of it; nothing that a peer sends
# can break a line or write one of its own.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
start_server --workers 2

say() {
	"$CROWD" say "$PORT" >"$TMP/said" || fail 'no connection'
}

for each in 1 2 3; do
	greeted || fail 'not greeted'
	say </dev/null
	printf 'GET / HTTP/1.1\r\n\r\n' | say
	printf '\033[2J\r\n"\\ time=0 level=info outcome=OK\n\377\000end' | say
	outcome 50 CERT_UNKNOWN_CA --cacert "$PKI/localhost/chain.pem" 127.0.0.1 "$PORT" >/dev/null
done
stop_server

connections=$((3 * 4 + 3 * REPEAT))
[ "$(count ' peer=127\.0\.0\.1:[0-9]* outcome=[A-Z_]* ')" -eq $connections ] ||
	fail "$(count ' peer=') lines for $connections connections"
for each in OK HEALTH_CHECK; do
	[ "$(count " outcome=$each ")" -eq 3 ] || fail "$each: $(count " outcome=$each ") times, not 3"
done
[ "$(count ' outcome=NOT_TLS ')" -eq 6 ] || fail 'not 6 times NOT_TLS'
[ "$(count ' outcome=HANDSHAKE_ALERT ')" -eq $((3 * REPEAT)) ] || fail 'not every alert is told'
# Each line is one of ours: names and values, which are quoted unless they are one plain word.
grep -vE '^time=[0-9TZ:.-]+ level=[a-z]+ role=[a-z0-9.-]+( [a-z_]+=([^" =\\]+|"([^"\\]|\\.)*"))+$' \
	"$SERVER_LOG" && fail 'these lines are not ours'
tr -d '\n -~' <"$SERVER_LOG" >"$TMP/unprintable"
[ ! -s "$TMP/unprintable" ] || fail 'unprintable bytes of a peer are in the log'
logged 'outcome=OK protocol=TLSv1\.3 cipher=TLS_[A-Z0-9_]* ' || fail 'what was negotiated is missing'
logged 'an HTTP request' || fail 'a browser is not recognised'
