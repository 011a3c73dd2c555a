#!/bin/sh
# key-schedule.sh - what derives the TLS keys is shown by --version and logged at debug level,
# and follows openssl.cnf. Whatever it is, other clients agree with the server about the keys.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki

# shown: what --version shows.
shown() {
	"$HELLO_SERVER" --version | sed -n 's/^TLS key schedule: //p'
}

# The openssl.cnf of this machine may prefer another provider.
export OPENSSL_CONF=/dev/null
usual=$(shown)
case $usual in
'built in' | 'OpenSSL: configured with --disable-kdf-provider') ;;
*) fail "without a configuration: \"$usual\"" ;;
esac

# greets WHAT: the server serves openssl, with each digest of the key schedule, and the log shows WHAT.
greets() {
	start_server --workers 1 --log-level debug
	logged "level=debug .*TLS key schedule: $1\"" || fail "the log does not show \"$1\""
	for each in TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384; do
		openssl s_client -connect "$HOST:$PORT" -CAfile "$PKI/ca.pem" -verify_return_error \
			-ciphersuites "$each" -ign_eof </dev/null >"$TMP/said" 2>&1 ||
			fail "$1, $each: openssl fails"
		grep -q '^Hello' "$TMP/said" || fail "$1, $each: openssl got no greeting"
		grep -q "$each" "$TMP/said" || fail "$1: openssl did not use $each"
	done
	stop_server
}
greets "$usual"

# configured FILE SHOWN: with this openssl.cnf.
configured() {
	OPENSSL_CONF=$1
	[ "$(shown)" = "$2" ] || fail "$1: \"$(shown)\" instead of \"$2\""
}

# cnf NAME PROPERTIES PROVIDER...: writes a configuration with these default properties and providers.
cnf() {
	name=$1
	{
		printf 'openssl_conf = all\n[all]\nproviders = providers\n'
		[ -z "$2" ] || printf 'alg_section = algorithms\n[algorithms]\ndefault_properties = %s\n' "$2"
		shift 2
		printf '[providers]\n'
		for each; do
			printf '%s = on\n' "$each"
		done
		printf '[on]\nactivate = 1\n'
	} >"$TMP/$name.cnf"
}

# What openssl.cnf often has does not matter.
cnf base '' default base
configured "$TMP/base.cnf" "$usual"
greets "$usual"
cnf preferred '?provider=base' default base
configured "$TMP/preferred.cnf" "$usual"

[ "$usual" != 'built in' ] || usual='OpenSSL: openssl.cnf demands FIPS'
cnf fips 'fips=yes' default base
configured "$TMP/fips.cnf" "$usual"
cnf foreign 'provider!=default' default base
[ "$usual" != 'OpenSSL: openssl.cnf demands FIPS' ] || usual='OpenSSL: openssl.cnf prefers another provider'
configured "$TMP/foreign.cnf" "$usual"
