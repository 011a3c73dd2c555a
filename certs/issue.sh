# ---- init, issue, renew ------------------------------------------------------------------------

# Sets what every CA can sign for.
permit_usual() {
	for each in localhost test internal 127.0.0.0/8 ::1; do
		permit "$each"
	done
	host=$(uname -n)
	for each in "$host" "${host%%.*}"; do
		type_of "$each" && [ "$type" = DNS ] && permit "$each"
	done
}

init() {
	permit_usual
	make_dir
	enter
	for each in private ca.pem intermediate.pem; do
		[ ! -e "$dir/$each" ] || [ -n "$force" ] || die FILE "$dir/$each exists already" \
			'--force makes a new CA; certificates of the old one will no longer verify'
	done
	open_work
	make_ca
	place private
	publish
	rm -f "$dir/crl.pem" # of the previous CA
	printf '%s\n' "$dir/ca.pem" "$dir/intermediate.pem"
}

# Fills $work/new/private.
make_ca() {
	count=0
	for each in $permitted; do
		count=$((count + 1))
		printf 'permitted;%s.%d = %s\n' "${each%%:*}" $count "${each#*:}" >>"$work/config"
	done
	new=$work/new/private
	mkdir "$new" "$new/revoked" || cannot_write "$dir"
	set --
	if [ -n "$ask_passphrase$passphrase_file" ]; then
		read_passphrase 'a passphrase for the new CA'
		passin='-passin env:HELLO_CERTS_PASSPHRASE'
		set -- -aes-256-cbc -pass env:HELLO_CERTS_PASSPHRASE
	fi
	new_key "$new/ca.key" "$@"
	new_key "$new/intermediate.key" "$@"
	# Each CA gets a name of its own, because verifiers find issuers by name.
	tag=$(openssl rand -hex 4)
	lasting $CA_DAYS
	request "$new/ca.key" "hello-certs root $tag" ''
	sign root "$new/ca.pem" -selfsign -keyfile "$new/ca.key" ||
		usage_error "OpenSSL rejected the constraints: $(reason)"
	request "$new/intermediate.key" "hello-certs intermediate $tag" ''
	if ! sign intermediate "$new/intermediate.pem" -cert "$new/ca.pem" \
		-keyfile "$new/ca.key" || ! verify "$new/ca.pem" "$new/intermediate.pem"; then
		die INTERNAL "the new CA does not verify: $(reason)" 'openssl version -a'
	fi
	# shellcheck disable=SC2086 # a list of words, one a line, for new_ca
	printf '%s\n' $domains >"$new/domains"
}

issue() {
	# shellcheck disable=SC2086 # a list of words
	name_leaf $names
	folder_of "${names%% *}"
	case $folder in
	private | ca.pem | intermediate.pem | crl.pem)
		die FILE "$dir/$folder belongs to the CA itself" 'use another name' ;;
	esac
	chosen_dates
	open_ca
	if [ -e "$dir/$folder" ]; then
		[ -n "$force" ] || die FILE "$dir/$folder exists already" '--force replaces it'
		[ -f "$dir/$folder/chain.pem" ] ||
			die FILE "$dir/$folder is not the folder of a certificate" 'use another name'
	fi
	key=$work/new/$folder/key.pem
	mkdir "$work/new/$folder" 2>/dev/null || cannot_write "$dir/$folder"
	new_key "$key"
	make_request "$cn" "$san"
	make_chain "$work/new/$folder/chain.pem"
	chmod 755 "$work/new/$folder"
	place "$folder"
	printf '%s\n' "$dir/$folder/chain.pem" "$dir/$folder/key.pem"
}

# The key of a leaf has no passphrase, even if that of the CA has one.
make_request() {
	kept=$passin passin=''
	request "$key" "$1" "$2"
	passin=$kept
}

# Signs the request for a leaf and verifies the result with openssl.
leaf_verifies() {
	sign "$kind$staple" "$work/leaf.pem" \
		-cert "$dir/intermediate.pem" -keyfile "$dir/private/intermediate.key" ||
		die FILE "the CA in $dir cannot sign: $(reason)" "$(new_ca) --force"
	verify "$dir/ca.pem" -untrusted "$dir/intermediate.pem" -purpose "ssl$kind" \
		${expired:+-no_check_time} ${not_before:+-no_check_time} "$work/leaf.pem"
}

