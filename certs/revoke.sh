# ---- revoke, crl, ocsp -------------------------------------------------------------------------
# DIR/private/revoked/SERIAL is one line of the database of `openssl ca`. So a revocation is one
# rename, and the database is made from these lines when it is needed.

is_revoked() {
	[ -e "$dir/private/revoked/$1" ]
}

# database_line STATUS REVOKED: prints a row for the certificate of the last examine. Its years have
# two digits (4.1.2.5.1), because no certificate made here lasts until 2050.
database_line() {
	expires=$(printf '%s' "$ends" | tr -cd '0-9')
	printf '%s\t%sZ\t%s\t%s\tunknown\t/CN=%s\n' "$1" "${expires#??}" "$2" "$serial" "$folder"
}

revoke() {
	find_leaf
	open_ca
	tool verify -partial_chain -no_check_time -trusted "$dir/intermediate.pem" \
		"$dir/$folder/chain.pem" ||
		die FILE "the CA in $dir did not sign the certificate in $dir/$folder" \
			"hello-certs renew $(quoted "$dir") $(quoted "$names")"
	if ! is_revoked "$serial"; then
		since=$(ago 0)
		database_line R "${since#??}${crl_reason:+,$crl_reason}" >"$work/$serial"
		mv "$work/$serial" "$dir/private/revoked/" || cannot_write "$dir/private"
	fi
	make_crl
}

crl() {
	open_ca
	make_crl
}

# Both lists in one file.
make_crl() {
	collect_revoked
	sign_crl intermediate "$work/crl-intermediate.pem"
	: >"$work/database"
	sign_crl ca "$work/crl-ca.pem"
	cat "$work/crl-ca.pem" "$work/crl-intermediate.pem" >"$work/crl.pem" || cannot_write "$dir"
	place_file crl.pem 644
	printf '%s\n' "$dir/crl.pem"
}

collect_revoked() {
	set +f
	for each in "$dir"/private/revoked/*; do
		[ ! -f "$each" ] || cat "$each"
	done >"$work/database"
	set -f
}

# sign_crl CA FILE [OPTION...]: signs a list of what is in the database. CRL numbers must increase
# (5.2.3): they are the time and, for two lists in one second, the number of entries.
sign_crl() {
	signer=$1 crl_file=$2
	shift 2
	printf '%010X%04X\n' "$(date +%s)" "$(grep -c . "$work/database")" >"$work/crlnumber"
	# shellcheck disable=SC2086 # two words, or none
	tool ca -gencrl -config "$work/config" -name signing -crlexts crl -crldays "$days" $passin \
		-cert "$dir/private/$signer.pem" -keyfile "$dir/private/$signer.key" \
		-out "$crl_file" "$@" ||
		die FILE "the CA in $dir cannot sign a CRL: $(reason)" "$(new_ca) --force"
}

# The response is signed by the issuer itself (RFC 6960, section 4.2.2.2), so it carries no
# certificate.
ocsp() {
	find_leaf
	open_ca
	staple
}

staple() {
	examine "$dir/$folder/chain.pem"
	[ "$verb" = ocsp ] || days=$OCSP_DAYS
	respond "$work/ocsp.der"
	chmod 644 "$work/ocsp.der"
	mv -f "$work/ocsp.der" "$dir/$folder/ocsp.der" || cannot_write "$dir/$folder"
	printf '%s\n' "$dir/$folder/ocsp.der"
}

# respond FILE: writes an OCSP response for the certificate in $folder.
respond() {
	if is_revoked "$serial"; then
		cat "$dir/private/revoked/$serial"
	else
		database_line V ''
	fi >"$work/database"
	# shellcheck disable=SC2086 # two words, or none
	tool ocsp -index "$work/database" -CA "$dir/intermediate.pem" -ndays "$days" $passin \
		-rsigner "$dir/intermediate.pem" -rkey "$dir/private/intermediate.key" \
		-resp_no_certs -no_nonce -issuer "$dir/intermediate.pem" \
		-cert "$dir/$folder/chain.pem" -respout "$1"
	[ -s "$1" ] || die FILE "the CA in $dir cannot sign an OCSP response: $(reason)" \
		'make a CA with --key ecdsa or rsa'
}

