#!/bin/sh
# check.sh - --check says what is wrong with what would be served: a line for each finding, and a status;
# nothing on a good set-up. A start with an expired certificate is not refused, but told of in the log.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki

# judged STATUS ARG...: --check ends so; its findings are in $TMP/out.
judged() {
	judged_status=$1
	shift
	# shellcheck disable=SC2086  # words, or none
	run_status "$judged_status" timeout 60 "$HELLO_SERVER" --check $WORK_AS "$@"
	[ ! -s "$TMP/err" ] || fail "there is something on standard error of: $*"
}
# findings: how many there are; an error that would end a start has a line of advice below it.
findings() {
	grep -cv '^  try: .' "$TMP/out"
}
# finds STATUS REGEX CHAIN KEY: exactly one finding.
finds() {
	judged "$1" --listen 127.0.0.1:0 --cert "$3" --key "$4"
	expect "$TMP/out" "^$2"
	[ "$(findings)" -eq 1 ] || fail "not one line: $(cat "$TMP/out")"
}

judged 0 --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY"
[ ! -s "$TMP/out" ] || fail "something is said of a good one: $(cat "$TMP/out")"

sh "$srcdir/tests/support/badcerts.sh" "$PKI" expired early client lone nosan weak selfsigned \
	>"$TMP/out" 2>&1 || error 'no bad certificates'
bad() {
	finds "$1" "$2" "$PKI/$3/chain.pem" "$PKI/$3/key.pem"
}
bad 3 'error: .*/expired/chain.pem: "localhost" expired on 2021-01-01 .* ago: renew it$' expired
bad 3 'error: .*"localhost" is not valid before 2090-' early
bad 3 'error: .*"localhost" is not for servers: its extended key usage lacks serverAuth$' client
bad 6 'warning: .*the chain may be incomplete: "localhost" is alone' lone
bad 3 'error: .*"localhost" has no subjectAltName' nosan
# The library's own floor may be above it: then the start is refused in the library's words.
judged 3 --listen 127.0.0.1:0 --cert "$PKI/weak/chain.pem" --key "$PKI/weak/key.pem"
expect "$TMP/out" '^error: .*'
bad 6 'warning: .*"localhost" is self-signed' selfsigned

for everybody in 0.0.0.0/0 ::/0; do
	judged 6 --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" --proxy-protocol-from $everybody
	expect "$TMP/out" "^warning: --proxy-protocol-from: $everybody covers every address"
	[ "$(findings)" -eq 1 ] || fail "not one line: $(cat "$TMP/out")"
done
judged 0 --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" --proxy-protocol-from 10.0.0.0/8 \
	--proxy-protocol-from unix

# What lies in the file, and how.
leaf=$TMP/leaf.pem middle=$TMP/middle.pem
openssl x509 -in "$CERT" -out "$leaf"
sed '1,/-----END/d' "$CERT" >"$middle"
"$HELLO_CERTS" init "$TMP/other" >"$TMP/said" 2>&1 || error 'no other CA'
cat "$leaf" "$CA" "$middle" >"$TMP/chain.pem"
judged 6 --listen 127.0.0.1:0 --cert "$TMP/chain.pem" --key "$KEY"
expect "$TMP/out" '^warning: .*the chain is out of order'
cat "$CERT" "$CA" >"$TMP/chain.pem"
finds 6 'warning: .*the root .* is in the chain' "$TMP/chain.pem" "$KEY"
cat "$CERT" "$TMP/other/ca.pem" >"$TMP/chain.pem"
judged 6 --listen 127.0.0.1:0 --cert "$TMP/chain.pem" --key "$KEY"
expect "$TMP/out" '^warning: .* in the chain did not issue '
cat "$CERT" >"$TMP/chain.pem"

# What a start refuses, in the same words.
"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/said" 2>&1 || error 'no second certificate'
finds 3 'error: service: .*does not belong' "$CERT" "$PKI/other.test/key.pem"
cp "$KEY" "$TMP/open.pem" && chmod 644 "$TMP/open.pem"
finds 3 'error: service: .*open.pem' "$CERT" "$TMP/open.pem"
finds 3 'error: service: .*nothing.pem: No such file' "$TMP/nothing.pem" "$KEY"

# Addresses: one that is not here, and one that is in use, which is only a note.
judged 3 --listen 192.0.2.1:8443 --cert "$CERT" --key "$KEY"
expect "$TMP/out" '^error: 192\.0\.2\.1:8443: '
start_server --workers 1
judged 0 --listen "127.0.0.1:$PORT" --cert "$CERT" --key "$KEY"
expect "$TMP/out" "^note: 127\\.0\\.0\\.1:$PORT: it is in use, perhaps by this server\$"
server_alive
stop_server

# The same for paths.
judged 0 --listen "unix:$TMP/socket" --cert "$CERT" --key "$KEY"
[ ! -e "$TMP/socket" ] || fail '--check leaves a socket behind'
judged 3 --listen "unix:$TMP/nowhere/socket" --cert "$CERT" --key "$KEY"
expect "$TMP/out" "^error: $TMP/nowhere/socket: .*its folder: No such file"
judged 3 --listen "unix:$CERT" --cert "$CERT" --key "$KEY"
expect "$TMP/out" '^error: .*it exists and is not a socket$'
start_server --workers 1 --listen 127.0.0.1:0 --listen "unix:$TMP/socket"
judged 0 --listen "unix:$TMP/socket" --cert "$CERT" --key "$KEY"
expect "$TMP/out" "^note: $TMP/socket: .*it is in use, perhaps by this server\$"
server_alive
stop_server

# All of it at once.
judged 3 --listen 192.0.2.1:8443 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
[ "$(grep -c '^error: ' "$TMP/out")" -eq 2 ] || fail "not two errors: $(cat "$TMP/out")"

start_server --workers 1 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
logged 'level=warning .*msg="certificate: .*localhost.* expired on ' || fail 'the log does not warn'
outcome 52 CERT_EXPIRED --cacert "$CA" localhost "$PORT" >/dev/null
stop_server
