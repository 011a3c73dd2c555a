#!/bin/sh
# certificate-request.sh - what a server asks for when it requests a client certificate, CAs and
# types of keys, is in -v, in JSON and in each later failure, in TLS 1.2 and 1.3: of openssl s_server
# and hello-server. An issuer is said to be another one only where that is certain.
# Other services: services.sh, services-real.sh; hostile lists: tests/unit/check_certificate_request.c
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl jq
make_pki
{
	"$HELLO_CERTS" issue "$PKI" --client alice && "$HELLO_CERTS" issue "$PKI" --client --key rsa ron &&
		"$HELLO_CERTS" init "$TMP/other" && "$HELLO_CERTS" issue "$TMP/other" --client mallory
} >"$TMP/said" 2>&1 || error "no clients: $(cat "$TMP/said")"
root='hello-certs root [0-9a-f]*' middle='hello-certs intermediate [0-9a-f]*'
: >"$TMP/all"

# Ten CAs; a name that holds what terminals obey; and one that is longer than a line.
escape=$(printf '\033')
: >"$TMP/many.pem"
for cn in one two three "four${escape}[2J" "five-$(printf '%055d' 0)" six seven eight nine ten; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$cn" \
		-keyout "$TMP/any.key" -out "$TMP/any.pem" 2>"$TMP/said" || error "no CA: $(cat "$TMP/said")"
	cat "$TMP/any.pem" >>"$TMP/many.pem"
done

accepts() {
	PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$TMP/accept")
	[ -n "$PORT" ] || is_gone "$asker"
}

# asker VERSION ARG...: s_server, which insists on a certificate of $CA; sets $PORT.
asker() {
	asker_version=$1
	shift
	[ ! -p "$TMP/quiet" ] || rm "$TMP/quiet"
	mkfifo "$TMP/quiet" || error 'mkfifo'
	: >"$TMP/accept"
	openssl s_server -accept 127.0.0.1:0 "-tls$asker_version" -cert "$CERT" -cert_chain "$CERT" -key "$KEY" \
		-verifyCAfile "$CA" -Verify 3 -verify_return_error "$@" <"$TMP/quiet" >"$TMP/accept" 2>&1 &
	asker=$!
	track $asker
	exec 4>"$TMP/quiet"
	wait_for "$PATIENCE" accepts || error "no server: $(cat "$TMP/accept")"
	[ -n "$PORT" ] || error "no server: $(cat "$TMP/accept")"
}

end_asker() {
	exec 4>&-
	kill "$asker"
	wait "$asker"
	untrack "$asker"
}

