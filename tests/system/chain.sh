#!/bin/sh
# chain.sh - a chain that --save-chain wrote has the same outcome with --chain as the server had that
# sent it: every certificate of the zoo, bad ones too. --chain reads PEM, DER, PKCS#12 and standard
# input, and needs neither network nor resolver; --key must fit. --save-chain writes all or nothing.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl jq
cd "$TMP" || error 'no folder'
tab=$(printf '\t')
make_zoo zoo
CA=zoo/ca.pem

# ---- what was sent and what was saved ------------------------------------------------------------

# facts FILE: all that has to be equal, one line each. The sentences differ only in where the chain is.
facts() {
	jq -c '[.outcome, .status, .stage, .verify_error, .verify_depth, .verify_name, .trust,
		[.certificates[].sha256], (.detail // "" |
			sub(" \\([^ ]*\\)$"; "") |
			gsub("[0-9]+ [a-z]+ ago"; "AGO") |
			gsub("the server sent|the chain has"; "PEER HAS") |
			gsub("sent by the server|in saved.pem"; "IN CHAIN") |
			gsub("the server sends its certificates|the certificates IN CHAIN are"; "CHAIN IS"))]' \
		"$1" || fail "no JSON: $(cat "$1")"
}

# meet NAME ARG...: the server, then the file.
meet() {
	name=$1
	shift
	rm -f saved.pem
	"$HELLO_CLIENT" --json --save-chain saved.pem --connect-to "127.0.0.1:$PORT" "$@" "$name" >live 2>err
	[ -s saved.pem ] || fail "$name: nothing was saved: $(cat live err)"
	[ "$(grep -c '^# [0-9]* of [0-9]*: subject "' saved.pem)" -eq "$(grep -c '^-----BEGIN' saved.pem)" ] ||
		fail "$name: comments and certificates: $(cat saved.pem)"
	"$HELLO_CLIENT" --json --chain saved.pem "$@" "$name" >offline 2>err
}

# The same, for judge_all.
same() {
	meet "$@"
	cat live >>all.live
	cat offline >>all.offline
}

judge_all() {
	jq -r '[.verify_name, .outcome, .status] | @tsv' all.offline
	facts all.live >live.facts
	facts all.offline | diff live.facts - || fail '< is said of the server, > of its chain'
}

# shellcheck disable=SC2119  # no option
serve_zoo
while IFS=$tab read -r animal _ arguments _ _; do
	arguments=$(printf '%s\n' "$arguments" | sed 's/^-$//; s|{dir}|zoo|g')
	case $animal in
	must-staple)
		# A file has no OCSP response: that is noted, and the rest is judged.
		meet "$animal.zoo.test" --cacert $CA
		run_status 0 "$HELLO_CLIENT" --cacert $CA --chain saved.pem "$animal.zoo.test"
		expect err 'note: the certificate requires a stapled OCSP response; without a server' ;;
	staple-*)
		meet "$animal.zoo.test" --cacert $CA
		run_status 0 "$HELLO_CLIENT" --cacert $CA --chain saved.pem "$animal.zoo.test" ;;
	*)
		# shellcheck disable=SC2086 # words
		same "$animal.zoo.test" --cacert $CA $arguments ;;
	esac
	# As it was sent.
	sed '/^#/d' saved.pem >sent.pem
	sed -n '/^-----BEGIN/,/^-----END/p' "zoo/$animal/chain.pem" | cmp -s - sent.pem || fail "$animal: the chain was saved with changes"
done <zoo/zoo.tsv

