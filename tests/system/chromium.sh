# shellcheck shell=sh
# tests/system/chromium.sh - for tests with a browser; brings server.sh along. A test begins with
#
#	# shellcheck source=tests/system/chromium.sh
#	. "${srcdir:-.}/tests/system/chromium.sh"
#
#	need_browser                skip the test where there is no Chromium, or where it cannot run
#	trust_pki                   put the root of make_pki into the browser's store
#	visit URL                   its page, as the browser understood it, is in $TMP/page
#	look URL VIEW...            its page in each VIEW, such as 320-dark: what
#	                            tests/support/browser_page.py prints is in $TMP/found, the pictures
#	                            are in $TMP/VIEW.png

# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

browser_home=$TMP/home visits=0
log_on_failure "$TMP/said"

need_browser() {
	for BROWSER in chromium chromium-browser google-chrome none; do
		[ "$BROWSER" != none ] || skip 'no Chromium is installed, so no browser was tried'
		! command -v "$BROWSER" >/dev/null 2>&1 || break
	done
	need certutil
	# Its store and all that it writes are in folders of its own.
	mkdir -p "$browser_home/.pki/nssdb"
	certutil -N -d "sql:$browser_home/.pki/nssdb" --empty-password || error 'no NSS database'
	visit about:blank || skip "$BROWSER does not run here (status $?), so no browser was tried"
}

trust_pki() {
	"$HELLO_CERTS" trust "$PKI" --nss "$browser_home/.pki/nssdb" --yes >"$TMP/out" 2>&1 ||
		error 'not trusted'
}

# browse COMMAND...: COMMAND is given the arguments that the browser gets always.
browse() {
	visits=$((visits + 1))
	HOME=$browser_home timeout 120 "$@" --headless --no-sandbox --disable-gpu --disable-quic \
		--disable-dev-shm-usage --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --no-proxy-server \
		--host-resolver-rules='MAP other.test 127.0.0.1' \
		--user-data-dir="$TMP/profile-$visits"
}

visit() {
	browse "$BROWSER" --dump-dom "$1" >"$TMP/page" 2>"$TMP/said"
}

look() {
	browse python3 "$srcdir/tests/support/browser_page.py" "$TMP" "$@" -- "$BROWSER" \
		>"$TMP/found" 2>"$TMP/said"
}
