# ---- the command line --------------------------------------------------------------------------

usage() {
	cat <<EOF
usage: hello-certs init DIR [--domain NAME|CIDR]... [--key TYPE] [--passphrase]
                   [--passphrase-file FILE] [--force]
       hello-certs issue DIR NAME [SAN...] [--client] [--key TYPE]
                   [--days N | --valid-for SPAN]
                   [--not-before OFFSET | --expired] [--must-staple] [--force]
       hello-certs renew DIR NAME [--days N | --valid-for SPAN]
                   [--new-key [--key TYPE]]
       hello-certs revoke DIR NAME [--reason REASON] [--days N]
       hello-certs crl DIR [--days N]
       hello-certs ocsp DIR NAME [--days N]
       hello-certs show DIR
       hello-certs verify DIR [NAME...]
       hello-certs export DIR NAME --p12 FILE [--passphrase-file FILE] [--force]
       hello-certs trust | untrust DIR [--nss DB | --sysroot FOLDER] [--yes]
       hello-certs destroy DIR [--yes]
       hello-certs zoo DIR
       hello-certs -h, --help | -V, --version

  init    make a root and an intermediate CA that can sign for localhost, test,
          internal, this host, 127.0.0.0/8, ::1, and each --domain: a DNS name
          or a block of addresses
  issue   make DIR/NAME/chain.pem and key.pem for NAME and each SAN: DNS names
          (also *.a.test), IP addresses, e-mail addresses, URIs; --client makes
          a client certificate
  renew   make a new certificate with the same names and the same key; with
          --new-key also a new key
  revoke  add the certificate to the revocation list, DIR/crl.pem
  crl     make DIR/crl.pem again: the lists of the root and the intermediate
  ocsp    make DIR/NAME/ocsp.der, an OCSP response to staple
  show    list the certificates: names, time left, revocations
  verify  verify all certificates, or each NAME, as a strict peer would
  export  write certificate, chain, root and key to one encrypted PKCS #12 file
  trust   add the root to the trusted roots of this system or an NSS database
  untrust remove the root from them
  destroy remove the CA, its keys and its certificates from DIR
  zoo     make a CA in DIR, and certificates with one fault each, for testing

TYPE is ecdsa (P-256), ecdsa-384, rsa (2048), rsa-3072, rsa-4096, ed25519,
ml-dsa (65), ml-dsa-44 or ml-dsa-87. If the CA has a passphrase, hello-certs
asks for it or reads --passphrase-file. SPAN is a number and s, m, h or d, such
as 6h; OFFSET is a SPAN with a sign. A certificate with --not-before +1d will be
valid in a day; one with --expired (or --days 0) expired an hour ago.
Days of validity: certificates $LEAF_DAYS, the CA $CA_DAYS, a CRL $CRL_DAYS, an OCSP response $OCSP_DAYS.
Only --force replaces existing files.
Exit status: 0 success, 1 internal error, 2 invalid usage, 3 unusable file.
EOF
}

# The options of each command; those with a value end in "=".
options_of() {
	case $1 in
	init) echo '--domain= --key= --passphrase --passphrase-file= --force' ;;
	issue) echo '--client --key= --days= --valid-for= --not-before= --expired --must-staple' \
		'--passphrase-file= --force' ;;
	renew) echo '--days= --valid-for= --new-key --key= --passphrase-file=' ;;
	revoke) echo '--reason= --days= --passphrase-file=' ;;
	crl | ocsp) echo '--days= --passphrase-file=' ;;
	export) echo '--p12= --passphrase-file= --force' ;;
	trust | untrust) echo '--nss= --sysroot= --yes' ;;
	destroy) echo '--yes' ;;
	show | verify | zoo) ;;
	*) return 1 ;;
	esac
}

parse() {
	options=" $(options_of "$verb") "
	while [ $# -gt 0 ]; do
		option=${1%%=*}
		case $1:$options in
		-h:* | --help:*) usage; exit ;;
		--*=*:*" $option= "*)
			value=${1#*=}
			set_option "$option" "$value" ;;
		--*:*" $1= "*)
			[ $# -gt 1 ] || usage_error "missing value for $1"
			set_option "$1" "$2" && shift ;;
		--*:*" $1 "*) set_option "$1" '' ;;
		-*) usage_error "$verb has no option $1" ;;
		*) operand "$1" ;;
		esac
		shift
	done
}