# What the trust of the user adds: another CA, a pin, a time, another certificate.
same good-ecdsa.zoo.test --cacert zoo/good-ecdsa/chain.pem
same good-ecdsa.zoo.test --cacert $CA --verify-time +4000d
same good-ecdsa.zoo.test --cacert $CA --verify-time 2001-01-01
same good-ecdsa.zoo.test --cacert $CA --verify-name other.test
same good-ecdsa.zoo.test --cacert $CA --pinnedpubkey "sha256//$(printf '%044d' 0 | sed 's/0$/=/')"
same good-ecdsa.zoo.test --cacert $CA --crlfile zoo/crl.pem
same expired.zoo.test --cacert $CA --verify-name other.test
same wrong-order.zoo.test --cacert zoo/expired/chain.pem
judge_all
[ "$(jq -r .outcome all.offline | sort -u | wc -l)" -ge 10 ] || fail 'the zoo has too few outcomes'
meet good-ecdsa.zoo.test --cacert $CA --expect-cert zoo/good-rsa/chain.pem
[ "$(jq -c '[.outcome, .status]' live offline | uniq)" = '["CERT_NOT_EXPECTED",63]' ] || fail '--expect-cert'

# When the root will have expired, nothing that the server could renew helps.
run_status 52 "$HELLO_CLIENT" --cacert $CA --chain zoo/good-ecdsa/chain.pem --verify-time +4000d \
	good-ecdsa.zoo.test
expect err '^hello-client: CERT_EXPIRED: the root ".*" expires at .* before the chosen time'
expect err '^  try: until then the CA needs a new root, and the clients have to trust it; --verify-time is '

# A refused chain is saved, and the failure is the server's; what cannot be written is another one.
run_status 50 "$HELLO_CLIENT" --save-chain refused.pem --cacert zoo/expired/chain.pem \
	--connect-to "127.0.0.1:$PORT" good-ecdsa.zoo.test
[ "$(grep -c '^-----BEGIN' refused.pem)" -eq 2 ] || fail 'the refused chain was not saved'
live="--cacert $CA --connect-to 127.0.0.1:$PORT"
# shellcheck disable=SC2086 # words
{
	run_status 3 "$HELLO_CLIENT" $live --save-chain no/such good-ecdsa.zoo.test
	expect err '^hello-client: FILE: cannot write no/such'
	[ ! -s out ] || fail 'a greeting, although something went wrong'
	run_status 52 "$HELLO_CLIENT" $live --save-chain no/such expired.zoo.test
	expect err '^hello-client: FILE: cannot write no/such'
	expect err '^hello-client: CERT_EXPIRED: '
	run_status 3 "$HELLO_CLIENT" $live --nagios --save-chain no/such good-ecdsa.zoo.test
	# Standard output has the chain, and nothing else.
	run_status 0 "$HELLO_CLIENT" $live --save-chain - good-ecdsa.zoo.test
	cmp -s out refused.pem || fail "--save-chain - prints something else: $(cat out)"
	for other in --json --nagios '--prometheus -'; do
		case $other in --nagios) status=3 ;; *) status=2 ;; esac
		run_status $status "$HELLO_CLIENT" $live --save-chain - $other good-ecdsa.zoo.test
	done
	for other in '-c 1' '-i 1s' --resume '--targets x' --all-addresses --path-test; do
		run_status 2 "$HELLO_CLIENT" --save-chain x $other
	done
	# No output replaces another one, whatever the file's name.
	ln -s . folder
	ln -s twice.pem link
	for other in '--prometheus twice.pem' '--fetch-issuer ./twice.pem' '--prometheus folder/twice.pem' \
		'--prometheus link'; do
		run_status 2 "$HELLO_CLIENT" $live --save-chain twice.pem $other good-ecdsa.zoo.test
		expect err "^hello-client: USAGE: --save-chain twice.pem and $other are the same file\$"
	done
	run_status 2 env SSLKEYLOGFILE=twice.pem "$HELLO_CLIENT" $live --prometheus "$PWD/twice.pem" \
		good-ecdsa.zoo.test
	expect err "USAGE: --prometheus $PWD/twice.pem and SSLKEYLOGFILE=twice.pem are the same file\$"
	[ ! -e twice.pem ] || fail 'a file was written in spite of the wrong command line'
	# Nothing is lost where both are written: a device, and the other name of a file.
	run_status 0 "$HELLO_CLIENT" $live --save-chain /dev/null --prometheus /dev/null good-ecdsa.zoo.test
	echo old >name
	ln name other-name
	run_status 0 "$HELLO_CLIENT" $live --save-chain name --prometheus other-name good-ecdsa.zoo.test
	expect name '^-----BEGIN'
	expect other-name '^hello_client_success'
}
stop_server
# Without certificates the file stays as it is.
run_status 20 "$HELLO_CLIENT" --save-chain refused.pem --connect-to "127.0.0.1:$PORT" good-ecdsa.zoo.test
[ "$(grep -c '^-----BEGIN' refused.pem)" -eq 2 ] || fail 'the file was touched'

