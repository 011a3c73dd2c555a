# ---- show, verify, export ----------------------------------------------------------------------

# all_leaves COMMAND: calls it for each folder with a certificate, which is $folder.
all_leaves() {
	set +f
	for each_leaf in "$dir"/*/chain.pem; do
		[ -e "$each_leaf" ] || continue
		folder=${each_leaf%/chain.pem}
		folder=${folder##*/}
		"$1"
	done
	set -f
}

show() {
	[ -r "$dir/ca.pem" ] || die FILE "$dir is not a CA: cannot read $dir/ca.pem" "$(new_ca)"
	printf '%-24s %-12s %9s  %-7s  %s\n' NAME KIND LEFT REVOKED 'VALID FOR'
	show_row ca.pem "$dir/ca.pem" root
	show_row intermediate.pem "$dir/intermediate.pem" intermediate
	all_leaves show_leaf
}

show_leaf() {
	show_row "$folder" "$dir/$folder/chain.pem" ''
}

# show_row NAME FILE KIND
show_row() {
	revoked=-
	if ! examine "$2"; then
		kind=unreadable left=- san=''
	elif is_revoked "$serial"; then
		revoked=yes
	elif ! [ -x "$dir/private" ]; then
		revoked='?'
	fi
	printf '%-24s %-12s %9s  %-7s  %s\n' "$1" "${3:-$kind}" "$left" "$revoked" "${san:--}"
}

# Prints a line for each certificate; the exit status is 0 if all are valid.
verify_all() {
	[ -r "$dir/ca.pem" ] || die FILE "$dir is not a CA: cannot read $dir/ca.pem" "$(new_ca)"
	open_work
	bad=0 lists=''
	[ ! -e "$dir/crl.pem" ] || lists=yes
	judge intermediate.pem '' "$dir/intermediate.pem"
	if [ -n "$names" ]; then
		for each_name in $names; do
			folder_of "$each_name"
			judge_leaf
		done
	else
		all_leaves judge_leaf
	fi
	[ $bad -eq 0 ] || die FILE "bad certificates: $bad" \
		"hello-certs renew $(quoted "$dir") NAME, or hello-certs crl $(quoted "$dir")"
}

judge_leaf() {
	if ! examine "$dir/$folder/chain.pem"; then
		verdict "$folder" 'no certificate'
	elif [ "$(openssl x509 -in "$dir/$folder/chain.pem" -noout -pubkey)" != \
		"$(openssl pkey -in "$dir/$folder/key.pem" -pubout 2>/dev/null)" ]; then
		verdict "$folder" 'key.pem is not the key of the certificate'
	elif is_revoked "$serial"; then
		verdict "$folder" 'revoked'
	else
		judge "$folder" "$kind" "$dir/$folder/chain.pem"
	fi
}

# judge NAME KIND FILE: verifies like a peer that has the root and the revocation lists.
judge() {
	if verify "$dir/ca.pem" -untrusted "$3" ${2:+-purpose "ssl$2"} \
		${lists:+-crl_check_all -CRLfile "$dir/crl.pem"} "$3"; then
		examine "$3"
		printf '%s: good, %s left\n' "$1" "$left"
	else
		verdict "$1" "$(reason)"
	fi
}

verdict() {
	printf '%s: %s\n' "$1" "$(one_line "$2")"
	bad=$((bad + 1))
}

export_leaf() {
	[ -n "$p12" ] || usage_error 'export needs --p12 FILE'
	find_leaf
	open_work
	[ ! -d "$p12" ] || die FILE "$p12 is a folder" "--p12 $(quoted "${p12%/}/$folder.p12")"
	[ ! -e "$p12" ] || [ -n "$force" ] || die FILE "$p12 exists already" '--force replaces it'
	read_passphrase "a passphrase for $p12"
	# Includes the root, because whoever imports the file may need to trust it.
	cat "$dir/$folder/chain.pem" "$dir/ca.pem" >"$work/all.pem" || cannot_write "$dir"
	tool pkcs12 -export -in "$work/all.pem" -inkey "$dir/$folder/key.pem" -name "$names" \
		-passout env:HELLO_CERTS_PASSPHRASE -out "$work/p12" ||
		die INTERNAL "openssl cannot export the certificate: $(reason)" 'openssl version -a'
	mv -f "$work/p12" "$p12" 2>/dev/null || cannot_write "$p12"
	printf '%s\n' "$p12"
}

