#!/bin/sh
# certs-clients.sh - the clients of the zoo: OpenSSL finds in each certificate the fault that
# clients.tsv names, and no other. hello-server decides as the list says. A server that verifies
# nothing accepts every client but the one with the wrong key, so no client fails by itself.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
need openssl timeout
export SSL_CERT_FILE=/dev/null # openssl would read the system's trust each time

cd "$TMP" || error 'no folder'
tab=$(printf '\t')
make_zoo zoo
CA=zoo/ca.pem

# ---- the list ------------------------------------------------------------------------------------

grep -v '^#' "$srcdir/certs/clients.tsv" | cmp -s - zoo/clients.tsv ||
	fail 'zoo/clients.tsv is not the list of the source'
awk -F '\t' '
	NF != 7 || $3 !~ /^(chain|nothing)$/ || $4 !~ /^(ca|crl)$/ || $5 !~ /^(accept|refuse|either)$/ ||
	$6 !~ /^(accept|refuse|either)$/ || $2 == "" || $7 == "" || seen[$1]++' zoo/clients.tsv >odd
[ ! -s odd ] || fail "invalid rows: $(cat odd)"
for each in zoo/client-* zoo/spiffe-*; do
	grep -q "^${each#zoo/}$tab" zoo/clients.tsv || fail "${each#zoo/} is not on the list"
done
! grep -q '^client-\|^spiffe-' zoo/zoo.tsv || fail 'clients among the servers'
[ "$(find zoo/clients.tsv zoo/crl-clients.pem -perm 644 | wc -l)" -eq 2 ] ||
	fail 'not everyone can read the list'

# ---- each has the fault that is named, and only that ---------------------------------------------

# verified TRUST OPTION...: openssl judges $animal as a strict server does; with "itself" for TRUST,
# as one that trusts this certificate and looks at nothing above it.
verified() {
	trust=$1 chain=zoo/$animal/chain.pem
	shift
	if [ "$trust" = itself ]; then
		awk '{ print } /^-----END/ { exit }' "$chain" >itself.pem
		trust=itself.pem chain=itself.pem
		set -- "$@" -partial_chain
	fi
	openssl verify -x509_strict -purpose sslclient -auth_level 2 -no-CApath -no-CAstore \
		-CAfile "$trust" -untrusted "$chain" -CRLfile zoo/crl-clients.pem "$@" "$chain" >out 2>err
}

# faulty ERRORS TRUST OPTION...: the first error that openssl finds in $animal is one of ERRORS; a
# server stops there. It finds nothing with another TRUST or with OPTIONs that excuse the fault.
faulty() {
	error=$1
	shift
	! verified "$CA" -crl_check_all || fail "$animal has no fault"
	found=$(sed -n '/^error [0-9]* at /{s/^error \([0-9]*\) .*/\1/p;q;}' err)
	case " $error " in
	*" $found "*) ;;
	*) fail "$animal has the error $found, not $error: $(cat err)" ;;
	esac
	verified "$@" || fail "$animal has a second fault: $(cat err)"
}

faultless() {
	verified "$CA" -crl_check_all || fail "$animal has a fault: $(cat err)"
}

month=$((40 * 86400)) now=$(date +%s)
while IFS=$tab read -r animal _ sends _; do
	if [ "$sends" = nothing ]; then
		[ ! -e "zoo/$animal" ] || fail "$animal sends nothing, but has a folder"
		continue
	fi
	[ -n "$(find "zoo/$animal/key.pem" -perm 600)" ] || fail "$animal: who may read its key?"
	[ "$(openssl x509 -in "zoo/$animal/chain.pem" -noout -pubkey)" = \
		"$(openssl pkey -in "zoo/$animal/key.pem" -pubout)" ] || fail "$animal: another key"
	fits=0
	openssl pkey -in "zoo/$animal/key.pem" -check -noout >out 2>&1 || fits=1
	case $animal in
	client-unknown-root) faulty 20 itself ;;
	client-self-signed) faulty 18 itself ;;
	client-issued-by-client) faulty '24 79' itself ;;
	client-constraint) faulty 47 itself ;;
	client-bad-signature) faulty 7 itself ;;
	client-expired) faulty 10 itself -attime $((now - month)) ;;
	client-not-yet-valid) faulty 9 $CA -attime $((now + month)) ;;
	client-wrong-purpose) faulty 26 $CA -crl_check_all -purpose sslserver ;;
	client-rsa-1024) faulty 66 $CA -crl_check_all -auth_level 0 ;;
	client-sha1) faulty 68 $CA -crl_check_all -auth_level 0 ;;
	client-revoked) faulty 23 $CA ;;
	client-wrong-key)
		faultless
		[ $fits -eq 1 ] || fail 'the wrong key is the right one'
		fits=0 ;;
	*) faultless ;;
	esac
	[ $fits -eq 0 ] || fail "$animal: its key is not valid: $(cat out)"
done <zoo/clients.tsv

# ---- what an SVID is -----------------------------------------------------------------------------

