#!/bin/sh
# http.sh - by ALPN the same port speaks HTTP/1.1: curl and wget get the greeting, what is no good
# request is told why, a slow one ends at its deadline, HAProxy's HTTP check is content; who offers only
# h2 is refused, and who offers nothing gets the greeting as ever. The report comes as text, as JSON
# or as a page.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need curl
make_pki
start_server --request-timeout 1s --greeting 'Hello, HTTP'
url=https://localhost:$PORT
log_on_failure "$TMP/lines"

# web ARG...: curl, with the head of the answer in $TMP/head and its content in $TMP/out.
web() {
	run_status 0 curl -sS --max-time "$PATIENCE" --cacert "$CA" -D "$TMP/head" -o "$TMP/content" "$@"
	tr -d '\r' <"$TMP/head" >"$TMP/lines"
}

# answered STATUS CONTENT
answered() {
	expect "$TMP/lines" "^HTTP/1.1 $1 ."
	expect "$TMP/lines" '^Connection: close$'
	expect "$TMP/lines" '^Date: ..., .. ... .... ..:..:.. GMT$'
	printf '%s' "$2" | cmp -s - "$TMP/content" || fail "$1: the content is $(cat "$TMP/content")"
}

web "$url/"
answered 200 'Hello, HTTP
'
expect "$TMP/lines" '^Content-Length: 12$'
expect "$TMP/lines" '^Content-Type: text/plain; charset=utf-8$'
await 'outcome=OK.* alpn=http/1.1 '
web "$url/any/where?q=1"
answered 200 'Hello, HTTP
'
cp "$TMP/lines" "$TMP/usual"
# There is no report to be had as JSON or as a page, so there is nothing to choose.
for accept in application/json text/html; do
	web -H "Accept: $accept" "$url/"
	answered 200 'Hello, HTTP
'
	sed 's/^Date: .*/Date: x/' "$TMP/usual" >"$TMP/expected"
	sed 's/^Date: .*/Date: x/' "$TMP/lines" | cmp -s - "$TMP/expected" || fail "$accept: $(cat "$TMP/lines")"
done
web -I "$url/"
expect "$TMP/lines" '^Content-Length: 12$'
echo 'GET, HEAD: the greeting'

web -d x=y "$url/"
answered 405 '405 Method Not Allowed: this server allows only GET, HEAD and OPTIONS
'
expect "$TMP/lines" '^Allow: GET, HEAD, OPTIONS$'
await 'outcome=REQUEST_BAD.* stage=request .*405'
# The rest of a long body is never read, and takes nothing from the answer.
head -c 3000000 /dev/zero >"$TMP/long"
web -H Expect: --data-binary "@$TMP/long" "$url/"
expect "$TMP/lines" '^HTTP/1.1 405 '
web -X OPTIONS "$url/"
answered 200 ''
web -H Host: "$url/"
expect "$TMP/content" '^400 .*Host is missing'
filler=$(head -c 9000 /dev/zero | tr '\0' a)
web -H "X: $filler" "$url/"
expect "$TMP/content" '^431 '
web "$url/$filler"
expect "$TMP/content" '^414 '
echo '400, 405, 414, 431: as specified'

# say BYTES...: to openssl, which passes them on. Its input stays open until it has ended.
say() {
	printf '%s' "$1" >&4
}

told() {
	grep -q "$1" "$TMP/told"
}

slow() {
	say G 2>/dev/null
	told '^HTTP/1.1 408 '
}

begin() {
	rm -f "$TMP/ask"
	mkfifo "$TMP/ask" || error mkfifo
	: >"$TMP/told" # the answer to the client before does not count
	openssl s_client -quiet -verify_return_error -CAfile "$CA" -verify_hostname localhost "$@" \
		-connect "localhost:$PORT" <"$TMP/ask" >"$TMP/told" 2>"$TMP/err" &
	asking=$!
	track $asking
	exec 4>"$TMP/ask"
}

