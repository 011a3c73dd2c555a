# ---- the servers of the zoo ----------------------------------------------------------------------
# Each certificate has one fault; everything that its recipe does not set is valid.

# recipe: sets what $animal is made of. $after is called when it is made.
recipe() {
	host=$animal.zoo.test
	subject=/CN=$host alt=DNS:$host from=$recently until=$at_last key=ecdsa digest=default
	usage='critical, digitalSignature' purpose=serverAuth more='' issuer=intermediate basic=CA:false
	sends='leaf issuer' after=''
	case $animal in
	good-ecdsa | crl-ok | crl-expired | crl-other) ;;
	good-rsa) key=rsa ;;
	good-ed25519) key=ed25519 ;;
	good-mldsa) key=ml-dsa ;;
	good-mldsa-chain) key=ml-dsa issuer=$animal ;;
	big-chain) issuer=$animal more=$(filler) ;;
	wildcard-ok) alt='DNS:*.zoo.test' ;;
	ip-ok) alt=DNS:$host,IP:127.0.0.1,IP:::1 ;;
	extra-root) sends='leaf issuer root' ;;
	wrong-order) sends='leaf root issuer' ;;
	no-eku) purpose='' ;;
	any-eku) purpose=anyExtendedKeyUsage ;;
	missing-intermediate) sends=leaf ;;
	self-signed) issuer=self sends=leaf ;;
	unknown-root) issuer=stranger-intermediate ;;
	expired) from=$long_ago until=$a_month_ago ;;
	not-yet-valid) from=$in_a_month ;;
	expired-intermediate | ca-false | pathlen | constraint-* | revoked-intermediate)
		issuer=$animal
		case $animal in
		constraint-ip*) alt=DNS:$host,IP:127.0.0.1 ;;
		esac ;;
	wrong-host) alt=DNS:another.zoo.test subject=/CN=another.zoo.test ;;
	no-san) alt='' subject=/CN=nobody ;;
	cn-only) alt='' ;;
	ip-as-dns) alt=DNS:127.0.0.1 subject=/CN=127.0.0.1 ;;
	nul-in-name) alt=DER:$(nul_in_name) ;;
	wildcard-two-labels) alt='DNS:*.test' subject=/CN=zoo ;;
	wildcard-partial) alt='DNS:wild*.zoo.test' subject=/CN=zoo ;;
	eku-client) purpose=clientAuth ;;
	# keyAgreement is for static key exchange in TLS 1.2, which no current cipher suite uses.
	no-digital-signature) usage='critical, keyAgreement' ;;
	critical-extension) more='1.3.6.1.4.1.32473.1 = critical, ASN1:UTF8String:unknown' ;; # RFC 5612
	rsa-1024) key=rsa-1024 ;;
	sha1) digest=sha1 ;;
	bad-signature) after=spoil_signature ;;
	revoked) after=mark_revoked ;;
	must-staple) more='tlsfeature = status_request' ;;
	staple-ok) more='tlsfeature = status_request' after=staple_good ;;
	staple-revoked) after=staple_revoked ;;
	staple-expired) more='tlsfeature = status_request' after=staple_expired ;;
	client-*) client_recipe ;;
	spiffe-*) spiffe_recipe ;;
	*) die INTERNAL "no recipe for \"$animal\"" 'a list and recipes of the same version' ;;
	esac
}

