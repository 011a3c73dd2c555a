#!/bin/sh
# client-zoo.sh - --client-zoo finds out whether mutual TLS is open: of servers set up right and wrong,
# in TLS 1.2 and 1.3, it says who was let in, and the server's log says the same.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

cd "$TMP" || exit 99
make_zoo zoo
"$HELLO_CERTS" init other >made 2>&1 || error "no other CA: $(cat made)"
CA=zoo/ca.pem CERT=zoo/good-ecdsa/chain.pem KEY=zoo/good-ecdsa/key.pem
bad=$(awk -F '\t' '/^client-/ && $5 == "refuse"' zoo/clients.tsv | wc -l)
bad=$((bad))

# visit STATUS ARG...: the table is in $TMP/out.
visit() {
	visit_status=$1
	shift
	run_status "$visit_status" "$HELLO_CLIENT" --client-zoo zoo --cacert "$CA" \
		--servername good-ecdsa.zoo.test "$@"
}

# is_right NAME...: all clients but these were treated as they should be.
is_right() {
	awk -v except=" $* " '
	$1 !~ /^client-/ { next }
	$2 == "either" || index(except, " " $1 " ") { next }
	$3 != ($2 == "accept" ? "accepted" : "refused") { print; wrong = 1 }
	{ n++ }
	END { exit wrong || n < 5 }' "$TMP/out" || fail "$cell: wrong: $(cat "$TMP/out")"
}

# let_in NAME...: these were let in, and are the only bad ones.
let_in() {
	for let_in_name in "$@"; do
		expect "$TMP/out" "^$let_in_name  *refuse  *accepted  *the greeting\$"
	done
	is_right "$@"
	expect "$TMP/err" "^hello-client: CLIENT_AUTH_OPEN: the server let in $# of $bad bad clients\$"
}

# The server knows whom it greeted, the good client twice, and of whom it could say so in an alert.
agrees() {
	agrees_accepted=$(awk '/^client-/ && $3 == "accepted" { n++ } END { print n + 1 }' "$TMP/out")
	agrees_refused=$(awk '/^client-/ && $3 == "refused" { n++ } END { print n + 0 }' "$TMP/out")
	await ' outcome=OK ' "$agrees_accepted"
	await 'peer=' "$((agrees_accepted + agrees_refused))"
	[ "$(count ' outcome=OK ')" -eq "$agrees_accepted" ] || fail "$cell: the server let in others"
}

for version in 1.2 1.3; do
	set -- --tls-min $version --tls-max $version 127.0.0.1

	cell="TLS $version, all verified"
	start_server --client-ca "$CA" --crlfile zoo/crl-clients.pem
	visit 0 "$@" "$PORT"
	is_right
	[ "$(grep -c '^client-' "$TMP/out")" -eq "$(grep -c '^client-' zoo/clients.tsv)" ] ||
		fail "$cell: some were not tried: $(cat "$TMP/out")"
	expect "$TMP/out" '^client-expired  *refuse  *refused  *alert certificate expired$'
	agrees
	if [ $version = 1.3 ]; then
		# Nobody bad got in, but the good one did not get what it should.
		visit 83 "$@" "$PORT" --expect 'another greeting'
		expect "$TMP/out" '^client-good  *accept  *not proven  *another greeting$'
		expect "$TMP/err" 'CLIENT_AUTH_UNKNOWN: nothing proves that the server let in the good client: the greeting is'
	fi
	stop_server

	cell="TLS $version, no revocation list"
	start_server --client-ca "$CA"
	visit 81 "$@" "$PORT"
	let_in client-revoked
	expect "$TMP/out" '^The server lets in a revoked certificate: '
	agrees
	stop_server

	cell="TLS $version, optional"
	start_server --client-ca "$CA" --crlfile zoo/crl-clients.pem --client-auth optional
	visit 81 "$@" "$PORT"
	let_in client-none
	expect "$TMP/out" '^The server lets in a client without a certificate: '
	agrees
	stop_server

	cell="TLS $version, none asked for"
	start_server
	visit 81 "$@" "$PORT"
	expect "$TMP/out" '^client-good  *accept  *not asked  *the greeting$'
	expect "$TMP/err" 'CLIENT_AUTH_OPEN: the server requests no client certificate$'
	await 'peer=' 1
	[ "$(count 'peer=')" -eq 1 ] || fail "$cell: more than one connection"
	stop_server

	cell="TLS $version, another CA"
	start_server --client-ca other/ca.pem
	visit 61 "$@" "$PORT"
	expect "$TMP/out" '^client-good  *accept  *refused  *alert unknown CA$'
	expect "$TMP/out" '^The server refuses the good client, '
	expect "$TMP/err" '^hello-client: CLIENT_CERT_REFUSED: '
	! grep -q accepted "$TMP/out" || fail "$cell: accepted: $(cat "$TMP/out")"
	stop_server
done

# ---- what is no verdict --------------------------------------------------------------------------------

