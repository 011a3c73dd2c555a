# ---- zoo ---------------------------------------------------------------------------------------
# zoo.tsv is the list, animals.sh has the recipes; this is how they are followed. To be quick, one
# process of openssl makes one certificate, and keys and requests are shared: of an animal only the
# certificate is wrong.

# The list, as it stands in zoo.tsv.
zoo_list() {
	cat <<'EOF'
@ZOO@
EOF
}

zoo() {
	for each in awk od; do
		command -v "$each" >/dev/null ||
			die INTERNAL "$each is missing" 'it belongs to every POSIX system'
	done
	make_dir
	enter
	[ "$(ls -A "$dir")" = .hello-certs.lock ] || die FILE "$dir exists already" \
		"another folder, or: hello-certs destroy $(quoted "$dir")"
	open_work
	target=$dir
	dir=$work/zoo days=$((CA_DAYS - 1)) # what is good stays so for as long as it can
	mkdir "$dir" || cannot_write "$target"
	permit_usual
	make_ca
	place private
	publish
	heed_signals # place was not the end this time
	breed
	dates_of_lists
	move_in
	printf '%s\n' "$target/ca.pem" "$target/zoo.tsv"
}

# move_in: what was made moves to $target, first the root, which destroy needs, and last the list,
# without which the folder is no zoo.
move_in() {
	trap '' HUP INT TERM
	set +f
	{
		mv "$dir/ca.pem" "$target/" && mv "$dir"/* "$target/" && mv "$work/zoo.tsv" "$target/"
	} 2>/dev/null || cannot_write "$target"
	set -f
}

breed() {
	recently=$(ago 3600) long_ago=$(ago $((60 * DAY))) a_month_ago=$(ago $((30 * DAY)))
	in_a_month=$(ahead $((30 * DAY))) at_last=$(ahead $((days * DAY)))
	issuers=$work/issuers
	mkdir "$issuers" "$work/keys" || cannot_write "$dir"
	sed -i.bak -e '/^copy_extensions/d' "$work/config" # the recipes say it all
	zoo_issuers
	zoo_list >"$work/list"
	tab=$(printf '\t')
	while IFS=$tab read -r animal wrong arguments outcome verdict; do
		case $animal in
		'#'*) continue ;;
		esac
		recipe
		zoo_key "$key" || continue
		bear
		printf '%s\t%s\t%s\t%s\t%s\n' "$animal" "$wrong" "$arguments" "$outcome" \
			"$verdict" >>"$work/zoo.tsv" || cannot_write "$dir"
	done <"$work/list"
	chmod 644 "$work/zoo.tsv"
}

# zoo_key TYPE: a key of that type and a request, once. Fails where this openssl has none such.
zoo_key() {
	[ ! -e "$work/keys/$1.request" ] || return 0
	case $1 in
	rsa-1024) tool genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 \
		-out "$work/keys/$1.key" ;;
	ml-dsa) tool genpkey -algorithm ML-DSA-65 -out "$work/keys/$1.key" || return ;;
	*) key_type=$1 new_key "$work/keys/$1.key" ;;
	esac
	request "$work/keys/$1.key" zoo ''
	mv "$work/request" "$work/keys/$1.request"
}

# bear: the animal that recipe described, in its folder.
bear() {
	home=$dir/$animal
	mkdir "$home"
	cp "$work/keys/$key.key" "$home/key.pem" || cannot_write "$dir"
	profile "$animal" "$(printf '%s\n' 'basicConstraints = critical, CA:false' \
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

# profile NAME LINES: a section of the configuration.
profile() {
	printf '%s\n' "[ $1 ]" 'subjectKeyIdentifier = hash' "$2" >>"$work/config"
	# What is its own issuer has none to be identified.
	[ "${issuer-}" = self ] || echo 'authorityKeyIdentifier = keyid:always' >>"$work/config"
}

# zoo_sign PROFILE KEY SUBJECT ISSUER FILE: between $from and $until, with $digest.
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

# issuer_of NAME SIGNER LINES: another CA, with the key that all of them share.
issuer_of() {
	issuer=$2
	profile "$1" "$3"
	zoo_sign "$1" issuer "/CN=hello-certs zoo $1 $tag" "$2" "$issuers/$1.pem"
	cp "$work/keys/issuer.key" "$issuers/$1.key"
	cp "$issuers/$1.pem" "$issuers/$1.chain"
}

# The lists: as `crl` makes them; one with the root's and the revoked intermediate's; one that was
# good until a week ago; one of the CA that nobody here has asked.
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
	for each in revoked-intermediate expired other; do
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

