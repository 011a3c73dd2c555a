# ---- the clients of the zoo ----------------------------------------------------------------------
# Like the servers: each certificate has one fault, and everything else is valid. Those called
# spiffe-* differ only in what the X509-SVID and SPIFFE ID specifications say about them.

# Prints the list in clients.tsv.
client_list() {
	cat <<'EOF'
@CLIENTS@
EOF
}

client_recipe() {
	purpose=clientAuth
	case $animal in
	client-good) ;;
	client-uri) alt=critical,URI:https://zoo.test/client subject=/ ;;
	client-unknown-root) issuer=stranger-intermediate ;;
	client-self-signed) issuer=self sends=leaf ;;
	client-expired) from=$long_ago until=$a_month_ago ;;
	client-not-yet-valid) from=$in_a_month ;;
	client-wrong-purpose) purpose=serverAuth ;;
	client-ca) basic=CA:true usage='critical, digitalSignature, keyCertSign' ;;
	client-issued-by-client) issuer=client-issuer ;;
	client-constraint) issuer='constraint-dns' ;;
	client-rsa-1024) key=rsa-1024 ;;
	client-sha1) digest=sha1 ;;
	client-bad-signature) after=spoil_signature ;;
	client-wrong-key) after=exchange_key ;;
	client-revoked) after=mark_revoked ;;
	*) die INTERNAL "no recipe for \"$animal\"" 'a list and recipes of the same version' ;;
	esac
}

# An SVID has both purposes (X509-SVID, 4.4).
spiffe_recipe() {
	purpose='serverAuth, clientAuth' subject=/ id=spiffe://zoo.test/client more_names=''
	case $animal in
	spiffe-good) ;;
	spiffe-dns) more_names=,DNS:$host ;;
	spiffe-odd-path) id=spiffe://zoo.test/Client_1.v-2/... ;;
	spiffe-long) id=spiffe://zoo.test/$(printf '%02030d' 0) ;;
	spiffe-two-ids) more_names=,URI:spiffe://zoo.test/admin ;;
	spiffe-two-uris) more_names=,URI:https://zoo.test/client ;;
	spiffe-other-domain) id=spiffe://other.test/client ;;
	# An issuer has a subject (RFC 5280, 4.1.2.6).
	spiffe-ca) subject=/CN=$host basic=CA:true usage='critical, digitalSignature, keyCertSign' ;;
	spiffe-crl-sign) subject=/CN=$host usage='critical, digitalSignature, cRLSign' ;;
	spiffe-no-path) id=spiffe://zoo.test ;;
	spiffe-root-path) id=spiffe://zoo.test/ ;;
	spiffe-trailing-slash) id=spiffe://zoo.test/client/ ;;
	spiffe-empty-segment) id=spiffe://zoo.test//client ;;
	spiffe-dot-segment) id=spiffe://zoo.test/client/../admin ;;
	spiffe-percent) id=spiffe://zoo.test/client%2Fadmin ;;
	spiffe-bad-path) id=spiffe://zoo.test/client+1 ;;
	spiffe-query) id='spiffe://zoo.test/client?role=admin' ;;
	spiffe-port) id=spiffe://zoo.test:8443/client ;;
	spiffe-userinfo) id=spiffe://admin@zoo.test/client ;;
	spiffe-upper-domain) id=spiffe://ZOO.test/client ;;
	spiffe-upper-scheme) id=SPIFFE://zoo.test/client ;;
	*) die INTERNAL "no recipe for \"$animal\"" 'a list and recipes of the same version' ;;
	esac
	alt=URI:$id$more_names
	[ "$subject" != / ] || alt=critical,$alt
}

# Replaces the key by one with the certificate's public key, but another private key. So every
# client can load both, and its signature in the handshake is wrong.
exchange_key() {
	key_type=ecdsa new_key "$work/another.key"
	secret=$(openssl pkey -in "$work/another.key" -outform DER | od -An -v -tx1 | tr -d ' \n' |
		sed 's/.*0201010420\(.\{64\}\).*/\1/')
	point=$(openssl pkey -in "$home/key.pem" -pubout -outform DER | od -An -v -tx1 |
		tr -d ' \n' | sed 's/.*\(.\{130\}\)$/\1/')
	cat >"$work/asn1" <<EOF
asn1 = SEQUENCE:key
[ key ]
version = INTEGER:1
secret = FORMAT:HEX, OCTETSTRING:$secret
curve = EXPLICIT:0, OID:prime256v1
point = EXPLICIT:1, FORMAT:HEX, BITSTRING:$point
EOF
	if ! tool asn1parse -genconf "$work/asn1" -noout -out "$work/another.der" ||
		! tool pkey -inform DER -in "$work/another.der" -out "$home/key.pem"; then
		die INTERNAL "cannot write the key of $animal: $(reason)" 'openssl version -a'
	fi
}

# A server that checks the whole chain needs a list of each issuer. Without one it would refuse the
# certificate for the wrong reason.
lists_for_clients() {
	cat "$dir/crl.pem" >"$work/crl-clients.pem"
	for each in constraint-dns client-issuer stranger stranger-intermediate; do
		zoo_crl $each "$work/list-1"
		cat "$work/list-1" >>"$work/crl-clients.pem"
	done
}