# A second reading of the specifications: prints the verdict about the names and the profile of a
# certificate that is valid otherwise.
svid_verdict() {
	openssl x509 -in "zoo/$1/chain.pem" -noout -ext basicConstraints,keyUsage,subjectAltName | awk '
	/CA:TRUE|Certificate Sign|CRL Sign/ { bad = 1 }
	/URI:/ {
		n = split($0, name, ", ")
		for (i = 1; i <= n; i++) {
			sub(/^ */, "", name[i])
			if (sub(/^URI:/, "", name[i])) {
				uris++
				id = name[i]
			}
		}
	}
	END {
		# Scheme and trust domain are written in lower case, but compared without regard to case.
		lower = tolower(id)
		if (bad || uris != 1 || index(lower, "spiffe://zoo.test/") != 1 || length(id) > 2048) {
			print "refuse"
			exit
		}
		path = substr(id, length("spiffe://zoo.test") + 1)
		n = split(path, segment, "/")
		for (i = 2; i <= n; i++)
			if (segment[i] !~ /^[A-Za-z0-9._-]+$/ || segment[i] == "." || segment[i] == "..")
				bad = 1
		print bad || n < 2 ? "refuse" : index(id, "spiffe://zoo.test/") == 1 ? "accept" : "either"
	}'
}

while IFS=$tab read -r animal _ sends _ should svid _; do
	case $animal:$sends:$should in
	*:nothing:*) verdict=refuse ;;
	client-*:*:refuse) verdict=refuse ;; # invalid, whatever its names are
	*) verdict=$(svid_verdict "$animal") ;;
	esac
	[ "$verdict" = "$svid" ] || fail "$animal: as an SVID, $verdict, not $svid"
done <zoo/clients.tsv
id=$(openssl x509 -in zoo/spiffe-long/chain.pem -noout -ext subjectAltName | sed -n 's/^ *URI://p')
[ ${#id} -eq 2048 ] || fail "spiffe-long has ${#id} bytes"

# ---- two servers ---------------------------------------------------------------------------------

# offered ANIMAL VERSION: sets $did to what the server on $PORT does with it. An answer means that the
# server accepted the client; the end of the handshake does not, because in TLS 1.3 the client's
# handshake ends before the verdict. s_client also sends weak certificates.
offered() {
	set -- "$1" "$2" openssl s_client -quiet "-tls$2" -connect "127.0.0.1:$PORT" \
		-cipher ALL:@SECLEVEL=0
	if [ -d "zoo/$1" ]; then
		awk '/^-----BEGIN/ { n++ } n > 1' "zoo/$1/chain.pem" >issuers.pem
		[ ! -s issuers.pem ] || set -- "$@" -cert_chain issuers.pem
		set -- "$@" -cert "zoo/$1/chain.pem" -key "zoo/$1/key.pem"
	fi
	shift 2
	printf 'GET / HTTP/1.0\r\n\r\n' | timeout 30 "$@" >answer 2>said
	did=refuse
	[ ! -s answer ] || did=accept
}

cert=zoo/good-ecdsa/chain.pem key=zoo/good-ecdsa/key.pem
start_server --workers 1 --cert $cert --key $key --client-ca $CA --crlfile zoo/crl-clients.pem
while IFS=$tab read -r animal _ _ _ should _; do
	for version in 1_2 1_3; do
		[ $version = 1_3 ] || all_rows || [ "$animal" = client-good ] || continue
		offered "$animal" $version
		case $should:$did in
		either:* | "$did:$did") ;;
		*) fail "$animal, TLS $version: $did, not $should: $(cat said)" ;;
		esac
	done
	printf '%-24s %-8s %s\n' "$animal" "$should" "$did"
done <zoo/clients.tsv
# hello-client names the verdict.
client() {
	run_status "$1" "$HELLO_CLIENT" --cacert $CA --cert "zoo/$2/chain.pem" --key "zoo/$2/key.pem" \
		--connect-to 127.0.0.1 good-ecdsa.zoo.test "$PORT"
}
for each in client-good client-uri spiffe-good spiffe-long; do
	client 0 $each
done
for each in client-expired client-revoked client-wrong-purpose client-unknown-root; do
	client 61 $each
	expect err '^hello-client: CLIENT_CERT_REFUSED: '
done
# Its key has the public half of the certificate, so it can be loaded.
client 42 client-wrong-key
expect err 'the alert "decrypt error" (51)'
stop_server

# With -verify s_server requests a certificate and accepts any, and none.
openssl s_server -www -accept 127.0.0.1:0 -cert $cert -key $key -verify 5 -CAfile $CA \
	-cipher ALL:@SECLEVEL=0 >s_server.log 2>&1 </dev/null &
track $!
log_on_failure "$TMP/s_server.log"
wait_for "$PATIENCE" grep -q '^ACCEPT .*:[0-9]' s_server.log || fail 's_server does not start'
PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' s_server.log)
while IFS=$tab read -r animal _; do
	offered "$animal" 1_3
	case $animal:$did in
	client-wrong-key:refuse | client-[!w]*:accept | client-wrong-purpose:accept | spiffe-*:accept) ;;
	*) fail "$animal: $did by a server that verifies nothing: $(cat said)" ;;
	esac
done <zoo/clients.tsv
