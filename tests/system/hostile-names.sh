#!/bin/sh
# hostile-names.sh - names that want to be more than names: a certificate, at either end, whose names
# hold what terminals obey, log lines end with and lists are separated by; options that hold the same.
# No output has a control character, an invisible one or invalid UTF-8 in it, and all of them can
# still be read: by people, jq, the schema, promtool, and whoever splits a line of Nagios.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl jq
make_pki

esc=$(printf '\033') bidi=$(printf '\342\200\256') c1=$(printf '\302\233') hidden=$(printf '\342\200\213')
letters=$(printf 'B\303\274cher \342\202\254')
invalid=$(printf '\377') return=$(printf '\r') newline='
'
unclean=$(printf '[\001-\011\013-\037\177]|\302[\200-\237\255]|\342\200[\213-\217\250-\256]|\342\201[\240-\257]|\357\273\277')

# clean FILE WHAT
clean() {
	! LC_ALL=C grep -qaE "$unclean" "$1" || fail "$2: $(LC_ALL=C grep -aE "$unclean" "$1" | od -c | head -n 20)"
	tr -d '\000' <"$1" >"$TMP/no-nul"
	cmp -s "$TMP/no-nul" "$1" || fail "$2 has a NUL in it"
	! command -v iconv >"$TMP/iconv" || iconv -f UTF-8 -t UTF-8 "$1" >"$TMP/iconv" 2>&1 || fail "$2 is not UTF-8"
}

# try STATUS ARG...: hello-client, whose outputs have to be clean: tidy looks, at all of them.
try() {
	try_status=$1
	shift
	run_status "$try_status" "$HELLO_CLIENT" "$@"
	cat "$TMP/out" "$TMP/err" >>"$TMP/shown"
}

tidy() {
	clean "$TMP/shown" 'what the client prints'
	: >"$TMP/shown"
}

# ---- a certificate ------------------------------------------------------------------------------
# Its own issuer, good for both ends; one of its names is a good one.
cat >"$TMP/config" <<CONFIG
[ req ]
prompt = no
utf8 = yes
string_mask = utf8only
distinguished_name = subject
x509_extensions = leaf
[ subject ]
CN = $letters ${esc}]0;x$c1$bidi$hidden | <- \"y\\\\z\\nnode: evil
[ leaf ]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = @names
[ names ]
DNS.1 = good.test
DNS.2 = a\", \"b.test${esc}[2J|$invalid$c1
URI.1 = spiffe://a/me, URI:spiffe://a/admin\\n$esc
email.1 = me@a.test, DNS:root.test$bidi
CONFIG
openssl req -x509 -config "$TMP/config" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 40 \
	-keyout "$TMP/key.pem" -out "$TMP/chain.pem" 2>"$TMP/err" || error "no certificate: $(cat "$TMP/err")"
"$HELLO_SERVER" --check --cert "$TMP/chain.pem" --key "$TMP/key.pem" >"$TMP/out" 2>"$TMP/err" || :
clean "$TMP/out" 'what --check prints'

free_port
metrics=$PORT
start_server --workers 1 --report --cert "$TMP/chain.pem" --key "$TMP/key.pem" --client-ca "$TMP/chain.pem" \
	--metrics "127.0.0.1:$metrics"
good="--cacert $TMP/chain.pem --no-x509-strict --cert $TMP/chain.pem --key $TMP/key.pem --connect-to 127.0.0.1:$PORT"

# All is well: the greeting with the report, -v, JSON, Nagios, a file for Prometheus.
# shellcheck disable=SC2086 # words
{
	try 0 $good good.test
	grep -qF "client: $letters \\x1b]0;x\\xc2\\x9b\\xe2\\x80\\xae\\xe2\\x80\\x8b | <- \\x22y\\\\z\\x0anode: evil" "$TMP/out" ||
		fail "the report: $(cat "$TMP/out")"
	[ "$(grep -c '^node: ' "$TMP/out")" -eq 1 ] || fail "the report has another node: $(cat "$TMP/out")"
	# The same as a page: clean, and with no tag of the client's.
	if command -v curl >/dev/null 2>&1; then
		curl -sS -k --max-time "$PATIENCE" --cert "$TMP/chain.pem" --key "$TMP/key.pem" \
			-H 'Accept: text/html' "https://127.0.0.1:$PORT/" >"$TMP/page" 2>"$TMP/err" ||
			fail "no page: $(cat "$TMP/err")"
		clean "$TMP/page" 'the page'
		grep -qF "<code>$letters \\x1b]0;x\\xc2\\x9b\\xe2\\x80\\xae\\xe2\\x80\\x8b | &lt;- \\x22y\\\\z\\x0anode: evil</code>" \
			"$TMP/page" || fail "the page: $(cat "$TMP/page")"
	fi
	try 0 $good -v --compare good.test
	grep -qF "$letters" "$TMP/err" || fail "-v cannot be read: $(cat "$TMP/err")"
	! grep -q ' <- ' "$TMP/err" || fail "-v shows two certificates: $(cat "$TMP/err")"
	try 0 $good --json --compare good.test
	cp "$TMP/out" "$TMP/json"
	try 0 $good --nagios --prometheus "$TMP/file.prom" good.test
	clean "$TMP/file.prom" 'the file of --prometheus'
	# A file of the chain, which is read again.
	try 0 $good --save-chain "$TMP/saved.pem" good.test
	clean "$TMP/saved.pem" 'the file of --save-chain'
	expect "$TMP/saved.pem" '^# 1 of 1: subject "[^"]*\\x1b[^"]*", issuer "[^"]*", valid from [-0-9: Z]* to [-0-9: Z]*$'
	try 0 --cacert "$TMP/chain.pem" --no-x509-strict --chain "$TMP/saved.pem" -v good.test
	# Its names do not fit: all of them are told.
	try 54 $good --json bad.test
	cat "$TMP/out" >>"$TMP/json"
	try 54 $good bad.test
	grep -qF '"good.test", "a\x22\x2c \x22b.test\x1b[2J|\xff\xc2\x9b"' "$TMP/err" || fail "the names: $(cat "$TMP/err")"
	grep -qF '  try: --verify-name good.test, or ' "$TMP/err" || fail "the advice: $(cat "$TMP/err")"
	try 2 $good --nagios bad.test
	[ "$(tr -cd '|' <"$TMP/out")" = '|' ] || fail "not one bar: $(cat "$TMP/out")"
	try 54 $good -c 1 bad.test
	printf '%s\n' bad.test "good.test --expect 'x$esc'" >"$TMP/list"
	try 54 $good --targets "$TMP/list"
}
tidy
await 'outcome=OK'
grep -qF "client=\"$letters \\x1b]0;x\\xc2\\x9b\\xe2\\x80\\xae\\xe2\\x80\\x8b | <- \\x22y\\\\z\\x0anode: evil\"" "$SERVER_LOG" ||
	fail "the client in the log: $(grep client= "$SERVER_LOG")"
