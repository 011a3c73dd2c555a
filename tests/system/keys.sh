#!/bin/sh
# keys.sh - hello-client's certificate and key in PEM, DER and PKCS#12, encrypted or not: a server
# that requires a certificate greets it, and reads the whole chain. Whatever cannot be used is one
# line with one line of advice; commands in the advice work as they are.
# PKCS#12 from Java: keys-java.sh; tokens: keys-token.sh
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
"$HELLO_CERTS" issue "$PKI" --client alice >"$TMP/said" 2>&1 || error "no client: $(cat "$TMP/said")"
CHAIN=$PKI/alice/chain.pem ALICE=$PKI/alice/key.pem
cd "$TMP" || error 'cd'

umask 077
echo geheim >pass
echo falsch >wrong
printf 'geheim\r\n' >crlf
printf '\357\273\277geheim' >mark
: >empty
printf '\r\n' >only-crlf
echo >only-lf
printf '\357\273\277' >only-mark
printf 'geheim\nzwei\n' >two
printf 'geh\0eim\n' >nul
awk 'BEGIN { while (n++ < 1100) printf "x" }' >long

# pack FILE ARG...: PKCS#12 of alice.
pack() {
	pack_to=$1
	shift
	openssl pkcs12 -export -in "$CHAIN" -passout file:pass -out "$pack_to" "$@" 2>said ||
		error "no $pack_to: $(cat said)"
}

sed -n '1,/^-----END/p' "$CHAIN" >leaf.pem
sed '1,/^-----END/d' "$CHAIN" >sub.pem
cat "$ALICE" "$CHAIN" >both.pem
pack own.p12 -inkey "$ALICE"
pack windows.p12 -inkey "$ALICE" -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1
pack no-key.p12 -nokeys
openssl pkcs12 -export -inkey "$ALICE" -in leaf.pem -certfile sub.pem -certfile "$CA" -certfile "$CERT" \
	-passout file:pass -out many.p12 2>said || error "no many.p12: $(cat said)"
openssl pkcs12 -export -inkey "$ALICE" -in "$CHAIN" -passout pass: -out open.p12 2>said || error "no open.p12"
head -c 600 own.p12 >cut.p12
openssl x509 -in leaf.pem -outform DER -out leaf.der
openssl x509 -in sub.pem -outform DER -out sub.der
cat leaf.der sub.der >chain.der
openssl pkey -in "$ALICE" -outform DER -out key.der
openssl pkcs8 -topk8 -in "$ALICE" -passout file:pass -out pkcs8.pem
openssl pkcs8 -topk8 -in "$ALICE" -passout file:pass -outform DER -out pkcs8.der
openssl ec -in "$ALICE" -aes256 -passout file:pass -out header.pem 2>said || error "no header.pem: $(cat said)"
openssl pkcs8 -topk8 -in "$ALICE" -passout pass: -out open-pkcs8.pem
openssl pkcs8 -topk8 -in "$ALICE" -passout pass: -outform DER -out open-pkcs8.der
cat "$CHAIN" pkcs8.pem >both-encrypted.pem

start_server --client-ca "$CA"

echo 'what is greeted'
while read -r row; do
	# shellcheck disable=SC2086 # words
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" $row 127.0.0.1 "$PORT"
	[ "$(cat out err)" = "$GREETING" ] || fail "$row: $(cat out err)"
done <<ROWS
--cert $CHAIN --key $ALICE
--cert both.pem
--cert chain.der --key key.der
--cert $CHAIN --key pkcs8.pem --passphrase-file pass
--cert chain.der --key pkcs8.der --passphrase-file pass
--cert $CHAIN --key header.pem --passphrase-file crlf
--cert both-encrypted.pem --passphrase-file mark
--cert own.p12 --passphrase-file pass
--cert own.p12 --key own.p12 --passphrase-file pass
--cert no-key.p12 --key pkcs8.pem --passphrase-file pass
--cert $CHAIN --key own.p12 --passphrase-file pass
--cert windows.p12 --passphrase-file crlf
--cert many.p12 --passphrase-file pass
--cert open.p12
--cert open.p12 --passphrase-file only-crlf
--cert $CHAIN --key open-pkcs8.pem --passphrase-file only-lf
--cert $CHAIN --key open-pkcs8.pem --passphrase-file only-crlf
--cert $CHAIN --key open-pkcs8.der --passphrase-file only-lf
ROWS

# A pipe can be read only once, and holds both.
# shellcheck disable=SC2016 # for the inner shell
run_status 0 sh -c 'cat "$1" | "$2" --cacert "$3" --cert /dev/fd/0 --passphrase-file pass 127.0.0.1 "$4"' \
	sh own.p12 "$HELLO_CLIENT" "$CA" "$PORT"

echo 'what cannot be used'
# refused STATUS NAME REGEX ADVICE ARG...
refused() {
	refused_status=$1 refused_name=$2 refused_why=$3 refused_advice=$4
	shift 4
	run_status "$refused_status" "$HELLO_CLIENT" --cacert "$CA" "$@" 127.0.0.1 "$PORT"
	expect err "^hello-client: $refused_name: $refused_why\$"
	expect err "^  try: $refused_advice\$"
	[ "$(cat out err | wc -l)" -eq 2 ] || fail "$*: $(cat out err)"
	! grep -q 'geheim\|falsch' err || fail "a passphrase is printed: $(cat err)"
}

