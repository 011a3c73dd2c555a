#!/bin/sh
# browser.sh - a browser gets the greeting as a page, over HTTP/1.1 by ALPN, once hello-certs has put
# the root into its store, and nothing before; it is told of the name it asked for.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

for BROWSER in chromium chromium-browser google-chrome none; do
	[ "$BROWSER" != none ] || skip 'no Chromium is installed, so no browser was tried'
	! command -v "$BROWSER" >/dev/null 2>&1 || break
done
need certutil
make_pki

# Its store and all that it writes are in folders of its own.
home=$TMP/home visits=0
mkdir -p "$home/.pki/nssdb"
certutil -N -d "sql:$home/.pki/nssdb" --empty-password || error 'no NSS database'
log_on_failure "$TMP/said"

# visit URL: what it shows is in $TMP/page.
visit() {
	visits=$((visits + 1))
	HOME=$home timeout 120 "$BROWSER" --headless --no-sandbox --disable-gpu --disable-quic \
		--disable-dev-shm-usage --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --no-proxy-server \
		--host-resolver-rules='MAP other.test 127.0.0.1' \
		--user-data-dir="$TMP/profile-$visits" --dump-dom "$1" >"$TMP/page" 2>"$TMP/said"
}

visit about:blank || skip "$BROWSER does not run here (status $?), so no browser was tried"

start_server --workers 1 --report --greeting 'Hello, browser'
visit "https://localhost:$PORT/"
! grep -q 'Hello, browser' "$TMP/page" || fail 'it shows what nobody has verified'
await 'outcome=HANDSHAKE_ALERT sni=localhost .*alert_from=peer'

"$HELLO_CERTS" trust "$PKI" --nss "$home/.pki/nssdb" --yes >"$TMP/out" 2>&1 || error 'not trusted'
visit "https://localhost:$PORT/"
expect "$TMP/page" 'Hello, browser'
expect "$TMP/page" '^server-name: localhost'
await 'outcome=OK sni=localhost alpn=http/1.1 protocol=TLSv1.3 '
# Another name than the certificate's, though of a CA that it trusts.
visit "https://other.test:$PORT/"
! grep -q 'Hello, browser' "$TMP/page" || fail 'it takes any name'
await 'outcome=HANDSHAKE_ALERT sni=other.test .*alert_from=peer'
stop_server
