#!/bin/sh
# log.sh - each connection has its line in the log, with what became of it; nothing that a peer sends
# can break a line or write one of its own.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
start_server --workers 2 --log-level debug

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
logged 'outcome=OK sni=localhost protocol=TLSv1\.3 cipher=TLS_[A-Z0-9_]* ' || fail 'what was negotiated is missing'
logged 'an HTTP request' || fail 'a browser is not recognised'

# Who asked for what, where it ended, and who said so by an alert.
start_server --workers 1
openssl s_client -connect "$HOST:$PORT" -servername asked.test -verify_return_error </dev/null \
	>"$TMP/said" 2>&1 && fail 'verified without a root'
await 'outcome=HANDSHAKE_ALERT sni=asked\.test stage=[a-z-]* alert=48 alert_from=peer'
openssl s_client -connect "$HOST:$PORT" -servername asked.test -groups secp521r1 </dev/null \
	>"$TMP/said" 2>&1 && fail 'a group that we do not have'
await 'outcome=HANDSHAKE_PARAMETERS .*stage=hello alert=40 alert_from=us'
for each in '' --tls12; do
	# shellcheck disable=SC2086 # an option, or none
	"$CROWD" $each garble "$PORT" >"$TMP/said" || error 'no record was garbled'
	printf 'alert 20\nFIN\n' | cmp -s - "$TMP/said" || fail "a bad record gets: $(cat "$TMP/said")"
done
await 'outcome=RECORD_BAD alpn=http/1.1 .*stage=request alert=20 alert_from=us' 2
say </dev/null
greeted || fail 'not greeted'
await 'outcome=OK sni=localhost protocol=TLSv1.3 .* resumed=no received='
! logged HEALTH_CHECK || fail 'a health check is told at info level'
stop_server

# The same as JSON: each line is an object, and a hostile one stays inside its text.
start_server --workers 1 --log-format json --log-level debug
greeted || fail 'not greeted'
printf '\033[2J\r\n"\\ "outcome":"OK"\n\377\000end' | say
outcome 50 CERT_UNKNOWN_CA --cacert "$PKI/localhost/chain.pem" 127.0.0.1 "$PORT" >/dev/null
await '"outcome":"OK","sni":"localhost","protocol":"TLSv1.3",.*"received":[0-9]*,"sent":[0-9]*,"handshake_ms":[0-9]*,'
await '"outcome":"NOT_TLS"'
await '"alert":48,"alert_from":"peer"'
stop_server
if command -v python3 >/dev/null; then
	python3 -c '
import json, sys
for line in sys.stdin:
    event = json.loads(line)
    assert list(event)[:3] == ["time", "level", "role"], line
' <"$SERVER_LOG" || fail 'these lines are no JSON'
else
	echo 'SKIP: the JSON was not parsed: python3 is not installed'
fi