is='the certificate own.p12 cannot be used: it is PKCS#12, and'
another='its passphrase is not the one in --passphrase-file, or'
into='write it.* into FILE, and use --passphrase-file FILE'
refused 3 FILE "$is it has a passphrase or is damaged" "$into" --cert own.p12
refused 3 FILE "$is $another it is damaged" 'openssl pkcs12 -in own.p12 -noout asks.*' \
	--cert own.p12 --passphrase-file wrong
refused 3 FILE 'the certificate cut.p12 cannot be used: .*' '.*' --cert cut.p12 --passphrase-file pass
refused 2 USAGE '--cert needs --key: no-key.p12 holds no private key' '--cert no-key.p12 --key FILE' \
	--cert no-key.p12 --passphrase-file pass
refused 2 USAGE '--cert needs --key: .*/alice/chain.pem holds no private key' '--cert .* --key FILE' --cert "$CHAIN"
refused 2 USAGE '--passphrase-file needs --cert, --chain or --client-zoo' '.*' --passphrase-file pass
refused 3 FILE 'the key no-key.p12 cannot be used: this PKCS#12 file holds no private key' '.*' \
	--cert "$CHAIN" --key no-key.p12 --passphrase-file pass
refused 3 FILE 'the key .*/localhost/key.pem does not belong to the certificate own.p12: .*' 'use the key that.*' \
	--cert own.p12 --key "$KEY" --passphrase-file pass
for key in pkcs8.pem pkcs8.der header.pem; do
	refused 3 FILE "the key $key needs a passphrase" "$into" --cert "$CHAIN" --key $key
	refused 3 FILE "the key $key cannot be used: $another the file is damaged" \
		"openssl pkey -in $key -noout asks.*" --cert "$CHAIN" --key $key --passphrase-file wrong
done
for each in empty only-mark two nul; do
	case $each in
	two) why='it has more than one line' ;;
	nul) why='it contains a NUL byte, so it is not text in UTF-8' ;;
	*) why='it is empty' ;;
	esac
	refused 3 FILE "the passphrase file $each cannot be used: $why" 'write the passphrase into it, as its only line; for the empty one a line break' \
		--cert own.p12 --passphrase-file $each
done
refused 3 FILE 'the passphrase file long is longer than 1 KiB, the limit for such a file' '.*' \
	--cert own.p12 --passphrase-file long
refused 3 FILE 'the passphrase file /dev/zero is longer than 1 KiB, .*' '.*' --cert own.p12 --passphrase-file /dev/zero
refused 3 FILE 'the certificate /dev/zero is longer than 1 MiB, .*' '.*' --cert /dev/zero
refused 3 FILE 'cannot read the passphrase file none: .*' '.*' --cert own.p12 --passphrase-file none
mkfifo silent || error 'mkfifo'
refused 3 FILE 'the certificate silent did not end in time: .*' '.*' --max-time 300ms --cert silent

chmod 644 both.pem open.p12 pass
open='is world-readable (mode 0644)'
refused 3 FILE "the certificate both.pem $open" 'chmod o-r both.pem.*' --cert both.pem
refused 3 FILE "the certificate open.p12 $open" 'chmod o-r open.p12.*' --cert open.p12
refused 3 FILE "the passphrase file pass $open" 'chmod o-r pass.*' --cert own.p12 --passphrase-file pass
chmod 600 both.pem open.p12 pass

echo 'old ciphers'
legacy='-provider legacy -provider default'
# shellcheck disable=SC2086 # words
if openssl pkcs8 -topk8 -v1 PBE-SHA1-RC2-40 $legacy -in "$ALICE" -passout file:pass -out rc2.pem 2>said; then
	openssl ec -des $legacy -in "$ALICE" -passout file:pass -out des.pem 2>said || error "no des.pem: $(cat said)"
	pack old.p12 -inkey "$ALICE" -legacy
	old='is encrypted with the old cipher'
	default='which the TLS library does not load by default'
	refused 3 FILE "the certificate old.p12 cannot be used: it is PKCS#12, and it $old RC2-40-CBC, $default" \
		'convert it: .*' --cert old.p12 --passphrase-file pass
	advised() {
		sed -n 's/^  try: convert it: \(.*\), then use NEW.pem$/\1/p' err | sed "s/ -in / -passin file:pass&/" >command.sh
		[ -s command.sh ] || fail "no advice: $(cat err)"
		sh command.sh 2>said || fail "the advice does not work: $(cat command.sh said)"
	}
	advised
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --cert NEW.pem 127.0.0.1 "$PORT"
	for each in rc2 des; do
		case $each in
		rc2) cipher=RC2-40-CBC ;;
		des) cipher=DES-CBC ;;
		esac
		refused 3 FILE "the key $each.pem $old $cipher, $default" 'convert it: .*' \
			--cert "$CHAIN" --key $each.pem --passphrase-file pass
		advised
		run_status 0 "$HELLO_CLIENT" --cacert "$CA" --cert "$CHAIN" --key NEW.pem 127.0.0.1 "$PORT"
	done
else
	echo 'not tested: this openssl has no legacy provider'
fi

echo 'without a connection'
openssl pkcs12 -export -inkey "$KEY" -in "$CERT" -passout file:pass -out server.p12 2>said || error "no server.p12"
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --chain server.p12 --key server.p12 --passphrase-file pass localhost
run_status 3 "$HELLO_CLIENT" --cacert "$CA" --chain server.p12 --passphrase-file wrong localhost
run_status 3 "$HELLO_CLIENT" --cacert "$CA" --chain server.p12 --key own.p12 --passphrase-file pass localhost
expect err 'does not belong to'
stop_server