finish_asking() {
	wait $asking
	untrack $asking
	exec 4>&-
}

trap '' PIPE
begin -alpn http/1.1
wait_for "$PATIENCE" slow || fail 'a byte now and then buys time'
finish_asking
await 'outcome=REQUEST_TIMEOUT'
begin -alpn http/1.1
wait_for "$PATIENCE" told '^HTTP/1.1 408 ' || fail 'who says nothing is not told that it is late'
finish_asking
await 'outcome=REQUEST_TIMEOUT' 2
# By hand, with the line ends of this system.
begin -alpn http/1.1
say 'GET / HTTP/1.1
'
wait_for "$PATIENCE" told '^400 .*LF alone' || fail 'a bare LF is not explained'
finish_asking
echo '408, and a bare LF is explained'
# curl would not show what comes behind the head of an answer to HEAD.
begin -alpn http/1.1
printf 'HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n' >&4
wait_for "$PATIENCE" told '^Content-Length: 12' || fail 'HEAD is not answered'
finish_asking
[ -z "$(tr -d '\r' <"$TMP/told" | sed '1,/^$/d')" ] || fail 'content follows the answer to HEAD'
echo 'HEAD: no content'

run_status 1 openssl s_client -alpn h2 -CAfile "$CA" -connect "localhost:$PORT" </dev/null
grep -qi 'alert.*no application protocol' "$TMP/err" "$TMP/out" || fail 'h2 is not refused by its alert'
await 'outcome=HANDSHAKE_PARAMETERS.* alert=120 alert_from=us'
run_status 0 openssl s_client -quiet -CAfile "$CA" -connect "localhost:$PORT" </dev/null
expect "$TMP/out" '^Hello, HTTP$'
echo 'h2 alone: refused; no ALPN: the greeting'

if command -v wget >/dev/null 2>&1; then
	run_status 0 wget -q -O - --timeout "$PATIENCE" --tries 1 --ca-certificate "$CA" "$url/"
	# GNU's offers no ALPN in some versions, and shows the greeting as HTTP/0.9.
	expect "$TMP/out" '^Hello, HTTP$'
	echo 'wget: the greeting'
else
	echo 'not installed, so not tried: wget'
fi

stop_server
start_server --report --node 'box "1"' --greeting 'Hello, HTTP'
url=https://localhost:$PORT
web "$url/"
expect "$TMP/lines" '^Content-Type: text/plain; charset=utf-8$'
expect "$TMP/content" '^server-name: localhost$'
for accept in application/json 'application/json, */*' 'text/plain;q=0.5, application/*;q=0.6'; do
	web -H "Accept: $accept" "$url/"
	expect "$TMP/lines" '^Content-Type: application/json$'
	expect "$TMP/content" '^  "greeting": "Hello, HTTP\\n",$'
	expect "$TMP/content" '^  "server_name": "localhost",$'
	expect "$TMP/content" '^  "resumed": false,$'
	expect "$TMP/content" '^  "client": null,$'
	expect "$TMP/content" '^  "node": "box \\"1\\"",$'
	expect "$TMP/content" '^  "binding": "[0-9a-f]\{64\}",$'
	expect "$TMP/content" '^  "offers": "versions .*; groups .*; ciphers .*; signatures .*"$'
done
if command -v python3 >/dev/null 2>&1; then
	run_status 0 python3 -m json.tool "$TMP/content"
fi
web -I -H 'Accept: application/json' "$url/"
expect "$TMP/lines" '^Content-Type: application/json$'
[ "$(sed -n 's/^Content-Length: //p' "$TMP/lines")" -gt 300 ] || fail 'HEAD tells another length than GET'
echo 'the report as JSON'

# ---- the report as a page ---------------------------------------------------------------------------

