#!/bin/sh
# json.sh - what --json prints is what doc/hello-client.schema.json describes, whatever the outcome;
# the facts of a certificate are openssl's, also of one that was refused; and the examples of the
# manual page do something.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need jq openssl
make_pki
"$srcdir/tests/support/badcerts.sh" "$PKI" expired early client lone nosan weak selfsigned ageless \
	>"$TMP/out" 2>&1 || error "no bad certificates: $(cat "$TMP/out")"
: >"$TMP/all"

# probe STATUS ARG...: one line, which says so, too.
probe() {
	run_status "$@"
	[ "$(wc -l <"$TMP/out")" -eq 1 ] || fail "not one line of: $*"
	expect "$TMP/out" "\"status\":$1[,}]"
	cat "$TMP/out" >>"$TMP/all"
}

# ask STATUS [ARG...]: $PORT.
ask() {
	ask_status=$1
	shift
	probe "$ask_status" "$HELLO_CLIENT" --json --cacert "$CA" "$@" 127.0.0.1 "$PORT"
}

# facts FILTER VALUE [FILTER VALUE...]: of the last object.
facts() {
	filters='' values=''
	while [ $# -gt 0 ]; do
		filters="$filters${filters:+, }($1)" values="$values$2
"
		shift 2
	done
	jq -c "$filters" "$TMP/out" >"$TMP/facts" || fail "jq: $filters"
	printf '%s' "$values" | diff - "$TMP/facts" || fail "< is expected of $filters"
}

# serve FOLDER STATUS
serve() {
	start_server --workers 1 --cert "$PKI/$1/chain.pem" --key "$PKI/$1/key.pem"
	ask "$2"
	kill -INT "$SERVER_PID"
	server_left 0
}

# meet KIND STATUS [ARG...]
meet() {
	start_peer "$1"
	shift
	ask "$@"
}

# ---- all is well --------------------------------------------------------------------------------
start_server --workers 1
ask 0
facts .outcome '"OK"' \
	.stage null \
	'[.service, .service_from]' '["hello","port"]' \
	.peer "\"127.0.0.1:$PORT\"" \
	.addresses "[\"127.0.0.1:$PORT\"]" \
	.tls.protocol '"TLSv1.3"' \
	.greeting_bytes 12 \
	'.certificates | length' 3 \
	'.certificates[0].sans' '["localhost","127.0.0.1","::1"]' \
	'[.milliseconds | del(.proxy, .starttls)[] | type] | unique' '["number"]' \
	'.milliseconds | .total >= .handshake' true
ask 0 --trace
facts .trace.finding '"passes"' .trace.peer_hop 1 '.trace.hops | length' 1 \
	'.trace.hops[0].address' '"127.0.0.1"' .trace.tries 3
ask 0
facts .trace null

facts '[.report, .compare, .tls.alpn, .milliseconds.proxy]' '[null,null,null,null]'
ask 0 --alpn h2,http/1.1
facts .tls.alpn '"http/1.1"'
# Without a server.
probe 0 "$HELLO_CLIENT" --json --cacert "$CA" --chain "$CERT" localhost
facts '[.target.host, .target.port, .service, .service_from]' '["localhost","",null,null]' \
	.chain "\"$CERT\"" \
	'[.server_name, .peer, .tls, .addresses, .milliseconds.connect]' '[null,null,null,[],null]' \
	'[.verify_name, (.certificates | length)]' '["localhost",3]'
probe 54 "$HELLO_CLIENT" --json --cacert "$CA" --chain - a.test <"$CERT"
facts .chain '"standard input"'
probe 3 "$HELLO_CLIENT" --json --chain "$TMP/none" a.test
ask 0
facts .chain null

# openssl of the same certificate: nobody shall wonder why it is another.
openssl x509 -in "$CERT" -noout -serial -fingerprint -sha256 >"$TMP/facts" || error 'openssl x509'
serial=$(sed -n 's/^serial=//p' "$TMP/facts" | tr 'A-F' 'a-f')
sha256=$(sed -n 's/.*Fingerprint=//p' "$TMP/facts" | tr 'A-F' 'a-f' | tr -d :)
pin=$(openssl x509 -in "$CERT" -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -binary | openssl base64)
facts '.certificates[0].sha256' "\"$sha256\"" \
	'.certificates[0].spki' "\"sha256//$pin\"" \
	'.certificates[0].serial | ltrimstr("0")' "\"${serial#0}\"" \
	'.certificates[0].key' '{"type":"EC","bits":256}'

run_status 0 "$HELLO_CLIENT" --json -c 5 -i 1ms --cacert "$CA" 127.0.0.1 "$PORT"
cat "$TMP/out" >>"$TMP/all"
[ "$(jq -s 'map(select(.type == "probe")) | map(.seq) | sort == [1,2,3,4,5]' "$TMP/out")" = true ] ||
	fail 'not five numbered probes'
[ "$(jq -s '.[-1] | [.type, .sent, .ok, .milliseconds.full.total.count]' -c "$TMP/out")" = '["summary",5,5,5]' ] ||
	fail "the last line is no summary of them: $(tail -n 1 "$TMP/out")"

ask 71 --expect 'Good night'
ask 54 --verify-name other.test
ask 0 --expect-outcome CERT_WRONG_NAME --verify-name other.test
ask 82 --expect-outcome CERT_WRONG_NAME
facts .stage '"expected"' \
	'.expected_outcome | [.met, .came.stage]' '[false,null]'
ask 50 --cacert "$PKI/expired/chain.pem"
stop_server

# ---- both ends ------------------------------------------------------------------------------------
start_server --workers 1 --report --node box
ask 0
facts '[.report.node, .report.protocol, .report.resumed, .report.client]' '["box","TLSv1.3",false,null]' \
	'.report.certificate == .certificates[0].sha256' true \
	.compare null
ask 0 --compare
facts .compare '{"differences":[],"remark":null}' \
	.greeting_bytes 12
ask 71 --compare --expect 'Good night'
facts .report.node '"box"' .post_quantum.certificate false \
	'.post_quantum.key_exchange == .tls.post_quantum' true
# A proxy is another source address, and a phase.
box=$TMP/box
"$builddir/tests/support/middlebox" connect >"$box" &
track $!
wait_for "$PATIENCE" [ -s "$box" ] || fail 'no proxy'
ask 0 --compare --proxy "http://127.0.0.1:$(head -n 1 "$box")"
facts '[.compare.differences[].what]' '["peer"]' \
	'.compare.differences[0].server == .report.peer' true \
	'.compare.remark | test("rewritten")' true \
	'.milliseconds | .proxy > 0 and .total >= .proxy' true \
	.peer "\"127.0.0.1:$(head -n 1 "$box")\""
stop_server

# ---- full and resumed ---------------------------------------------------------------------------
start_server --workers 1 --tickets 1
run_status 0 "$HELLO_CLIENT" --json --resume -c 40 -i 3ms --parallel 4 --cacert "$CA" 127.0.0.1 "$PORT"
cat "$TMP/out" >>"$TMP/all"
# Of each phase, what is said of both kinds is what the lines say.
[ "$(jq -s '(map(select(.type == "probe")) | [map(select(.tls.resumed | not)), map(select(.tls.resumed))] | map(length)) as $lines |
	.[-1].milliseconds | ($lines | all(. > 0)) and ([.full, .resumed] | map([.[].count] | unique) == ($lines | map([.])))' "$TMP/out")" = true ] ||
	fail "full and resumed do not add up: $(tail -n 1 "$TMP/out")"
stop_server

# More names than fit on any line.
"$HELLO_CERTS" issue "$PKI" many.test 127.0.0.1 $(seq -f 'a-name-that-is-long-%g.many.test' 150) \
	>"$TMP/out" 2>&1 || error 'no certificate with many names'
start_server --workers 1 --cert "$PKI/many.test/chain.pem" --key "$PKI/many.test/key.pem"
ask 0
facts '.certificates[0].sans | [length, (map(select(startswith("a-name"))) | length)]' '[152,150]' \
	'.certificates[0].sans | index("a-name-that-is-long-150.many.test") != null' true
stop_server

# ---- whatever is wrong ----------------------------------------------------------------------------
serve lone 51
serve expired 52
facts .stage '"verify"' \
	.verify_error 10 \
	.verify_depth 0 \
	'[.tls.protocol, (.tls.group | length > 0)]' '["TLSv1.3",true]' \
	'.certificates[0].days_left < 0' true \
	'.certificates[0].not_after' '"2021-01-01T00:00:00Z"'
serve early 53
serve nosan 54
facts '.certificates[0].sans' '[]'
# A date that nobody can read is no date: neither 1970 nor a number of days.
openssl x509 -in "$CERT" -outform DER -out "$TMP/dated.der" || error 'no DER'
LC_ALL=C sed 's/[0-9]\{12\}Z\(..\)[0-9]\{12\}Z/not a number\1nor is that1Z/; s/not a number/not a numberZ/' "$TMP/dated.der" >"$TMP/undated.der"
[ "$(wc -c <"$TMP/undated.der")" -eq "$(wc -c <"$TMP/dated.der")" ] || error 'no dates in the certificate'
probe 51 "$HELLO_CLIENT" --json --cacert "$CA" --chain "$TMP/undated.der" localhost
facts '.certificates[0] | [.not_before, .not_after, .days_left]' '[null,null,null]'
serve ageless 0
facts '.certificates[0] | [.not_before, .not_after]' '["0000-01-01T00:00:00Z","9999-12-31T23:59:59Z"]'
serve client 55
serve selfsigned 62

meet closed 20
facts .errno 111 \
	'[.addresses, .peer, .tls]' "[[\"127.0.0.1:$PORT\"],null,null]" \
	.certificates '[]' \
	.milliseconds.connect null
meet full 21 --connect-timeout 100ms
meet plain 40
meet hostile 40
meet silent 41 --handshake-timeout 100ms
meet alert 42
facts .alert 40
meet reset 43
meet close 44
meet old 45
meet mute 70 --read-timeout 100ms
facts '.certificates | length' 3
meet truncate 72
meet empty 73
meet long 74
meet reset-after 75
start_peer --cert "$PKI/weak/chain.pem" --key "$PKI/weak/key.pem" truncate
ask 59

# Nobody was asked.
probe 2 "$HELLO_CLIENT" --no-such --json
probe 2 "$HELLO_CLIENT" --json
facts .stage '"local"'
probe 3 "$HELLO_CLIENT" --json --cacert "$TMP/nothing" localhost
probe 22 "$HELLO_CLIENT" --json --cacert "$CA" 255.255.255.255 "$PORT"
probe 10 "$HELLO_CLIENT" --json --cacert "$CA" -6 127.0.0.1

# ---- the examples -----------------------------------------------------------------------------------
# Each line as it stands in the manual page; the program is there, and svc.test is our server.
"$HELLO_CERTS" issue "$PKI" svc.test >"$TMP/out" 2>&1 || error 'no certificate for svc.test'
start_server --workers 1 --cert "$PKI/svc.test/chain.pem" --key "$PKI/svc.test/key.pem"
mkdir "$TMP/bin" || error 'mkdir'
cat >"$TMP/bin/hello-client" <<SHIM
#!/bin/sh
# Nobody wants to wait for a second between the probes.
case "\$*" in *' -c '*) set -- -i 1ms "\$@" ;; esac
exec "$HELLO_CLIENT" --cacert "$CA" --connect-to "127.0.0.1:$PORT" "\$@"
SHIM
chmod +x "$TMP/bin/hello-client"
sed -n 's/^\$ \(hello-client .*--json.* | jq .*\)/\1/p' "$srcdir/doc/hello-client.1" >"$TMP/examples"
while IFS= read -r example; do
	PATH=$TMP/bin:$PATH sh -c "$example" >"$TMP/example" 2>"$TMP/err" || fail "$example: $(cat "$TMP/err")"
	[ "$(wc -l <"$TMP/example")" -eq 1 ] || fail "not one line comes of: $example"
	cat "$TMP/example"
done <"$TMP/examples" >"$TMP/answers"
pin=$(openssl x509 -in "$PKI/svc.test/chain.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -binary | openssl base64)
head -n 3 "$TMP/answers" >"$TMP/first"
# In the second of its birth it has all of its 30 days.
sed -i '1s/^30$/29/' "$TMP/first"
printf '29\nsha256//%s\n127.0.0.1:%s\tOK\n' "$pin" "$PORT" | cmp -s - "$TMP/first" ||
	fail "the examples of the manual page say: $(cat "$TMP/answers")"
[ "$(wc -l <"$TMP/answers")" -eq 4 ] || fail 'there are other examples in the manual page'
awk 'NR == 4 { exit !($1 > 0.1) }' "$TMP/answers" || fail "that is no percentile: $(tail -n 1 "$TMP/answers")"
stop_server

# ---- --path-test --------------------------------------------------------------------------------
# It is one object, whatever was tried, and says what the table says.
start_server --workers 1
ask 0 --path-test
facts '[.type, .peer, .server_name, .through_proxy]' "[\"path_test\",\"127.0.0.1:$PORT\",null,false]" \
	'[.variants[0] | .variant, .option, .tried, .outcome, .steady, .second_bytes]' '["plain",null,true,"OK",true,null]' \
	'.variants | map(select(.option == "--hello records")) | map([.outcome, .bytes > 200, .milliseconds > 0])' \
	'[["OK",true,true]]' \
	'.findings | map(select(.finding == "clean" or .finding == "no-sni-tried")) | map(.variant)' '["plain","plain"]'
good=$PORT
start_box sni-record "$good"
probe 43 "$HELLO_CLIENT" --json --path-test --cacert "$CA" localhost "$PORT"
facts .server_name '"localhost"' '[.outcome, .stage, (.detail | length > 0)]' '["HANDSHAKE_RESET","handshake",true]' \
	'[.findings[].finding]' '["name","one-record","where","try"]' \
	'.findings[-1].text | test(": --no-sni, --hello records\\.$")' true
free_port
ask 20 --path-test
facts '[.variants[] | .bytes]' '[null]' '[.findings[].finding]' '["unreached"]' .peer null
stop_server

# ---- the schema -------------------------------------------------------------------------------------
python3 -c 'import jsonschema' 2>/dev/null || skip 'python3-jsonschema is not installed; all but the schema was tested'
python3 - "$srcdir/doc/hello-client.schema.json" "$TMP/all" <<'PYTHON' || fail 'the schema does not hold'
import json, sys

import jsonschema

schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
lines = open(sys.argv[2]).read().splitlines()
bad = 0


def complain(line, why):
    global bad
    bad += 1
    print(line, why, sep="\n", file=sys.stderr)


# Closed here: a member that nobody described is a mistake of ours.
for name in ("probe", "summary", "certificate", "path_test", "trace"):
    schema["definitions"][name]["additionalProperties"] = False
for line in lines:
    value = json.loads(line)
    only = dict(schema, **{"$ref": "#/definitions/" + value["type"]})
    del only["oneOf"]
    for error in jsonschema.Draft7Validator(only).iter_errors(value):
        complain(line, error)
    if list(jsonschema.Draft7Validator(schema).iter_errors(value)):
        complain(line, "is none of the objects, or several")
# The schema can say no.
value = json.loads(lines[0])
for member, wrong in (("status", "0"), ("outcome", "ok"), ("schema", 2), ("peer", 1), ("milliseconds", {})):
    if jsonschema.Draft7Validator(schema).is_valid(dict(value, **{member: wrong})):
        complain(member, "takes anything")
print(len(lines), "objects,", len({json.loads(line)["outcome"] for line in lines}), "outcomes")
sys.exit(bad > 0 or len(lines) < 30)
PYTHON
