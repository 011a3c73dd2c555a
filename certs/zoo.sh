# ---- zoo ---------------------------------------------------------------------------------------
# zoo.tsv is the list of servers and animals.sh has their recipes; clients.tsv and clients.sh are
# the same for clients. This part follows them. For speed, each certificate takes one openssl
# process, and certificates share keys and requests: only the certificate is invalid.

# Prints the list in zoo.tsv.
zoo_list() {
	cat <<'EOF'
@ZOO@
EOF
}

zoo() {
	for each in awk od; do
		command -v "$each" >/dev/null ||
			die INTERNAL "missing program: $each" 'install it; every POSIX system has it'
	done
	make_dir
	enter
	[ "$(ls -A "$dir")" = .hello-certs.lock ] || die FILE "$dir exists already" \
		"use another folder, or hello-certs destroy $(quoted "$dir")"
	open_work
	target=$dir
	dir=$work/zoo days=$((CA_DAYS - 1)) # valid certificates last as long as possible
	mkdir "$dir" || cannot_write "$target"
	permit_usual
	make_ca
	place private
	publish
	handle_signals # place ignored them, but the zoo is not finished
	breed
	dates_of_lists
	move_in
	printf '%s\n' "$target/ca.pem" "$target/zoo.tsv" "$target/clients.tsv"
	[ -z "$left_out" ] || printf 'hello-certs: note: the zoo lacks %s: this openssl has no ML-DSA\n' \
		"${left_out#, }" >&2
}