# Makes the issuers of the certificates.
zoo_issuers() {
	digest=default from=$recently until=$at_last
	zoo_key ecdsa
	# The issuers have a key of their own, because a leaf must not have the key of a CA.
	cp "$work/keys/ecdsa.key" "$work/keys/issuer.key"
	key_type=ecdsa new_key "$work/keys/issuer.key"
	request "$work/keys/issuer.key" zoo ''
	mv "$work/request" "$work/keys/issuer.request"
	for each in ca intermediate; do
		cp "$dir/private/$each.pem" "$dir/private/$each.key" "$issuers/"
		cp "$dir/private/$each.pem" "$issuers/$each.chain"
	done
	usage='keyUsage = critical, keyCertSign, cRLSign'
	a_ca=$(printf '%s\n' 'basicConstraints = critical, CA:true, pathlen:0' "$usage")
	issuer_of revoked-intermediate ca "$a_ca"
	for each in 'dns permitted;DNS:elsewhere.test' 'dns-excluded excluded;DNS:zoo.test' \
		'ip permitted;IP:127.1.0.0/255.255.0.0' \
		'ip-excluded excluded;IP:127.0.0.0/255.255.0.0'; do
		issuer_of "constraint-${each%% *}" ca "$a_ca
nameConstraints = critical, ${each#* }"
	done
	a_leaf=$(printf '%s\n' 'basicConstraints = critical, CA:false' \
		'keyUsage = critical, digitalSignature')
	issuer_of ca-false ca "$a_leaf"
	issuer_of client-issuer ca "$(printf '%s\n' "$a_leaf" 'extendedKeyUsage = clientAuth')"
	issuer_of big-chain ca "$(printf '%s\n' "$a_ca" "$(filler)")"
	! zoo_key ml-dsa-issuer || issuer_of good-mldsa-chain ca "$a_ca" ml-dsa-issuer
	from=$long_ago until=$a_month_ago
	issuer_of expired-intermediate ca "$a_ca"
	from=$recently until=$at_last
	# The intermediate may sign only leaves, so this CA exceeds its path length.
	issuer_of pathlen intermediate "$a_ca"
	cat "$dir/intermediate.pem" >>"$issuers/pathlen.chain"
	cp "$work/keys/issuer.request" "$work/keys/stranger.request"
	issuer_of stranger self "$(printf '%s\n' 'basicConstraints = critical, CA:true' "$usage")"
	issuer_of stranger-intermediate stranger "$a_ca"
}

# An extension that no verifier knows, and that is not critical: half of the 20 KiB of big-chain.
filler() {
	printf '1.3.6.1.4.1.32473.2 = ASN1:FORMAT:HEX, OCTETSTRING:%019600d' 0 # RFC 5612
}

# A dNSName with a NUL, where a C string ends: SEQUENCE of one [2] with $host, NUL, ".evil.test".
nul_in_name() {
	hex=$(printf '%s' "$host" | od -An -tx1 | tr -d ' \n')002e6576696c2e74657374
	length=$((${#hex} / 2))
	printf '30%02x82%02x%s' $((length + 2)) $length "$hex" | sed 's/../&:/g; s/:$//'
}

# Changes one character nine bytes before the end: the signature is still two numbers, but wrong.
spoil_signature() {
	awk '
	/-----END/ && !done {
		text = substr(all, 1, length(all) - 12)
		letter = substr(all, length(all) - 11, 1)
		all = text (letter == "A" ? "B" : "A") substr(all, length(all) - 10)
		for (; all != ""; all = substr(all, 65))
			print substr(all, 1, 64)
		done = 1
	}
	/-----/ || done { print; next }
	{ all = all $0 }' "$home/chain.pem" >"$work/spoilt" && cat "$work/spoilt" >"$home/chain.pem"
}

mark_revoked() {
	folder=$animal
	serial_of "$home/chain.pem"
	database_line R "$(ago 0 | sed 's/^..//'),keyCompromise" >"$dir/private/revoked/$serial"
}

staple_good() {
	folder=$animal
	serial_of "$home/chain.pem"
	respond "$home/ocsp.der"
	chmod 644 "$home/ocsp.der"
}

# Responds that the certificate was revoked, but no revocation list contains it.
staple_revoked() {
	mark_revoked
	respond "$home/ocsp.der"
	chmod 644 "$home/ocsp.der"
	rm "$dir/private/revoked/$serial"
}

# `openssl ocsp` only responds for now, so this response of a month ago is built by hand: the
# envelope of RFC 6960, section 4.2.1, around the signed part.
staple_expired() {
	staple_good
	tool ocsp -respin "$home/ocsp.der" -resp_text -noverify
	ids=$(sed -n 's/^ *Issuer Name Hash: /name=/p; s/^ *Issuer Key Hash: /hash=/p' "$work/said")
	name_hash=${ids#name=}
	name_hash=${name_hash%%[!0-9A-F]*} key_hash=${ids#*hash=}
	ocsp_response >"$work/response"
	printf '%s\n' 'asn1 = SEQUENCE:tbs' | cat - "$work/response" >"$work/asn1"
	tool asn1parse -genconf "$work/asn1" -noout -out "$work/tbs"
	tool dgst -sha256 -sign "$dir/private/intermediate.key" -out "$work/signature" \
		"$work/tbs" || die INTERNAL "cannot sign a response: $(reason)" 'openssl version -a'
	signature=$(od -An -v -tx1 "$work/signature" | tr -d ' \n')
	printf '%s\n' 'asn1 = SEQUENCE:whole' | cat - "$work/response" >"$work/asn1"
	cat >>"$work/asn1" <<EOF
[ whole ]
status = ENUMERATED:0
bytes = EXPLICIT:0, SEQUENCE:bytes
[ bytes ]
type = OID:1.3.6.1.5.5.7.48.1.1
value = OCTWRAP, SEQUENCE:basic
[ basic ]
data = SEQUENCE:tbs
algorithm = SEQUENCE:algorithm
signature = FORMAT:HEX, BITSTRING:$signature
[ algorithm ]
id = OID:ecdsa-with-SHA256
EOF
	openssl asn1parse -genconf "$work/asn1" -noout -out "$home/ocsp.der" ||
		die INTERNAL 'cannot write a response' 'openssl version -a'
}

ocsp_response() {
	cat <<EOF
[ tbs ]
responder = EXPLICIT:2, FORMAT:HEX, OCTETSTRING:$key_hash
produced = GENERALIZEDTIME:$long_ago
responses = SEQUENCE:responses
[ responses ]
one = SEQUENCE:single
[ single ]
certificate = SEQUENCE:certificate
status = IMPLICIT:0, NULL
this = GENERALIZEDTIME:$long_ago
next = EXPLICIT:0, GENERALIZEDTIME:$a_month_ago
[ certificate ]
algorithm = SEQUENCE:sha1
name = FORMAT:HEX, OCTETSTRING:$name_hash
key = FORMAT:HEX, OCTETSTRING:$key_hash
serial = INTEGER:0x$serial
[ sha1 ]
id = OID:sha1
none = NULL
EOF
}

