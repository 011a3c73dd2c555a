#!/bin/sh
# browser.sh - a browser gets the greeting, over HTTP/1.1 by ALPN, once hello-certs has put the root
# into its store, and nothing before. The page with the report has a test of its own, page.sh.
# shellcheck source=tests/system/chromium.sh
. "${srcdir:-.}/tests/system/chromium.sh"

need_browser
make_pki

start_server --workers 1 --greeting 'Hello, browser'
visit "https://localhost:$PORT/"
! grep -q 'Hello, browser' "$TMP/page" || fail 'it shows what nobody has verified'
await 'outcome=HANDSHAKE_ALERT sni=localhost .*alert_from=peer'

trust_pki
# Without a report there is only text.
visit "https://localhost:$PORT/"
expect "$TMP/page" 'Hello, browser'
! grep -q '<table>' "$TMP/page" || fail 'a report that nobody allowed'
await 'outcome=OK sni=localhost alpn=http/1.1 protocol=TLSv1.3 '
# Another name than the certificate's, though of a CA that it trusts.
visit "https://other.test:$PORT/"
! grep -q 'Hello, browser' "$TMP/page" || fail 'it takes any name'
await 'outcome=HANDSHAKE_ALERT sni=other.test .*alert_from=peer'
stop_server