# ---- formats -------------------------------------------------------------------------------------

good=zoo/good-ecdsa
# judged STATUS FILE [ARG...]: as good-ecdsa, which no resolver knows.
judged() {
	judged_status=$1 judged_file=$2
	shift 2
	run_status "$judged_status" "$HELLO_CLIENT" --cacert $CA --chain "$judged_file" "$@" good-ecdsa.zoo.test
	[ ! -s out ] || fail "something is on standard output: $(cat out)"
}

openssl x509 -in $good/chain.pem -outform DER -out leaf.der
sed '1,/^-----END/d' $good/chain.pem | openssl x509 -outform DER -out sub.der
cat leaf.der sub.der >chain.der
openssl pkcs12 -export -in $good/chain.pem -inkey $good/key.pem -passout pass: -out open.p12 2>err ||
	error "no PKCS#12: $(cat err)"
openssl pkcs12 -export -in $good/chain.pem -inkey $good/key.pem -passout pass:secret -out locked.p12
openssl crl2pkcs7 -nocrl -certfile $good/chain.pem -out chain.p7b
for each in $good/chain.pem chain.der open.p12; do
	judged 0 "$each"
	judged 0 - <"$each"
	judged 0 /dev/stdin <"$each"
	[ ! -s err ] || fail "$each: $(cat err)"
done
openssl pkcs12 -in locked.p12 -nokeys -passin pass:secret | judged 0 - || exit 1
judged 51 leaf.der
expect err 'CERT_MISSING_INTERMEDIATE: the chain has only one certificate, and its issuer ".*" is not in --cacert .* (leaf.der)$'
judged 51 - <leaf.der
expect err '(standard input)$'
judged 3 locked.p12
expect err 'the chain from locked.p12 cannot be used: it is PKCS#12, and it has a passphrase or is damaged$'
expect err '^  try: write its passphrase into FILE, and use --passphrase-file FILE$'
judged 3 - <chain.p7b
expect err 'the chain from standard input cannot be used: this is PKCS#7'
expect err '^  try: openssl pkcs7 -print_certs -in FILE -out NEW.pem$'
judged 3 - </dev/null
expect err 'the chain from standard input cannot be used: it is empty$'
judged 3 $good/key.pem
judged 3 zoo
# An advice about standard input names no file.
judged 3 - <zoo
expect err '^  try: use a regular file$'
dd if=/dev/zero bs=1024 count=1025 2>/dev/null | judged 3 - || exit 1
expect err 'the chain from standard input is longer than 1 MiB'
expect err '^  try: check that standard input is the right file$'
# What marks a certificate as trusted is the reader's, not the sender's.
openssl x509 -in zoo/self-signed/chain.pem -addtrust serverAuth -trustout -out trusted.pem
run_status 62 "$HELLO_CLIENT" --cacert $CA --chain trusted.pem self-signed.zoo.test

# ---- the key -------------------------------------------------------------------------------------

for each in $good/chain.pem chain.der open.p12; do
	judged 0 "$each" --key $good/key.pem
	judged 3 "$each" --key zoo/good-rsa/key.pem
	expect err "the key zoo/good-rsa/key.pem does not belong to the certificate $each: "
