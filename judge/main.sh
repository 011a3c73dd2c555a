
# ---- the command line --------------------------------------------------------------------------

usage() {
	cat <<EOF
usage: hello-zoo-judge [options] COMMAND [WORD...]

Test a TLS client: run COMMAND once for each certificate of a zoo, good and bad
ones, and print a line for each. If COMMAND exits with 0, the client accepted
the certificate; with any other status it refused it.

Certificates:
  --only NAME,...   test only these; * and ? match as in file names
  --skip NAME,...   test all but these
  --dir DIR         use a zoo made by hello-certs zoo (default: a new one)
Command:
  --timeout S       kill COMMAND after this many seconds (default $TIMEOUT)
  --hosts           let COMMAND resolve all names of the zoo to 127.0.0.1
Reports:
  --junit FILE      write a report in the XML format of JUnit
  --markdown FILE   write a report in Markdown
Other:
  -h, --help        print this help, then exit
  -V, --version     print the version, then exit

These placeholders are replaced in each WORD:
  {host} {port}     address of hello-zoo
  {name}            name to request with SNI
  {verify}          name or IP address to verify, mostly {name}
  {ca}              file with the trusted root, PEM
  {crl}             file with revocation lists, PEM, if there are any
  {both}            file with the root and these lists
Words after the word "[crl" and before the next word "]" are only used if there
are revocation lists; after "[ip" if an IP address must be verified; after
"[name" if a name must be verified.

Exit status: 0 no wrong verdict, 1 wrong verdicts, 2 invalid usage, 3 a file,
a program or the zoo cannot be used, 4 some certificates got no verdict.
EOF
}

set_option() {
	[ -n "$2" ] || usage_error "empty value for $1"
	case $1 in
	--only) only=${only:+$only,}$2 ;;
	--skip) skip=${skip:+$skip,}$2 ;;
	--dir) zoo=${2%/} zoo=${zoo:-/} ;;
	--junit) junit=$2 ;;
	--markdown) markdown=$2 ;;
	--timeout)
		limit=$2
		case $2 in
		0* | *[!0-9]* | ?????*) usage_error "invalid --timeout \"$2\": expected 1 to 9999 seconds" ;;
		esac ;;
	esac
}

# check_command WORD...: rejects what cannot work for any certificate.
check_command() {
	[ $# -gt 0 ] || usage_error 'missing COMMAND'
	opened=''
	for word; do
		case $opened:$word in
		:'[crl' | :'[name' | :'[ip') opened=$word ;;
		*:'[crl' | *:'[name' | *:'[ip') usage_error "\"$word\" is inside \"$opened\"" ;;
		*:']') opened='' ;;
		esac
	done
	[ -z "$opened" ] || usage_error "missing word \"]\" after \"$opened\""
	case $* in
	*'{port}'*) ;;
	*) usage_error 'COMMAND has no {port}, so it cannot connect to hello-zoo' ;;
	esac
	case $1 in
	*'{'*) ;;
	*) # a new shell, because a function of this one may have that name
		sh -c 'command -v "$1" >/dev/null' sh "$1" || die FILE "cannot find the program $1" \
			'install it, or write its path; in this folder, that is ./NAME' ;;
	esac
}

main() {
	set -fu
	trap cleanup EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) usage; exit ;;
		-V | --version) echo "hello-zoo-judge $VERSION"; exit ;;
		--only=* | --skip=* | --dir=* | --timeout=* | --junit=* | --markdown=*)
			set_option "${1%%=*}" "${1#*=}" ;;
		--only | --skip | --dir | --timeout | --junit | --markdown)
			[ $# -gt 1 ] || usage_error "missing value for $1"
			set_option "$1" "$2"
			shift ;;
		--hosts) hosts=yes ;;
		--) shift; break ;;
		-*) usage_error "invalid option $1" ;;
		*) break ;;
		esac
		shift
	done
	check_command "$@"
	prepare_reports
	open_work
	find_zoo
	start_zoo # which also checks zoo.tsv
	plan "$@"
	make_hosts
	started=$(date -u +%Y-%m-%dT%H:%M:%S)
	judge "$@"
	write_reports "$@"
	[ $wrong -eq 0 ] || exit 1
	[ $none -eq 0 ] || exit 4
}

main "$@"