# make_chain FILE: writes leaf and intermediate, if the leaf verifies.
make_chain() {
	if ! leaf_verifies; then
		# X509_V_ERR_PERMITTED_VIOLATION
		grep -q '^error 47 ' "$work/said" && refuse
		die INTERNAL "the new certificate does not verify: $(reason)" 'openssl version -a'
	fi
	cat "$work/leaf.pem" "$dir/intermediate.pem" >"$1" || cannot_write "$dir"
	chmod 644 "$1"
}

# Names what the CA cannot sign, by trying each name alone, and the command for a CA that can.
refuse() {
	refused='' options=''
	IFS=,
	for each in $san; do
		unset IFS
		make_request '' "$each"
		leaf_verifies && continue
		each=${each#*:}
		refused="$refused, $each" options="$options --domain ${each#\*.}"
	done
	die USAGE "the name constraints of the CA in $dir do not permit ${refused#, }" \
		"$(new_ca)$options --force"
}

renew() {
	find_leaf
	names_of_leaf
	chosen_dates
	open_ca
	[ -z "$new_key" ] || key_type=${key_type:-$(type_of_key "$dir/$folder/key.pem")}
	[ -n "$new_key" ] || ! is_revoked "$serial" || die USAGE \
		"the certificate in $dir/$folder was revoked, so others may know its key" \
		"hello-certs renew $(quoted "$dir") $(quoted "$names") --new-key"
	stapled=''
	[ ! -e "$dir/$folder/ocsp.der" ] || stapled=yes
	if [ -n "$new_key" ]; then
		renew_key
	else
		key=$dir/$folder/key.pem
		make_request "$cn" "$san"
		make_chain "$work/chain.pem"
		mv -f "$work/chain.pem" "$dir/$folder/chain.pem" 2>/dev/null ||
			cannot_write "$dir/$folder"
	fi
	printf '%s\n' "$dir/$folder/chain.pem"
	# The old OCSP response is for the old certificate.
	[ -z "$stapled" ] || staple
}

# names_of_leaf: sets $cn, and checks that it and $san are names that issue could have written. The
# request is made from them, because OpenSSL 4.0 cannot do it by `openssl x509 -x509toreq`.
names_of_leaf() {
	cn=$(openssl x509 -in "$dir/$folder/chain.pem" -noout -subject -nameopt RFC2253 |
		sed 's/^subject=//; s/^CN=//')
	IFS=,
	for each in $cn $san; do
		unset IFS
		type_of "${each#*:}" || die FILE \
			"cannot renew $dir/$folder: hello-certs does not issue to \"$each\"" \
			'hello-certs issue, with --force'
	done
	unset IFS
}

# Replaces chain and key together, like issue --force.
renew_key() {
	mkdir "$work/new/$folder" || cannot_write "$dir"
	key=$work/new/$folder/key.pem
	new_key "$key"
	make_request "$cn" "$san"
	make_chain "$work/new/$folder/chain.pem"
	chmod 755 "$work/new/$folder"
	place "$folder"
	printf '%s\n' "$dir/$folder/key.pem"
}

# find_leaf: sets $folder, and calls examine, for the NAME of the command line.
find_leaf() {
	folder_of "$names"
	is_ca
	if ! [ -r "$dir/$folder/key.pem" ] || ! examine "$dir/$folder/chain.pem"; then
		die FILE "no certificate with its key in $dir/$folder" \
			"hello-certs issue $(quoted "$dir") $(quoted "$names")"
	fi
	case $facts in
	*'TLS Feature'* | *status_request*) staple=-must-staple ;;
	esac
}

# type_of_key FILE: prints the TYPE for --key.
type_of_key() {
	openssl pkey -in "$1" -noout -text 2>/dev/null | sed -n \
		-e 's/.*NIST CURVE: P-256.*/ecdsa/p; s/.*NIST CURVE: P-384.*/ecdsa-384/p' \
		-e 's/^\(RSA \)*Private-Key: (\([0-9]*\) bit, .*/rsa-\2/p' \
		-e 's/^ED25519 Private-Key:.*/ed25519/p' \
		-e 's/^ML-DSA-\([0-9]*\) Private-Key:.*/ml-dsa-\1/p'
}

