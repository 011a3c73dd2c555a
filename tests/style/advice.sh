#!/bin/sh
# advice.sh [--self-test] - no text of ours sends its reader to another program for what ours do: to
# connect, to verify, to compare a key, and to show the dates or names of a certificate.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

# A string may be cut anywhere, so each line is read with the one before it.
# shellcheck disable=SC2317  # called by style_main
check() {
	(
		cd "$1" || exit 99
		# shellcheck disable=SC2046  # our file names have no blanks
		awk '
			FNR == 1 { last = "" }
			{
				text = $0
				gsub(/^[ \t]*"|"[ \t]*\\?$/, "", text)
				both = last text
				last = text
			}
			# Few lines need the longer search.
			both !~ /openssl|gnutls-cli|curl/ { next }
			both ~ /openssl s_client|openssl verify|openssl dgst|gnutls-cli|curl -v -x/ ||
			both ~ /openssl x509 [^;|]*-(enddate|dates|subject|issuer|fingerprint|checkend|pubkey)/ ||
			both ~ /compare openssl/ {
				print FILENAME ":" FNR ": advice to use another program for what ours do"
				last = ""
			}' $(find src -name '*.[ch]' | LC_ALL=C sort)
	)
}

# shellcheck disable=SC2317
self_test() {
	plant src/base/outcome.h 'another program' '	    "use openssl s_client -msg")'
	plant src/tls/alert.c 'another program' '	"openssl x509 -noout -in FILE -dates"'
	plant src/tls/alert.c 'another program' "$(printf '\t"openssl x509 "\n\t"-in FILE -dates"')"
	plant src/tls/alert.c 'another program' '	"openssl x509 -in CERT -noout -pubkey"'
	plant_harmless src/tls/alert.c '	"openssl x509 -inform DER -in F -out NEW.pem"'
	plant_harmless src/tls/alert.c '	"openssl x509 -noout -ext nameConstraints -in CA.pem"'
}

style_main "$@"
