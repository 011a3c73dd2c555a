# ---- the CA ------------------------------------------------------------------------------------

# Writes the configuration: the profiles, and an empty database for `openssl ca` (serial numbers are
# random, so it is not kept). Before OpenSSL 3.4 only `openssl ca` could set the beginning of the
# validity.
profiles() {
	: >"$work/database"
	export HELLO_CERTS_WORK="$work"
	cat >"$work/config" <<'EOF'
[ req ]
distinguished_name = nothing
[ nothing ]

[ signing ]
database = $ENV::HELLO_CERTS_WORK/database
new_certs_dir = $ENV::HELLO_CERTS_WORK
crlnumber = $ENV::HELLO_CERTS_WORK/crlnumber
rand_serial = yes
unique_subject = no
default_md = default
policy = subject
copy_extensions = copy
[ subject ]
commonName = optional

[ root ]
basicConstraints = critical, CA:true, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
nameConstraints = critical, @permitted

[ intermediate ]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
nameConstraints = critical, @permitted

[ server ]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always

[ client ]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always

[ server-must-staple ]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
tlsfeature = status_request

[ crl ]
authorityKeyIdentifier = keyid:always

[ permitted ]
EOF
}

# new_key FILE [OPTION...]: makes a private key of $key_type; OPTIONs of genpkey can encrypt it.
new_key() {
	case $key_type in
	'' | ecdsa) set -- -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$@" ;;
	ecdsa-384) set -- -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$@" ;;
	rsa) set -- -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$@" ;;
	rsa-*) set -- -algorithm RSA -pkeyopt "rsa_keygen_bits:${key_type#rsa-}" -out "$@" ;;
	ed25519) set -- -algorithm ED25519 -out "$@" ;;
	ml-dsa) set -- -algorithm ML-DSA-65 -out "$@" ;;
	ml-dsa-*) set -- -algorithm "ML-DSA-${key_type#ml-dsa-}" -out "$@" ;;
	esac
	tool genpkey "$@" || die FILE "openssl cannot make a key of type $key_type: $(reason)" \
		'--key ecdsa; ml-dsa needs OpenSSL 3.5 or newer'
}

# request KEY CN SAN: makes a certificate request. CN and SAN may be empty; without a subject, the
# subjectAltName must be critical (4.2.1.6).
request() {
	extension=subjectAltName=$3
	[ -n "$2" ] || extension=subjectAltName=critical,$3
	# shellcheck disable=SC2086 # two words, or none
	tool req -new -config "$work/config" -key "$1" $passin -subj "/${2:+CN=$2}" \
		${3:+-addext "$extension"} -out "$work/request" ||
		usage_error "OpenSSL rejected the names ${3:-$2}: $(reason)"
}

# sign PROFILE FILE SIGNER...: signs the request, valid from $valid_from until $valid_until; SIGNER
# are the options of `openssl ca` for the issuer.
sign() {
	profile=$1 certificate=$2
	shift 2
	# shellcheck disable=SC2086 # two words, or none
	tool ca -config "$work/config" -name signing -extensions "$profile" -batch -notext \
		-startdate "$valid_from" -enddate "$valid_until" $passin \
		-in "$work/request" -out "$certificate" "$@"
}

# The options of openssl for the passphrase of the CA's keys, if they have one.
passin=''

unlock() {
	grep -q ENCRYPTED "$dir/private/intermediate.key" || return 0
	read_passphrase "the passphrase of the CA in $dir"
	passin='-passin env:HELLO_CERTS_PASSPHRASE'
	# shellcheck disable=SC2086 # two words
	tool pkey -in "$dir/private/intermediate.key" $passin -noout ||
		die FILE "wrong passphrase for the CA in $dir" 'the passphrase that init was given'
}

# verify ROOT ...: verifies like a strict peer that trusts only this root.
verify() {
	root=$1
	shift
	tool verify -x509_strict -no-CApath -no-CAstore -CAfile "$root" "$@"
}

# Opens the CA, and checks that it is valid now and until the new certificate ends.
open_ca() {
	is_ca
	open_work
	for each in ca.pem intermediate.pem intermediate.key; do
		[ -r "$dir/private/$each" ] ||
			die FILE "$dir is not a CA: cannot read $dir/private/$each" "$(new_ca)"
	done
	publish
	verify "$dir/ca.pem" "$dir/intermediate.pem" ||
		die FILE "the CA in $dir is not usable: $(reason)" "$(new_ca) --force"
	ends_in=${ends_in:-$((${days:-0} * DAY))}
	lasts "$dir/intermediate.pem" "$ends_in" || die USAGE "the CA in $dir would expire first" \
		"less time: hello-certs show $(quoted "$dir") shows how much is left$(or_new_ca)"
	unlock
}

# A new CA helps only if it lasts longer than what was asked for.
or_new_ca() {
	[ "$ends_in" -ge $((CA_DAYS * DAY)) ] || printf '; or a new CA: %s --force' "$(new_ca)"
}

# Called before anything is written in DIR; enter may have to restore what a killed init replaced.
is_ca() {
	[ ! -d "$dir" ] || enter
	[ -d "$dir/private" ] || die FILE "$dir is not a CA: there is no $dir/private" "$(new_ca)"
}

# examine FILE: sets $kind, $san, $left and $serial from the first certificate in it.
examine() {
	facts=$(openssl x509 -in "$1" -noout -serial -enddate -dateopt iso_8601 \
		-ext extendedKeyUsage,subjectAltName,tlsfeature 2>/dev/null) || return
	case $facts in
	*'Client Authentication'*) kind=client ;;
	*) kind=server ;;
	esac
	san=$(printf '%s\n' "$facts" |
		sed -n '/Alternative Name/{n;s/^ *//;s/IP Address:/IP:/g;s/, /,/g;p;}')
	serial=$(printf '%s\n' "$facts" | sed -n 's/^serial=//p')
	ends=$(printf '%s\n' "$facts" | sed -n 's/^notAfter=//p')
	left=$(time_left "$ends")
}

# lasts FILE SECONDS: is the certificate still valid after SECONDS (the past counts as now)?
lasts() {
	openssl x509 -in "$1" -noout -checkend $(($2 > 0 ? $2 : 0)) >/dev/null
}

