# ---- the command line --------------------------------------------------------------------------

usage() {
	cat <<EOF
usage: hello-certs init DIR [--domain NAME|CIDR]... [--key TYPE] [--passphrase]
                   [--passphrase-file FILE] [--force]
       hello-certs issue DIR NAME [SAN...] [--client] [--key TYPE] [--days N]
                   [--not-before SPAN | --expired] [--must-staple] [--force]
       hello-certs renew DIR NAME [--days N] [--new-key [--key TYPE]]
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

  init    make a root and an intermediate CA that can sign for localhost, test, internal,
          this host, 127.0.0.0/8, ::1, and each --domain: a DNS name or a block of addresses
  issue   make DIR/NAME/chain.pem and key.pem for NAME and each SAN: DNS names (*.a.test
          too), IP addresses, e-mail addresses, URIs; with --client it is for a TLS client
  renew   make the certificate anew, with the same names and the same key, or a --new-key
  revoke  put it on the list of revoked certificates, DIR/crl.pem
  crl     make DIR/crl.pem anew: that of the root and that of the intermediate
  ocsp    make DIR/NAME/ocsp.der, a response to staple
  show    list what there is, how many days each will last, and what is revoked
  verify  judge each, or each NAME, as a strict peer would
  export  write certificate, chain and key in one file, with a passphrase
  trust   add the root to what this system, or an NSS database, trusts; untrust: remove it
  destroy remove DIR and the keys in it
  zoo     make a CA in DIR, and certificates that are wrong in one way each

TYPE is ecdsa (P-256), ecdsa-384, rsa (2048), rsa-3072, rsa-4096, ed25519, ml-dsa (65),
ml-dsa-44 or ml-dsa-87. A CA with a passphrase asks for it, or takes --passphrase-file.
With --not-before +1d a certificate begins in a day, with --expired (or --days 0) it ended
an hour ago. SPAN is a sign, a number, and s, m, h or d.
Certificates last $LEAF_DAYS days, the CA $CA_DAYS, a CRL $CRL_DAYS, an OCSP response $OCSP_DAYS. What exists is replaced
only with --force. Exit status: 0 done, 1 internal error, 2 wrong usage, 3 a file is not
as it should be.
EOF
}

# What each verb takes: options with a value end in "=".
options_of() {
	case $1 in
	init) echo '--domain= --key= --passphrase --passphrase-file= --force' ;;
	issue) echo '--client --key= --days= --not-before= --expired --must-staple --passphrase-file= --force' ;;
	renew) echo '--days= --new-key --key= --passphrase-file=' ;;
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
			take "$option" "$value" ;;
		--*:*" $1= "*)
			[ $# -gt 1 ] || usage_error "$1 needs a value"
			take "$1" "$2" && shift ;;
		--*:*" $1 "*) take "$1" '' ;;
		-*) usage_error "$verb has no option $1" ;;
		*) operand "$1" ;;
		esac
		shift
	done
}

take() {
	case $1 in
	--force) force=yes ;;
	--client) kind=client ;;
	--expired) expired=yes ;;
	--not-before)
		not_before=$2
		seconds_of "$2" >/dev/null ||
			usage_error "--not-before \"$2\" is no span like +1d, -2h or +90m" ;;
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
		*) usage_error "--key \"$2\" is none that we make" ;;
		esac ;;
	--days)
		days=$2
		case $verb:$2 in
		issue:0) days='' expired=yes; return ;;
		esac
		case $2 in
		'' | 0* | *[!0-9]* | ?????*) usage_error "--days \"$2\" is no number of days" ;;
		esac ;;
	--reason)
		crl_reason=$2
		case $2 in # 5.3.1
		keyCompromise | affiliationChanged | superseded | cessationOfOperation) ;;
		*) usage_error "--reason \"$2\" is none of keyCompromise, affiliationChanged, \
superseded, cessationOfOperation" ;;
		esac ;;
	esac
}

operand() {
	case $verb:${dir:+dir}:${names:+name} in
	*::*) dir=${1%/} ;;
	issue:*)
		type_of "$1" || die USAGE \
			"\"$1\" is no DNS name, IP address, e-mail address or URI that we certify" \
			'names like *.example.com, 192.0.2.7, me@example.com, spiffe://a.test/me'
		names=${names:+$names }$1 ;;
	verify:*)
		case $1 in
		*[[:space:]]*) usage_error "\"$1\" is no name" ;;
		esac
		names=${names:+$names }$1 ;;
	renew:dir: | revoke:dir: | ocsp:dir: | export:dir:) names=$1 ;;
	*) usage_error "$verb does not know what to do with \"$1\"" ;;
	esac
}

# What a command line lacks, or has too much of.
check_completeness() {
	[ -n "$dir" ] || usage_error "$verb needs a DIR"
	case $verb in
	issue | renew | revoke | ocsp | export)
		[ -n "$names" ] || usage_error "$verb needs a NAME" ;;
	esac
	case $verb:$kind$staple$new_key in
	issue:client-*) usage_error 'only servers staple: --must-staple is not for --client' ;;
	renew:server) [ -z "$key_type" ] || usage_error 'renew --key needs --new-key' ;;
	esac
	[ -z "$expired" ] || [ -z "$not_before" ] || die USAGE \
		'--expired and --not-before do not go together' '--not-before -30d --days 29'
	case $verb in
	issue | renew) days=${days:-$LEAF_DAYS} ;;
	revoke | crl) days=${days:-$CRL_DAYS} ;;
	ocsp) days=${days:-$OCSP_DAYS} ;;
	esac
}

main() {
	set -fu
	umask 077
	# What is configured for other work must not change what is made here. And `openssl x509`
	# reads the whole trust store for nothing; without one it is ten times as fast.
	export LC_ALL=C OPENSSL_CONF=/dev/null SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null
	unset HELLO_CERTS_PASSPHRASE CDPATH
	trap cleanup EXIT
	heed_signals
	case ${1-} in
	-h | --help) usage; exit ;;
	-V | --version) echo "hello-certs $VERSION"; exit ;;
	esac
	options_of "${1-}" >/dev/null ||
		usage_error "${1:+there is no \"$1\": }the first word is init, issue, renew, revoke, \
crl, ocsp, show, verify, export, trust, untrust, destroy or zoo"
	verb=$1
	shift
	parse "$@"
	check_completeness
	case $(openssl version 2>/dev/null) in
	'OpenSSL '[3-9].* | 'OpenSSL '[1-9][0-9].*) ;;
	*) die FILE 'this needs the openssl command of OpenSSL 3.0 or newer' 'openssl version' ;;
	esac
	case $verb in
	verify) verify_all ;;
	export) export_leaf ;;
	*) "$verb" ;;
	esac
}

main "$@"