done
judged 3 - --key zoo/good-rsa/key.pem <$good/chain.pem
run_status 52 "$HELLO_CLIENT" --cacert $CA --chain zoo/expired/chain.pem --key zoo/expired/key.pem \
	expired.zoo.test
run_status 2 "$HELLO_CLIENT" --key $good/key.pem a.test
expect err 'key needs --cert or --chain'

# ---- names, and what has no meaning --------------------------------------------------------------

for each in 127.0.0.1 ::1 '[::1]' LOCALHOST localhost.; do
	"$HELLO_CLIENT" --chain "$srcdir/NEWS.md" "$each" 2>err # whatever the file is: no usage error
	expect err '^hello-client: FILE: '
done
run_status 0 "$HELLO_CLIENT" --cacert $CA --chain zoo/ip-ok/chain.pem 127.0.0.1
run_status 54 "$HELLO_CLIENT" --cacert $CA --chain zoo/ip-ok/chain.pem 127.0.0.2
for each in a.test:443 'a.test 443' https://a.test a.test/x '' 'a..test' '*.test'; do
	# shellcheck disable=SC2086 # words
	run_status 2 "$HELLO_CLIENT" --chain $good/chain.pem $each
done
for each in '--service https' '--path /' '--expect-status 200' '--cert x --key y' '--servername a' --no-sni \
	'--tls-min 1.2' '--tls-max 1.3' '--groups X25519' '--ciphers x' '--hello records' '--alpn h2' '--connect-to a' \
	'--resolve a:1:127.0.0.1' '--proxy http://a' -4 -6 '--haproxy-protocol v2' '--connect-timeout 1s' \
	'--handshake-timeout 1s' '--read-timeout 1s' '--expect x' --compare '-c 1' '-i 1s' --resume \
	--all-addresses --path-test '--prometheus x' '--save-chain x'; do
	# shellcheck disable=SC2086 # words
	run_status 2 "$HELLO_CLIENT" --chain $good/chain.pem $each a.test
	expect err '^hello-client: USAGE: --[a-z0-9-]* and --[a-z0-9-]* exclude each other'
done
run_status 2 "$HELLO_CLIENT" --chain $good/chain.pem --targets x

# ---- what is printed -----------------------------------------------------------------------------

judged 0 $good/chain.pem -v --key $good/key.pem
expect err '^chain  *2 certificates from zoo/good-ecdsa/chain.pem .* ms$'
expect err '(the key fits)'
expect err '^verify  *good.* <- .* days left$'
judged 54 $good/chain.pem -v --verify-name other.test
expect err '^verify  *failed: CERT_WRONG_NAME'
# plugin STATUS WORDS ARG...
plugin() {
	plugin_status=$1 plugin_words=$2
	shift 2
	run_status "$plugin_status" "$HELLO_CLIENT" --nagios --cacert $CA "$@"
	expect out "^HELLO $plugin_words.* | days_left=.* chain_days_left=.* total=[0-9.]*ms;;;0\$"
	! grep -q 'connect=' out || fail "a time of what did not happen: $(cat out)"
}
plugin 0 'OK - good-ecdsa.zoo.test verified in zoo/good-ecdsa/chain.pem, [0-9]* days left' \
	--chain $good/chain.pem good-ecdsa.zoo.test
plugin 1 'WARNING - ' -w 3000 --critical 1 --chain $good/chain.pem good-ecdsa.zoo.test
plugin 2 'CRITICAL - CERT_EXPIRED: ' --chain zoo/expired/chain.pem expired.zoo.test
run_status 3 "$HELLO_CLIENT" --nagios --chain none good-ecdsa.zoo.test
# No connection, so no keys.
SSLKEYLOGFILE=keys judged 0 $good/chain.pem
[ ! -e keys ] || fail 'keys of no connection'
[ ! -s err ] || fail "$(cat err)"
# Nor is a proxy of any interest.
https_proxy=http://192.0.2.1:1 judged 51 leaf.der
! grep -q proxy err || fail "$(cat err)"