# What browsers send.
browser='text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
web "$url/"
expect "$TMP/lines" '^Vary: Accept$'
! grep -q '^Content-Security-Policy' "$TMP/lines" || fail 'the text has the policy of the page'
for accept in "$browser" text/html 'text/*;q=0.2, text/plain;q=0.1'; do
	web -H "Accept: $accept" "$url/"
	expect "$TMP/lines" '^Content-Type: text/html; charset=utf-8$'
	expect "$TMP/lines" '^Cache-Control: no-store$'
	expect "$TMP/lines" '^X-Content-Type-Options: nosniff$'
	expect "$TMP/lines" '^Vary: Accept$'
	expect "$TMP/lines" "^Content-Length: $(wc -c <"$TMP/content" | tr -d ' ')\$"
	expect "$TMP/content" '^<p class="greeting" .*>Hello, HTTP</p>$'
	expect "$TMP/content" '^<td><code>box &quot;1&quot;</code>$'
	expect "$TMP/content" '^<td><code>localhost</code>$'
done
# The policy is that of the style that was sent.
sed -n '/^<style>/,/^<\/style>/p' "$TMP/content" | sed 's/^<style>//; /^<\/style>/d' >"$TMP/style"
hash=$(openssl dgst -sha256 -binary <"$TMP/style" | openssl base64)
expect "$TMP/lines" "^Content-Security-Policy: default-src 'none'; style-src 'sha256-$hash';"
length=$(wc -c <"$TMP/content")
web -I -H "Accept: $browser" "$url/"
expect "$TMP/lines" '^Content-Type: text/html; charset=utf-8$'
[ "$(sed -n 's/^Content-Length: //p' "$TMP/lines")" -ge $((length - 10)) ] || fail 'HEAD tells another length'
# A name may be any bytes: here it is no more than text.
begin -alpn http/1.1 -servername '"><script>&'
printf 'GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n' >&4
wait_for "$PATIENCE" told '^</html>' || fail 'no page for a name of another kind'
finish_asking
expect "$TMP/told" '^<td><code>&quot;&gt;&lt;script&gt;&amp;</code>$'
# One that is refused is told so as text, whatever it accepts.
web -H "Accept: $browser" -X DELETE "$url/"
expect "$TMP/lines" '^Content-Type: text/plain; charset=utf-8$'
expect "$TMP/content" '^405 '
echo 'the report as a page'

# ---- a balancer's HTTP check -----------------------------------------------------------------------

if ! command -v haproxy >/dev/null 2>&1; then
	echo 'not installed, so not tried: haproxy'
	exit 0
fi

# A handshake that takes longer than inter is a failure.
check() {
	cat <<-CHECK
		backend $1
		    option httpchk
		    $2
		    server s 127.0.0.1:$PORT check check-ssl check-alpn http/1.1 check-sni localhost verify required verifyhost localhost ca-file $CA inter 2s
	CHECK
}

{
	cat <<-HAPROXY
		global
		    log stderr format raw local0
		defaults
		    mode tcp
		    log global
		    timeout connect 5s
		    timeout client 5s
		    timeout server 5s
		    timeout check 5s
		frontend nobody
		    bind unix@$TMP/haproxy.sock
		    default_backend plain
	HAPROXY
	check plain ''
	check get 'http-check send meth GET uri / ver HTTP/1.1 hdr Host localhost'
	check post 'http-check send meth POST uri / ver HTTP/1.1 hdr Host localhost'
} >"$TMP/haproxy.cfg"
log_on_failure "$TMP/haproxy.log"
before=$(count 'outcome=OK.* alpn=http/1.1 ')
haproxy -db -f "$TMP/haproxy.cfg" >"$TMP/haproxy.log" 2>&1 &
track $!
haproxy_said() {
	grep -q "$1" "$TMP/haproxy.log"
}
# This one shows that the checks look at the answer.
wait_for "$PATIENCE" haproxy_said 'post/s is DOWN.*405' || fail 'HAProxy does not see that POST is refused'
await 'outcome=OK.* alpn=http/1.1 ' $((before + 6))
! haproxy_said '\(plain\|get\)/s is DOWN' || fail "HAProxy's check fails"
echo "HAProxy's HTTP check: up"
stop_server
