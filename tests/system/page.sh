#!/bin/sh
# page.sh - the report as a web page, in Chromium at two widths, light and dark: it needs nothing but
# itself, its policy allows its style, every text can be read, and nothing is wider than the window.
# shellcheck source=tests/system/chromium.sh
. "${srcdir:-.}/tests/system/chromium.sh"

need python3
need_browser
make_pki
trust_pki
log_on_failure "$TMP/found"

# The longest of everything, without a place to break it.
long=$(printf '%0200d' 0)
start_server --workers 1 --report --node "$long" --greeting "Hello, <b>browser</b> & $long"
url=https://localhost:$PORT/

# found VIEW NAME: prints the value.
found() {
	sed -n "s/^$1 $2: //p" "$TMP/found"
}

# As many as the report has lines.
run_status 0 "$HELLO_CLIENT" --cacert "$CA" localhost "$PORT"
rows=$(sed '1,/^$/d' "$TMP/out" | grep -c ': ')
views='320-light 320-dark 1280-light 1280-dark'
# shellcheck disable=SC2086 # words
look "$url" $views || fail 'the page cannot be looked at'
for view in $views; do
	[ "$(found "$view" width)" = "${view%-*}" ] || fail "$view: the picture is $(found "$view" width) wide"
	[ "$(found "$view" overflow)" = 0 ] || fail "$view: $(found "$view" overflow) pixels too wide"
	[ -z "$(found "$view" broken)" ] || fail "$view: broken in two: $(found "$view" broken)"
	found "$view" contrast | awk '{ exit !($1 >= 7) }' || fail "$view: contrast $(found "$view" contrast)"
	[ "$(found "$view" rows)" = "$rows" ] || fail "$view: $(found "$view" rows) headers, not $rows"
	[ "$(found "$view" table)" = 'What the server saw' ] || fail "$view: the table is $(found "$view" table)"
	[ -z "$(found "$view" complaint)" ] || fail "$view: $(found "$view" complaint)"
	found "$view" request | grep -v '^data:,$' >"$TMP/requests"
	[ "$(cat "$TMP/requests")" = "$url" ] || fail "$view: requests $(cat "$TMP/requests")"
	echo "$view: contrast $(found "$view" contrast), ground $(found "$view" ground)"
done
for width in 320 1280; do
	[ "$(found $width-light ground)" != "$(found $width-dark ground)" ] || fail 'dark is as light'
done
# The server saw nothing else, either: no icon, no second try.
await 'outcome=OK sni=localhost alpn=http/1.1 ' 4
[ "$(count 'alpn=http/1.1 ')" -eq 4 ] || fail 'it was asked for more than the page'

visit "$url"
expect "$TMP/page" 'Hello, &lt;b&gt;browser&lt;/b&gt; &amp; 0'
expect "$TMP/page" '<tr id="server-name"><th scope="row">Requested name</th>'
expect "$TMP/page" '<td><code>localhost</code>'
stop_server
