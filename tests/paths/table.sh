#!/bin/sh
# table.sh - let the clients that are here judge chains with more than one path, and print doc/paths.md.
# `make paths-table` does it. RUNS=N (3) does it N times, and fails unless each time is equal to the first.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/paths/sets.sh
. "$srcdir/tests/paths/sets.sh"

cd "$TMP" || exit 99
export SSL_CERT_FILE=/dev/null
path_sets >sets
clients=$(path_clients)

version_of() {
	case $1 in
	hello-client) "$HELLO_CLIENT" --version ;;
	OpenSSL) openssl version ;;
	GnuTLS) gnutls-cli --version ;;
	NSS) grep -aoE 'Version: NSS [0-9.]+' "$(ldconfig -p | sed -n 's/.*libnss3\.so .*=> //p' | head -n 1)" ;;
	Go) go version ;;
	esac 2>&1 | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1
}

measure() {
	make_path_certs
	tab=$(printf '\t')
	while IFS=$tab read -r what sent trusted; do
		send_set "$sent" "$trusted"
		row="| $what"
		for client in $clients; do
			verdict=-
			! judges "$client" || verdict=accept
			if [ "$client" = hello-client ] && grep -q '; another path, ' said; then
				verdict='- (another path)'
			fi
			row="$row | $verdict"
		done
		echo "$row |"
		stop_server
	done <sets
}

run=0
while [ "$run" -lt "${RUNS-3}" ]; do
	run=$((run + 1))
	mkdir "run-$run" && cd "run-$run" && cp ../sets . || exit 99
	measure >"../rows-$run"
	cd .. || exit 99
	cmp -s rows-1 "rows-$run" || fail "run $run differs: $(diff rows-1 "rows-$run")"
done

cat <<PAGE
# Cross-signed chains: who finds the valid path?

Measured on $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), $(date -u +%F), by \`make paths-table\`,
which writes this page anew.

PAGE
cat "$srcdir/tests/paths/page.md"
for client in $clients; do
	echo "- $client $(version_of "$client")"
done
echo
echo "| the server sends, the client trusts | $(echo "$clients" | paste -sd '|' | sed 's/|/ | /g') |"
echo "|---$(for client in $clients; do printf '|---'; done)|"
cat rows-1
cat <<'PAGE'

Unless the first column says otherwise, the server sends the certificate for
localhost and those that the column names, and the client trusts the new root.
tests/paths/sets.sh makes the certificates.
PAGE