# shows [DIR/]WHO: the certificate to show; none: none.
shows() {
	case $1 in
	none) show='' ;;
	/*) show="--cert $1/chain.pem --key $1/key.pem" ;;
	*) show="--cert $PKI/$1/chain.pem --key $PKI/$1/key.pem" ;;
	esac
}

# fails STATUS NAME [ARG...]: the same in both forms, and -v; $TMP/err and $TMP/json are left.
fails() {
	fails_status=$1 fails_name=$2
	shift 2
	# shellcheck disable=SC2086 # words, or none
	set -- --cacert "$CA" $show "$@"
	run_status "$fails_status" "$HELLO_CLIENT" --json "$@" 127.0.0.1 "$PORT"
	cp "$TMP/out" "$TMP/json"
	cat "$TMP/out" >>"$TMP/all"
	run_status "$fails_status" "$HELLO_CLIENT" -v "$@" 127.0.0.1 "$PORT"
	[ "$fails_status" -eq 0 ] || expect "$TMP/err" "^hello-client: $fails_name: "
	! grep -q "$escape" "$TMP/err" || fail "an escape sequence: $(cat -v "$TMP/err")"
	awk 'length($0) > 80 && !/^hello-client: |^  try: / { print; bad = 1 } END { exit bad }' "$TMP/err" ||
		fail 'a line of -v is too long'
}

# asked FILTER VALUE: in the last JSON.
asked() {
	jq -c ".certificate_request | $1" "$TMP/json" >"$TMP/facts" || fail "jq: $1"
	[ "$(cat "$TMP/facts")" = "$2" ] || fail "$1 is $(cat "$TMP/facts"), not $2"
}

silent() {
	! grep -q "$1" "$TMP/err" || fail "it shows $1: $(cat "$TMP/err")"
}

for version in 1_2 1_3; do
	echo "s_server, TLS $version"
	asker $version -CAfile "$CA"
	shows none
	fails 60 CLIENT_CERT_REQUIRED
	expect "$TMP/err" '^           client certificate: requested, none sent$'
	expect "$TMP/err" "^           acceptable CAs: \"$root\"\$"
	expect "$TMP/err" '^           acceptable keys: RSA, RSA-PSS, ECDSA'
	expect "$TMP/err" "^  try: use --cert FILE --key FILE with a certificate issued by \"$root\"\$"
	asked '[.sent, .ca_count, .issuer, .issuer_accepted, .key, .key_accepted]' '[false,1,null,null,null,null]'
	asked '.cas | map(test("^hello-certs root "))' '[true]'
	asked '.key_types[0:3]' '["RSA","RSA-PSS","ECDSA"]'
	shows "$TMP/other/mallory"
	fails 61 CLIENT_CERT_REFUSED
	expect "$TMP/err" '^           client certificate: requested, sent$'
	expect "$TMP/err" "the server asked for a certificate from \"$root\"; ours is issued by \"$middle\", its chain leads to \"$root\", and both are other CAs (127"
	expect "$TMP/err" "^  try: use a certificate from a CA that the server accepts, .* or configure the server to accept \"$root\"\$"
	asked '[.sent, .issuer_accepted, .key, .key_accepted]' '[true,false,"EC P-256",true]'
	# The root is asked for, and only the intermediate of our chain names it. It stays silent.
	shows alice
	fails 70 GREETING_TIMEOUT --read-timeout 100ms
	asked '[.sent, .issuer_accepted]' '[true,true]'
	silent 'not among them\|other CA'
	end_asker

	asker $version
	shows "$TMP/other/mallory"
	fails 61 CLIENT_CERT_REFUSED
	expect "$TMP/err" '^           acceptable CAs: any$'
	asked '[.cas, .ca_count, .issuer_accepted]' '[[],0,null]'
	silent 'asked for\|among'
	expect "$TMP/err" '^  try: check that its CA is in'
	end_asker

	asker $version -CAfile "$TMP/many.pem"
	shows "$TMP/other/mallory"
	fails 61 CLIENT_CERT_REFUSED
	expect "$TMP/err" 'certificate from "one", "two" or 8 more; ours .* and neither is among them (127'
	expect "$TMP/err" '^           acceptable CAs: "one", "two", "three", "four\\x1b\[2J" and 6 more$'
	asked '[.ca_count, (.cas | length), .cas[3], .cas[7]]' '[10,8,"four\\x1b[2J","eight"]'
	shows none
	fails 60 CLIENT_CERT_REQUIRED
	expect "$TMP/err" 'issued by "one", "two" or 8 more$'
	end_asker

	asker $version -CAfile "$CA" -client_sigalgs ECDSA+SHA256
	shows ron
	fails 60 CLIENT_CERT_REQUIRED
	expect "$TMP/err" '^           client certificate: requested, not sent: ours does not fit$'
	expect "$TMP/err" '^           acceptable keys: ECDSA$'
	expect "$TMP/err" 'our key is RSA 2048, but the server accepts only ECDSA (127'
	expect "$TMP/err" '^  try: use --cert and --key with a key of type ECDSA$'
	asked '[.sent, .key_types, .key, .key_accepted, .issuer_accepted]' '[false,["ECDSA"],"RSA 2048",false,true]'
	shows alice
	fails 70 GREETING_TIMEOUT --read-timeout 100ms
	asked '[.sent, .key_accepted]' '[true,true]'
	silent 'our key'
	end_asker
done

echo 'hello-server'
start_server --workers 1 --client-ca "$CA"
for version in 1.2 1.3; do
	shows alice
	fails 0 OK --tls-max $version
	expect "$TMP/err" "^           acceptable CAs: \"$root\"\$"
	asked .issuer_accepted true
	shows "$TMP/other/mallory"
	fails 61 CLIENT_CERT_REFUSED --tls-max $version
	expect "$TMP/err" 'its chain leads to "hello-certs root .*", and both are other CAs'
	# The greeting came: the certificate was accepted, and is not to blame. Nor is it for our verdict.
	shows alice
	fails 71 GREETING_MISMATCH --tls-max $version --expect Bye
	silent 'other CA\|among'
done
stop_server
start_server --workers 1
shows alice
fails 0 OK
asked . null
silent 'acceptable\|client certificate'
stop_server

if python3 -c 'import jsonschema' 2>"$TMP/said"; then
	python3 - "$srcdir/doc/hello-client.schema.json" "$TMP/all" <<-'PYTHON' || fail 'the schema does not hold'
		import json, sys

		import jsonschema

		validator = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
		for line in open(sys.argv[2]):
		    validator.validate(json.loads(line))
	PYTHON
else
	echo 'python3-jsonschema is not installed, so the schema was not tested'
fi
