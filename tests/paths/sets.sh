# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # variables for the tests, and of server.sh
# sets.sh - chains of certificates with more than one path, and clients that judge them. For
# tests/system/cross-signed.sh and table.sh; after server.sh.
#
#	make_path_certs             makes the certificates in the current folder
#	path_sets                   prints the sets, one in each line, with tabs: what it is, the files that the
#	                            server sends, the files of the roots that the client trusts
#	path_clients                prints the clients that are here
#	send_set SENT TRUSTED       starts a server that sends these, and writes trusted.pem
#	judges CLIENT               does it accept the server? What it said is in $TMP/said.

path_sets() {
	grep . <<'END' | sed 's/ *| */	/g'
CA signed by two roots, the old one not trusted | leaf our-old our-new | new
the same, in the other order | leaf our-new our-old | new
the same, both roots trusted | leaf our-old our-new | old new
the same, both trusted, the old root expired | leaf our-old our-new | old-expired new
new root signed by the old one, both trusted | leaf our-new new-by-old | old new
the same, the old root expired | leaf our-new new-by-old | old-expired new
the same, only the new root trusted | leaf our-new new-by-old | new
the same, only the old root trusted | leaf our-new new-by-old | old
the new root's certificate by the old one expired | leaf our-new new-by-old-expired | new
an expired CA certificate, then the renewed one | leaf our-new-expired our-new | new
a loop of two CAs | leaf our-by-a a-by-b b-by-a | new
a loop of two CAs, and a way out of it | leaf our-by-a a-by-b b-by-a a-by-new | new
50 other CAs of the same name, then the right one | plain decoys our-new | new
the right CA, then 50 others of the same name | plain our-new decoys | new
another root of the same name trusted, before the right one | leaf our-new | false-new new
END
}

# signed FILE NAME KEY CA-FILE CA-KEY [EXTENSION...]: a certificate, signed by the CA, or with "-" by
# itself. $from and $until are its dates; it names the key of its issuer unless $no_aki is set.
signed() {
	signed_file=$1 signed_key=$3 signed_by=$4 signed_ca_key=$5
	printf '%s\n' 'subjectKeyIdentifier=hash' ${no_aki:+'nsComment=none'} >ext
	[ -n "$no_aki" ] || [ "$signed_by" = - ] || echo 'authorityKeyIdentifier=keyid' >>ext
	signed_name=$2
	shift 5
	printf '%s\n' "$@" >>ext
	if [ "$signed_by" = - ]; then
		set -- -selfsign -keyfile "$signed_key.key"
	else
		set -- -cert "$signed_by.pem" -keyfile "$signed_ca_key.key"
	fi
	{
		[ -s "$signed_key.key" ] || (umask 077 && openssl genpkey -algorithm EC -out "$signed_key.key" \
			-pkeyopt ec_paramgen_curve:P-256)
		openssl req -new -subj "/CN=$signed_name" -key "$signed_key.key" -config /dev/null -out request &&
			openssl ca -config ca.cnf -batch -notext -in request -out "$signed_file.pem" "$@" \
				-startdate "$from" -enddate "$until" -extfile ext
	} >made 2>&1 || error "no $signed_file: $(cat made)"
}

# ca_signed FILE NAME KEY CA-FILE CA-KEY: the same of a CA.
ca_signed() {
	signed "$@" basicConstraints=critical,CA:true keyUsage=critical,keyCertSign,cRLSign
}

make_path_certs() {
	cat >ca.cnf <<'END'
[ ca ]
default_ca = here
[ here ]
database = index
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = names
[ names ]
commonName = supplied
END
	: >index
	# "expired" overlaps with the others, as at a change of roots.
	long_ago=20200101000000Z recently=$(date -u -d "@$(($(date +%s) - 86400))" +%Y%m%d%H%M%SZ)
	in_years=20491231235959Z
	no_aki='' from=$long_ago until=$in_years
	ca_signed old 'Old root' old - -
	ca_signed new 'New root' new - -
	ca_signed false-new 'New root' false - -
	ca_signed our-old 'Our CA' our old old
	ca_signed our-new 'Our CA' our new new
	ca_signed new-by-old 'New root' new old old
	ca_signed b-start 'Loop B' b - -
	ca_signed a-by-b 'Loop A' a b-start b
	ca_signed b-by-a 'Loop B' b a-by-b a
	ca_signed a-by-new 'Loop A' a new new
	ca_signed our-by-a 'Our CA' our a-by-b a
	until=$recently
	ca_signed old-expired 'Old root' old - -
	ca_signed our-new-expired 'Our CA' our new new
	ca_signed new-by-old-expired 'New root' new old old
	until=$(date -u -d "@$(($(date +%s) + 30 * 86400))" +%Y%m%d%H%M%SZ) from=$recently
	set -- basicConstraints=critical,CA:false keyUsage=critical,digitalSignature \
		extendedKeyUsage=serverAuth subjectAltName=DNS:localhost,IP:127.0.0.1
	signed leaf localhost leaf our-new our "$@"
	no_aki=yes
	signed plain localhost leaf our-new our "$@"
	for each in $(seq 50); do
		ca_signed decoy "Our CA" "decoy-$each" old old
		cat decoy.pem >>decoys.pem
	done
}

send_set() {
	: >sent.pem
	: >trusted.pem
	for each in $1; do cat "$each.pem" >>sent.pem; done
	for each in $2; do cat "$each.pem" >>trusted.pem; done
	start_server --workers 1 --cert sent.pem --key leaf.key
	# A database of NSS holds them one by one.
	rm -rf nss
	if command -v certutil >/dev/null 2>&1; then
		mkdir nss
		certutil -N -d sql:nss --empty-password >said 2>&1 || error "no nss: $(cat said)"
		for each in $2; do
			certutil -A -d sql:nss -n "$each" -t C,, -i "$each.pem" >said 2>&1 ||
				error "no nss: $(cat said)"
		done
	fi
}

path_clients() {
	echo hello-client
	for each in 'OpenSSL openssl' 'GnuTLS gnutls-cli' 'NSS tstclnt' 'Go go'; do
		! command -v "${each#* }" >/dev/null 2>&1 || echo "${each% *}"
	done
}

judges() {
	judge_status=0
	case $1 in
	# As strict as the others: OpenSSL 4 with its strict checks wants an authorityKeyIdentifier.
	hello-client) set -- "$HELLO_CLIENT" --no-x509-strict --cacert trusted.pem localhost "$PORT" ;;
	OpenSSL)
		set -- openssl s_client -connect "127.0.0.1:$PORT" -CAfile trusted.pem -no-CApath \
			-servername localhost -verify_hostname localhost -verify_return_error ;;
	GnuTLS) set -- gnutls-cli --x509cafile trusted.pem --verify-hostname localhost -p "$PORT" 127.0.0.1 ;;
	NSS) set -- tstclnt -h 127.0.0.1 -a localhost -p "$PORT" -d sql:nss -V tls1.2: -Q ;;
	Go)
		[ -x hello-go ] || (HOME=$TMP && export HOME && go build -o hello-go \
			"$srcdir/tests/support/clients/hello.go") >said 2>&1 || error "go: $(cat said)"
		set -- ./hello-go "$PORT" trusted.pem ;;
	esac
	timeout 100 "$@" </dev/null >said 2>&1 || judge_status=$?
	[ $judge_status -ne 124 ] || fail "$1 does not end: $(cat said)"
	return $judge_status
}
