#!/bin/sh
# mtls-crl-cost.sh - a handshake does not cost more as a CRL gets longer: each list is verified once, when
# it is loaded or when its CA is first met, and never for a CA that nobody certified.
# shellcheck source=tests/system/clients.sh
. "${srcdir:-.}/tests/system/clients.sh"

need openssl
! grep -aq __asan_init "$HELLO_SERVER" ||
	skip 'a sanitizer tolerates nothing that is preloaded; tests/unit/check_crl_memory counts there, too'
make_pki
make_clients

# verified COUNT: since the last time, so many lists were.
seen=0
verified() {
	now=$(count '^verified a CRL$')
	[ $((now - seen)) -eq "$1" ] || fail "$2: $((now - seen)) lists were verified, not $1"
	echo "$2: $1 verified"
	seen=$now
}

# show KIND STATUS [ARG...]
show() {
	kind=$1 status=$2
	shift 2
	for version in 1.2 1.3; do
		# shellcheck disable=SC2046 # words
		run_status "$status" "$HELLO_CLIENT" --cacert "$CA" --tls-max $version $(of "$kind") "$@" \
			127.0.0.1 "$PORT"
	done
}

# An intermediate of the right name, made by somebody else who is called like the root.
# name_of FILE: for -subj.
name_of() {
	openssl x509 -in "$1" -noout -subject -nameopt RFC2253 | sed 's/^subject=/\//'
}
forge() {
	printf 'basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=none\nauthorityKeyIdentifier=none\n' \
		>"$TMP/ca.ext"
	printf 'extendedKeyUsage=clientAuth\nsubjectKeyIdentifier=none\nauthorityKeyIdentifier=none\n' \
		>"$TMP/leaf.ext"
	for who in root middle leaf; do
		openssl ecparam -name prime256v1 -genkey -noout -out "$TMP/$who.key" || return
	done
	openssl req -x509 -new -key "$TMP/root.key" -subj "$(name_of "$CA")" -out "$TMP/forged-root.pem" &&
		sign middle "$(name_of "$PKI/intermediate.pem")" root "$TMP/forged-root.pem" ca.ext &&
		sign leaf /CN=stranger middle "$TMP/middle.pem" leaf.ext &&
		cat "$TMP/leaf.pem" "$TMP/middle.pem" >"$CLIENTS/stranger.pem" &&
		cp "$TMP/leaf.key" "$CLIENTS/stranger.key"
}
# sign WHO NAME BY CERT EXTENSIONS
sign() {
	openssl req -new -key "$TMP/$1.key" -subj "$2" |
		openssl x509 -req -CA "$4" -CAkey "$TMP/$3.key" -set_serial 4711 -days 3 \
			-extfile "$TMP/$5" -out "$TMP/$1.pem"
}
OPENSSL_CONF=/dev/null forge 2>"$TMP/said" || error "no stranger: $(cat "$TMP/said")"

LD_PRELOAD=$builddir/tests/support/count_crls.so
export LD_PRELOAD
start_server --workers 1 --cert "$CERT" --key "$KEY" \
	--cert "$CLIENTS/wrong-eku.pem" --key "$CLIENTS/wrong-eku.key" --client-ca "$CA" --crlfile "$CRLS"
unset LD_PRELOAD
verified 1 'the list of the root, when it is loaded'
show good 0
verified 1 'the list of the intermediate, at its first client'
show good 0 --servername wrong-eku.test
show revoked 61 --servername wrong-eku.test
verified 0 'the same lists, for the other certificate of the server'
show good 0
show revoked 61
verified 0 'two good clients, and two that are revoked'
show stranger 61
verified 0 'two of a forged intermediate'
await 'outcome=CLIENT_CERT_REFUSED .*alert=42'

# A reload begins anew, and a stranger who is first is not served with a hash either.
kill -HUP "$SERVER_PID"
one_worker() {
	has_logged 'msg=ready' 2 && [ "$(workers | wc -l)" -eq 1 ]
}
wait_for "$PATIENCE" one_worker || fail 'no reload'
verified 1 'a reload'
show stranger 61
verified 0 'two of a forged intermediate, before all others'
show good 0
verified 1 'the first client after it'
show good 0
verified 0 'two more'
stop_server