set_option() {
	case $1 in
	--force) force=yes ;;
	--client) kind=client ;;
	--expired) expired=yes ;;
	--not-before)
		not_before=$2
		offset_of "$2" >/dev/null ||
			usage_error "invalid --not-before \"$2\": expected a sign and a span, such as +1d or -90m" ;;
	--valid-for)
		valid_for=$(seconds_of "$2")
		[ "${valid_for:-0}" -gt 0 ] ||
			usage_error "invalid --valid-for \"$2\": expected 1s to 3650d, such as 12h or 90m" ;;
	--must-staple) staple=-must-staple ;;
	--new-key) new_key=yes ;;
	--yes) yes=yes ;;
	--passphrase) ask_passphrase=yes ;;
	--passphrase-file) passphrase_file=$2 ;;
	--domain) permit "$2" && domains="$domains $2" ;;
	--p12) p12=$2 ;;
	--nss) nss=$2 ;;
	--sysroot) sysroot=$2 ;;
	--key)
		key_type=$2
		case $2 in
		ecdsa | ecdsa-384 | rsa | rsa-2048 | rsa-3072 | rsa-4096 | ed25519) ;;
		ml-dsa | ml-dsa-44 | ml-dsa-65 | ml-dsa-87) ;;
		*) usage_error "invalid --key \"$2\": expected a type such as ecdsa, rsa or ed25519" ;;
		esac ;;
	--days)
		days=$2 least=1
		[ "$verb" != issue ] || least=0
		case $verb:$2 in
		issue:0) days='' expired=yes; return ;;
		esac
		case $2:$options in
		[1-9]*[smhd]:*' --valid-for= '*) ! seconds_of "$2" >/dev/null ||
			die USAGE "invalid --days \"$2\": expected $least to 9999" "--valid-for $2" ;;
		esac
		case $2 in
		'' | 0* | *[!0-9]* | ?????*)
			usage_error "invalid --days \"$2\": expected $least to 9999" ;;
		esac ;;
	--reason)
		crl_reason=$2
		case $2 in # 5.3.1
		keyCompromise | affiliationChanged | superseded | cessationOfOperation) ;;
		*) usage_error "invalid --reason \"$2\": expected keyCompromise, affiliationChanged, \
superseded or cessationOfOperation" ;;
		esac ;;
	esac
}

operand() {
	case $verb:${dir:+dir}:${names:+name} in
	*::*) dir=${1%/} ;;
	issue:*)
		type_of "$1" || die USAGE \
			"invalid name \"$1\": expected a DNS name, IP address, e-mail address or URI" \
			'a name such as *.example.com, 192.0.2.7, me@example.com, spiffe://a.test/me'
		names=${names:+$names }$1 ;;
	verify:*)
		case $1 in
		*[[:space:]]*) usage_error "invalid name \"$1\"" ;;
		esac
		names=${names:+$names }$1 ;;
	renew:dir: | revoke:dir: | ocsp:dir: | export:dir:) names=$1 ;;
	*) usage_error "unexpected \"$1\" after hello-certs $verb" ;;
	esac
}

# Rejects missing operands and options that exclude each other; sets the default of --days.
check_completeness() {
	[ -n "$dir" ] || usage_error "missing DIR: $verb needs one"
	case $verb in
	issue | renew | revoke | ocsp | export)
		[ -n "$names" ] || usage_error "missing NAME: $verb needs one" ;;
	esac
	case $verb:$kind$staple$new_key in
	issue:client-*) usage_error '--must-staple and --client exclude each other: only servers staple' ;;
	renew:server) [ -z "$key_type" ] || usage_error 'renew --key needs --new-key' ;;
	esac
	[ -z "$days" ] || [ -z "$valid_for" ] || usage_error '--days and --valid-for exclude each other'
	[ -z "$expired" ] || [ -z "$not_before" ] || die USAGE \
		'--expired and --not-before exclude each other' '--not-before -30d --days 29'
	case $verb in
	issue | renew) days=${days:-$LEAF_DAYS} ;;
	revoke | crl) days=${days:-$CRL_DAYS} ;;
	ocsp) days=${days:-$OCSP_DAYS} ;;
	esac
}

main() {
	set -fu
	umask 077
	# The user's configuration must not change the certificates. Without a trust store, which
	# `openssl x509` would read for nothing, it is ten times as fast.
	export LC_ALL=C OPENSSL_CONF=/dev/null SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null
	unset HELLO_CERTS_PASSPHRASE CDPATH
	trap cleanup EXIT
	handle_signals
	case ${1-} in
	-h | --help) usage; exit ;;
	-V | --version) echo "hello-certs $VERSION"; exit ;;
	esac
	options_of "${1-}" >/dev/null ||
		usage_error "${1:+invalid command \"$1\": }expected init, issue, renew, revoke, crl, \
ocsp, show, verify, export, trust, untrust, destroy or zoo"
	verb=$1
	shift
	parse "$@"
	check_completeness
	case $(openssl version 2>/dev/null) in
	'OpenSSL '[3-9].* | 'OpenSSL '[1-9][0-9].*) ;;
	*) die FILE 'hello-certs needs the openssl command of OpenSSL 3.0 or newer' 'openssl version' ;;
	esac
	case $verb in
	verify) verify_all ;;
	export) export_leaf ;;
	*) "$verb" ;;
	esac
}

main "$@"