grep -qF 'URI:spiffe://a/me\x2c URI:spiffe://a/admin\x0a\x1b, email:me@a.test\x2c DNS:root.test\xe2\x80\xae"' "$SERVER_LOG" ||
	fail "its names in the log: $(grep client= "$SERVER_LOG")"

# What Prometheus reads, of both.
curl -s "http://127.0.0.1:$metrics/metrics" >"$TMP/metrics" || error 'no metrics'
clean "$TMP/metrics" /metrics
grep -q "subject=\"$letters " "$TMP/metrics" || fail "/metrics: $(grep subject "$TMP/metrics")"
if command -v promtool >"$TMP/which"; then
	for file in metrics file.prom; do
		promtool check metrics <"$TMP/$file" >"$TMP/said" 2>&1 || fail "promtool of $file: $(cat "$TMP/said")"
	done
fi
jq -e '.certificates[0].subject | startswith("'"$letters"'")' "$TMP/json" >"$TMP/said" || fail "JSON: $(cat "$TMP/json")"
stop_server
clean "$SERVER_LOG" 'the log'

# ---- the log as JSON, and a name in SNI that our client would not send -----------------------------
start_server --workers 1 --strict-sni --log-format json --log-level debug
for name in "a${esc}[2J" ".test" "x|\"y\\z" "$letters$bidi"; do
	openssl s_client -connect "127.0.0.1:$PORT" -servername "$name" </dev/null >"$TMP/out" 2>&1
done
await 'NAME_UNKNOWN' 4
stop_server
clean "$SERVER_LOG" 'the log in JSON'
jq -es 'map(select(.outcome == "NAME_UNKNOWN")) | length == 4' "$SERVER_LOG" >"$TMP/said" || fail 'the log is not JSON'

# ---- options -----------------------------------------------------------------------------------
# Every place and every name: tests/unit/check_hostname.c; here, what is printed of it.
for bad in .test "a${esc}[2J" "a${return}${newline}X-Evil: 1" 'a|b' "a$invalid$bidi$c1$hidden"; do
	try 2 "$bad"
	try 2 --json --verify-name "$bad" good.test
	cat "$TMP/out" >>"$TMP/json"
	try 3 --nagios --connect-to "$bad" good.test
	[ "$(wc -l <"$TMP/out") $(tr -cd '|' <"$TMP/out")" = '1 |' ] || fail "more than one line or bar: $(cat "$TMP/out")"
	try 2 --proxy "http://$bad" good.test
	try 2 --path-test --servername "$bad" good.test
	printf '"%s"\n' "$bad" >"$TMP/list"
	try 2 --targets "$TMP/list"
	run_status 2 "$HELLO_SERVER" --client-ca "$CA" --allow-dns "$bad"
	cat "$TMP/err" >>"$TMP/shown"
done
# A name in another script, with advice.
try 2 "$(printf 'b\303\274cher.test')"
grep -q '^  try: idn2 b.*cher.test prints' "$TMP/err" || fail "no advice: $(cat "$TMP/err")"
# File names are shown, too.
mkdir "$TMP/a${esc}[2J$bidi$invalid"
try 3 --cacert "$TMP/a${esc}[2J$bidi$invalid/x" good.test
try 3 --json --cacert "$TMP/a${esc}[2J$bidi$invalid/x" good.test
cat "$TMP/out" >>"$TMP/json"
tidy

jq -es 'length > 7' "$TMP/json" >"$TMP/said" || fail 'JSON is not read'
python3 -c 'import jsonschema' 2>"$TMP/said" || skip 'python3-jsonschema is not installed; all but the schema was tested'
python3 - "$srcdir/doc/hello-client.schema.json" "$TMP/json" <<'PYTHON' || fail 'the schema does not hold'
import json, sys

import jsonschema

validator = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
for line in open(sys.argv[2], encoding="utf-8", errors="strict"):
    validator.validate(json.loads(line))
PYTHON