# move_in: moves everything to $target, first the root, which destroy needs, and last the lists,
# which make the folder a zoo.
move_in() {
	trap '' HUP INT TERM
	set +f
	{
		mv "$dir/ca.pem" "$target/" && mv "$dir"/* "$target/" &&
			mv "$work/clients.tsv" "$work/zoo.tsv" "$target/"
	} 2>/dev/null || cannot_write "$target"
	set -f
}

breed() {
	recently=$(ago 3600) long_ago=$(ago $((60 * DAY))) a_month_ago=$(ago $((30 * DAY)))
	in_a_month=$(ahead $((30 * DAY))) at_last=$(ahead $((days * DAY)))
	issuers=$work/issuers
	mkdir "$issuers" "$work/keys" || cannot_write "$dir"
	sed -i.bak -e '/^copy_extensions/d' "$work/config" # the recipes set all extensions
	zoo_issuers
	tab=$(printf '\t') left_out=''
	zoo_list >"$work/list"
	breed_list zoo.tsv
	client_list >"$work/list"
	breed_list clients.tsv
}

# breed_list FILE: makes what $work/list lists, and copies the rows of what was made to FILE.
breed_list() {
	while IFS= read -r row; do
		animal=${row%%"$tab"*}
		case $animal in
		'#'*) continue ;;
		client-none) ;; # which has no certificate
		*)
			recipe
			if ! zoo_key "$key"; then
				left_out="$left_out, $animal"
				continue
			fi
			make_animal ;;
		esac
		printf '%s\n' "$row" >>"$work/$1" || cannot_write "$dir"
	done <"$work/list"
	chmod 644 "$work/$1"
}

# zoo_key TYPE: makes a key of that type and a request, once. Fails if openssl lacks the type.
zoo_key() {
	[ ! -e "$work/keys/$1.request" ] || return 0
	case $1 in
	rsa-1024) tool genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 \
		-out "$work/keys/$1.key" ;;
	ml-dsa*) tool genpkey -algorithm ML-DSA-65 -out "$work/keys/$1.key" || return ;;
	*) key_type=$1 new_key "$work/keys/$1.key" ;;
	esac
	request "$work/keys/$1.key" zoo ''
	mv "$work/request" "$work/keys/$1.request"
}

# make_animal: makes the certificate of the last recipe in its folder.
make_animal() {
	home=$dir/$animal
	mkdir "$home"
	cp "$work/keys/$key.key" "$home/key.pem" || cannot_write "$dir"
	profile "$animal" "$(printf '%s\n' "basicConstraints = critical, $basic" \
		"${usage:+keyUsage = $usage}" "${purpose:+extendedKeyUsage = $purpose}" \
		"${alt:+subjectAltName = $alt}" "$more")"
	zoo_sign "$animal" "$key" "$subject" "$issuer" "$work/leaf.pem"
	for each in $sends; do
		case $each in
		leaf) cat "$work/leaf.pem" ;;
		issuer) cat "$issuers/$issuer.chain" ;;
		root) cat "$dir/ca.pem" ;;
		esac
	done >"$home/chain.pem"
	chmod 755 "$home"
	chmod 644 "$home/chain.pem"
	[ -z "$after" ] || "$after"
}

# profile NAME LINES: adds a section to the configuration.
profile() {
	printf '%s\n' "[ $1 ]" 'subjectKeyIdentifier = hash' "$2" >>"$work/config"
	# A self-signed certificate has no other issuer to identify.
	[ "${issuer-}" = self ] || echo 'authorityKeyIdentifier = keyid:always' >>"$work/config"
}

# zoo_sign PROFILE KEY SUBJECT ISSUER FILE: signs with $digest, valid from $from until $until.
zoo_sign() {
	set -- "$1" "$2" "$3" "$4" -out "$5"
	case $4 in
	self) set -- "$@" -selfsign -keyfile "$work/keys/$2.key" ;;
	*) set -- "$@" -cert "$issuers/$4.pem" -keyfile "$issuers/$4.key" ;;
	esac
	profile_name=$1 key_name=$2 subject_name=$3
	shift 4
	: >"$work/database"
	tool ca -config "$work/config" -name signing -extensions "$profile_name" -batch -notext \
		-startdate "$from" -enddate "$until" -md "$digest" -subj "$subject_name" \
		-in "$work/keys/$key_name.request" "$@" ||
		die INTERNAL "cannot make $profile_name: $(reason)" 'openssl version -a'
}

# issuer_of NAME SIGNER LINES [KEY]: makes another CA, with the key that most of these share.
issuer_of() {
	issuer=$2
	profile "$1" "$3"
	zoo_sign "$1" "${4:-issuer}" "/CN=hello-certs zoo $1 $tag" "$2" "$issuers/$1.pem"
	cp "$work/keys/${4:-issuer}.key" "$issuers/$1.key"
	cp "$issuers/$1.pem" "$issuers/$1.chain"
}

# Makes the revocation lists: those of `crl`; those of the root and the revoked intermediate; those
# that expired a week ago; those of an unrelated CA; those of all issuers of clients.
dates_of_lists() {
	make_crl >/dev/null
	serial_of "$issuers/revoked-intermediate.pem"
	folder=zoo
	database_line R "$(ago 0 | sed 's/^..//'),keyCompromise" >"$work/database"
	sign_crl ca "$work/list-1"
	: >"$work/database"
	zoo_crl revoked-intermediate "$work/list-2"
	cat "$work/list-1" "$work/list-2" >"$work/crl-revoked-intermediate.pem"
	set -- -crl_lastupdate "$(ago $((14 * DAY)))" -crl_nextupdate "$(ago $((7 * DAY)))"
	sign_crl ca "$work/list-1" "$@"
	sign_crl intermediate "$work/list-2" "$@"
	cat "$work/list-1" "$work/list-2" >"$work/crl-expired.pem"
	zoo_crl stranger "$work/list-1"
	zoo_crl stranger-intermediate "$work/list-2"
	cat "$work/list-1" "$work/list-2" >"$work/crl-other.pem"
	lists_for_clients
	for each in revoked-intermediate expired other clients; do
		place_file "crl-$each.pem" 644
	done
}

zoo_crl() {
	tool ca -gencrl -config "$work/config" -name signing -crlexts crl -crldays "$days" \
		-cert "$issuers/$1.pem" -keyfile "$issuers/$1.key" -out "$2" ||
		die INTERNAL "cannot make the list of $1: $(reason)" 'openssl version -a'
}

serial_of() {
	examine "$1" || die INTERNAL "cannot read $1" 'openssl version -a'
}