free_port
run_status 20 "$HELLO_CLIENT" --client-zoo zoo --cacert "$CA" 127.0.0.1 "$PORT"
[ ! -s "$TMP/out" ] || fail "a table without a server: $(cat "$TMP/out")"
start_server --client-ca "$CA"
run_status 54 "$HELLO_CLIENT" --client-zoo zoo --cacert "$CA" --servername other.test 127.0.0.1 "$PORT"
[ ! -s "$TMP/out" ] || fail "a table of a server with another name: $(cat "$TMP/out")"

run_status 2 "$HELLO_CLIENT" --client-zoo zoo --fetch-issuer x 127.0.0.1 "$PORT"
expect "$TMP/err" '--client-zoo and --fetch-issuer exclude each other'

# ---- what is no zoo ------------------------------------------------------------------------------------

# refused_list WORDS LINE...: a list with these lines.
refused_list() {
	refused_list_words=$1
	shift
	mkdir -p bad && printf '%b\n' "$@" >bad/clients.tsv
	run_status 3 "$HELLO_CLIENT" --client-zoo bad --cacert "$CA" 127.0.0.1 "$PORT"
	expect "$TMP/err" "^hello-client: FILE: $refused_list_words"
	[ "$(wc -l <"$TMP/err")" -eq 2 ] || fail "$(cat "$TMP/err")"
}

good='client-good\tnothing\tchain\tca\taccept\trefuse\tvalid'
run_status 3 "$HELLO_CLIENT" --client-zoo nothing 127.0.0.1 "$PORT"
expect "$TMP/err" '^hello-client: FILE: .*nothing/clients.tsv'
expect "$TMP/err" '^  try: .*hello-certs zoo'
refused_list 'bad/clients.tsv, line 2: there is no client "client-good"' '# none'
refused_list 'bad/clients.tsv, line 1: too few columns after "client-good"' 'client-good\tnothing'
refused_list 'bad/clients.tsv, line 2: unknown verdict "perhaps"' \
	"$good" 'client-x\tw\tchain\tca\tperhaps\trefuse\tr'
refused_list 'bad/clients.tsv, line 1: cannot send "more"' 'client-x\tw\tmore\tca\trefuse\trefuse\tr'
refused_list 'bad/clients.tsv, line 1: invalid name "client-../x"' \
	'client-../x\tw\tchain\tca\trefuse\trefuse\tr'
some='client-x\tw\tnothing\tca\trefuse\trefuse\tr'
refused_list '.*bad/client-good/' "$good" "$some"
refused_list 'bad/clients.tsv, line 2: there is no client to "refuse"' "$good"
refused_list 'bad/clients.tsv, line 2: this client is listed twice: "client-good"' "$good" "$good" "$some"
refused_list 'bad/clients.tsv, line 3: servers must accept, and get the chain of, "client-good"' \
	'client-good\tn\tnothing\tca\taccept\trefuse\tvalid' "$some"
refused_list 'bad/clients.tsv, line 1: control character in ' 'client-x\ta\033[2Jw\tchain\tca\trefuse\trefuse\tr'
refused_list 'bad/clients.tsv is not text: it has a NUL byte' "$good" 'a\0000b' "$some"
refused_list 'bad/clients.tsv, line 1: invalid name ' "client-$(printf '%065d' 0)\tw\tnothing\tca\trefuse\trefuse\tr"
# shellcheck disable=SC2046 # words
refused_list 'bad/clients.tsv, line 65: too many clients, from "client-65"' \
	$(awk 'BEGIN { for (i = 1; i <= 65; i++) print "client-" i "\\tw\\tnothing\\tca\\trefuse\\trefuse\\tr" }')
refused_list 'the list of clients bad/clients.tsv is longer than 64 KiB' "$(printf '%070000d' 0)"

# The list may come from another system; and whatever a client's files are, nothing waits for them.
mkdir -p bad/client-good
cp zoo/client-good/chain.pem zoo/client-good/key.pem bad/client-good/ || error "no client-good"
chmod 644 bad/client-good/key.pem
refused_list '.*bad/client-good/key.pem is world-readable' "$good\r" "$some\r"
rm bad/client-good/key.pem
refused_list '.*bad/client-good/key.pem' "$good" "$some"
mkfifo bad/client-good/key.pem && chmod 600 bad/client-good/key.pem
refused_list '.*bad/client-good/key.pem' "$good" "$some"

# Its keys may have a passphrase.
rm bad/client-good/key.pem
(umask 077 && echo pass >pass && openssl pkcs8 -topk8 -in zoo/client-good/key.pem -passout file:pass \
	-out bad/client-good/key.pem) || error 'no encrypted key'
refused_list 'the key bad/client-good/key.pem needs a passphrase' "$good" "$some"
expect "$TMP/err" '^  try: .*--passphrase-file FILE$'
free_port
run_status 20 "$HELLO_CLIENT" --client-zoo bad --passphrase-file pass --cacert "$CA" 127.0.0.1 "$PORT"
