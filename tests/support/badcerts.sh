#!/bin/sh
# badcerts.sh PKI KIND... - makes certificates that hello-certs never makes. PKI is a folder of
# hello-certs; each KIND becomes PKI/KIND/chain.pem and key.pem, for localhost, 127.0.0.1 and ::1,
# with only one fault:
#
#	expired     a long time ago
#	early       not valid for a long time
#	client      for clients only, by its extended key usage
#	expired-client  a long time ago, and a client's: spiffe://a.test/good
#	lone        sent without its intermediate
#	nosan       the name is only in the subject, which clients ignore
#	weak        RSA of 1024 bits
#	selfsigned  its own issuer
#	ageless     not wrong: from the year 0 to the year 9999
#	hour        not wrong: valid for an hour, from now
#	late-hour   not wrong: valid for an hour, of which a quarter is left
#	muststaple  not wrong in itself: it demands a stapled OCSP response
set -eu
export LC_ALL=C OPENSSL_CONF=/dev/null

pki=$1
shift
san='subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1'
past=20200101000000Z nearer_past=20210101000000Z future=20900101000000Z far_future=20990101000000Z

# from_now SECONDS: prints that time.
from_now() {
	date -u -d "@$(($(date +%s) + $1))" +%Y%m%d%H%M%SZ
}

# new_request ALGORITHM PARAMETER [CN]: makes a key and a certificate request.
new_request() {
	openssl genpkey -algorithm "$1" -pkeyopt "$2" -out "$out/key.pem"
	openssl req -new -config "$work/config" -key "$out/key.pem" -subj "/CN=${3:-localhost}" \
		-out "$work/request"
}

# profile USAGE [SAN]: sets the extensions of the next certificate.
profile() {
	cat >"$work/config" <<CONFIG
[ req ]
distinguished_name = nothing
[ nothing ]
[ ca ]
default_ca = bad
[ bad ]
database = $work/database
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = subject
[ subject ]
commonName = optional
[ leaf ]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
extendedKeyUsage = $1
${2-}
CONFIG
}

# sign FROM UNTIL: signs the request and writes a chain of leaf and intermediate.
sign() {
	: >"$work/database"
	echo 'authorityKeyIdentifier = keyid:always' >>"$work/config"
	openssl ca -batch -notext -config "$work/config" -extensions leaf -in "$work/request" \
		-startdate "$1" -enddate "$2" -cert "$pki/intermediate.pem" \
		-keyfile "$pki/private/intermediate.key" -out "$work/leaf.pem"
	cat "$work/leaf.pem" "$pki/intermediate.pem" >"$out/chain.pem"
}

make() {
	profile serverAuth "$san"
	new_request EC ec_paramgen_curve:P-256
	case $1 in
	expired) sign $past $nearer_past ;;
	early) sign $future $far_future ;;
	ageless) sign 00000101000000Z 99991231235959Z ;;
	hour) sign "$(from_now 0)" "$(from_now 3600)" ;;
	late-hour) sign "$(from_now -2700)" "$(from_now 900)" ;;
	client)
		profile clientAuth "$san"
		sign $past $far_future ;;
	expired-client)
		profile clientAuth 'subjectAltName = URI:spiffe://a.test/good'
		new_request EC ec_paramgen_curve:P-256 expired
		sign $past $nearer_past ;;
	lone)
		sign $past $far_future
		cp "$work/leaf.pem" "$out/chain.pem" ;;
	nosan)
		profile serverAuth
		sign $past $far_future ;;
	weak)
		new_request RSA rsa_keygen_bits:1024
		sign $past $far_future ;;
	selfsigned)
		openssl req -x509 -config "$work/config" -extensions leaf -key "$out/key.pem" \
			-subj /CN=localhost -days 30 -out "$out/chain.pem" ;;
	muststaple)
		profile serverAuth "$san
tlsfeature = status_request"
		sign $past $far_future ;;
	*)
		echo "badcerts.sh: there is no kind \"$1\"" >&2
		exit 2 ;;
	esac
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077
for kind; do
	out=$pki/$kind
	mkdir -p "$out"
	make "$kind"
done
