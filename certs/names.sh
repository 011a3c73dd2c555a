# ---- names -------------------------------------------------------------------------------------

# type_of NAME: sets $type to the type of subjectAltName (4.2.1.6) of NAME. Fails if there is none,
# or if NAME has a character with a meaning in an OpenSSL configuration or to a shell, such as a
# newline, "$" or ",". OpenSSL parses addresses.
type_of() {
	case $1 in
	'' | [!A-Za-z0-9*:]* | *[!A-Za-z0-9*._~:/@+%=-]*) return 1 ;;
	*'*'*) type=DNS && is_dns "${1#\*.}" ;;
	[A-Za-z]*://?*) type=URI ;;
	*/* | *@*@*) return 1 ;;
	?*@*) type=email && is_dns "${1#*@}" ;;
	*:*) type=IP ;;
	*[!0-9.]*) type=DNS && is_dns "$1" ;;
	*) type=IP ;;
	esac
}

# Labels of at most 63 letters, digits and inner hyphens, with single dots between.
is_dns() {
	case $1 in
	'' | *[!A-Za-z0-9.-]* | .* | *. | *..* | -* | *- | *.-* | *-.*) return 1 ;;
	esac
	[ ${#1} -le 253 ] && ! printf '%s\n' "$1" | grep -q '[^.]\{64\}'
}

# permit NAME|ADDRESS|CIDR: adds it to the constraints, in OpenSSL's spelling.
permit() {
	address=${1%/*} constraint=''
	bits=${1#"$address"}
	type_of "${address#.}" || type=none
	case $type:$1 in
	DNS:*[*/]*) ;;
	# Without a leading dot, which verifiers interpret differently: "a.test" permits a.test and
	# all names below it (4.2.1.10).
	DNS:*) constraint=DNS:${1#.} ;;
	IP:*:*) constraint=IP:$address/$(netmask "${bits:-/128}" 128 16 %x :) ;;
	IP:*) constraint=IP:$address/$(netmask "${bits:-/32}" 32 8 %d .) ;;
	esac
	case " $permitted :$constraint" in
	*: | */) die USAGE "invalid --domain \"$1\": expected a DNS name or a block of addresses" \
		'--domain example.com, --domain 192.0.2.0/24 or --domain 2001:db8::/32' ;;
	*" $constraint "*) ;;
	*) permitted="$permitted $constraint" ;;
	esac
}

# netmask /BITS TOTAL WIDTH FORMAT SEPARATOR: prints the mask of a constraint (4.2.1.10) in units of
# WIDTH bits, or nothing if BITS is not a number up to TOTAL.
netmask() {
	bits=${1#/} units=$(($2 / $3)) separator=''
	case $bits in
	'' | *[!0-9]* | 0?* | ????*) return ;;
	esac
	[ "$bits" -le "$2" ] || return
	while [ $units -gt 0 ]; do
		ones=$((bits < $3 ? bits : $3))
		# shellcheck disable=SC2059 # FORMAT is %d or %x
		printf "$separator$4" $(((1 << $3) - (1 << ($3 - ones))))
		bits=$((bits - ones)) units=$((units - 1)) separator=$5
	done
}

# name_leaf NAME [SAN...]: sets $san, and $cn if the certificate gets a common name. Without a DNS
# name, verifiers check the common name against the DNS constraints (OpenSSL if it looks like a host
# name, GnuTLS always), so such a certificate gets none. Servers identify a client by its common
# name, so a client gets one, and with it a DNS name under client.internal. Its NAME is also a
# subjectAltName only if it has a dot, because the constraints do not permit "alice".
name_leaf() {
	type_of "$1"
	case $kind:$type:$1 in
	client:DNS:*'*'*) usage_error "invalid name \"$1\": a client's name cannot be a wildcard" ;;
	client:DNS:*)
		[ ${#1} -le 64 ] || usage_error "\"$1\" is too long: a common name has at most 64 characters"
		cn=$1
		case $1 in
		*.*) set -- "$@" "$cn.client.internal" ;;
		*) shift && set -- "$cn.client.internal" "$@" ;;
		esac ;;
	esac
	for each; do
		type_of "$each"
		case ,$san, in
		*,"$type:$each",*) ;;
		*) san=$san${san:+,}$type:$each ;;
		esac
		[ "$type" != DNS ] || [ -n "$cn" ] || [ ${#each} -gt 64 ] || cn=$each
	done
}

# folder_of NAME: sets $folder, the certificate's folder in DIR. Rejects a leading dot: the folder
# could be "..", or a temporary folder of hello-certs.
folder_of() {
	case $1 in
	.*) usage_error "invalid name \"$1\": it begins with a dot" ;;
	esac
	folder=$(printf '%s' "$1" | tr -c 'A-Za-z0-9.@+-' _)
}

