#!/bin/sh
# cross-signed.sh - chains with more than one path. hello-client decides as OpenSSL does, which follows one
# path. If another one is valid it says so, then and only then: Go searches, and accepts the server. After
# the advice OpenSSL accepts it, too.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/paths/sets.sh
. "$srcdir/tests/paths/sets.sh"

need openssl timeout
cd "$TMP" || exit 99
export SSL_CERT_FILE=/dev/null # openssl would read the system's trust each time
make_path_certs
path_sets >sets
clients=$(path_clients)

# verdict CLIENT: sets $verdict.
verdict() {
	verdict=no
	! judges "$1" || verdict=yes
}

tab=$(printf '\t') told=0 set=0
while IFS=$tab read -r what sent trusted; do
	set=$((set + 1))
	send_set "$sent" "$trusted"
	verdict OpenSSL
	openssl=$verdict
	verdict hello-client
	[ "$verdict" = "$openssl" ] || fail "$what: $verdict, but OpenSSL says $openssl: $(cat said)"
	search=$verdict
	if grep -q '; another path, to the root "[^"]*", is valid' said; then
		[ "$verdict" = no ] || fail "$what: another path of a good chain: $(cat said)"
		search=yes told=$((told + 1))
	fi
	case $clients in
	*Go*)
		verdict Go
		[ "$verdict" = "$search" ] || fail "$what: $verdict, not $search, says Go: $(cat said)" ;;
	esac
	echo "$what: OpenSSL $openssl, with a search $search"
	stop_server
done <sets
# OpenSSL 4 does not find the right one behind 50 others, either.
if [ "$set" -ne 15 ] || [ "$told" -lt 2 ]; then
	fail "$set sets, another path in $told"
fi
case $clients in *Go*) ;; *) echo 'not tried: go is not installed' ;; esac

# ---- the sentence and the advice -----------------------------------------------------------------

send_set 'leaf our-old our-new' new
CA=new.pem
sentence='; another path, to the root "New root", is valid: clients that search for one, as Go and browsers do, accept it; OpenSSL does not search'
run_status 50 "$HELLO_CLIENT" --cacert "$CA" 127.0.0.1 "$PORT"
grep -qF "$sentence" err || fail "no other path: $(cat err)"
expect err '^  try: let the server send its chain without "Our CA", for clients that do not search$'
run_status 50 "$HELLO_CLIENT" --json --cacert "$CA" 127.0.0.1 "$PORT"
expect out '"other_path":\["localhost","Our CA","New root"\]'
run_status 50 "$HELLO_CLIENT" --cacert "$CA" --chain sent.pem localhost
grep -qF "$sentence" err || fail "no other path in a file: $(cat err)"
expect err '^  try: use the chain without "Our CA", '

# The server's own check warns before anybody is refused.
# shellcheck disable=SC2086 # options
run_status 6 "$HELLO_SERVER" $WORK_AS --check --listen 127.0.0.1:0 --cert sent.pem --key leaf.key
expect out '^warning: sent.pem: "Our CA" is twice in the chain, issued by "Old root" and by "New root": '
[ "$(wc -l <out)" -eq 1 ] || fail "more warnings: $(cat out)"

cat leaf.pem our-new.pem >one.pem
cat leaf.pem our-old.pem >other.pem
run_status 0 "$HELLO_CLIENT" --json --cacert "$CA" --chain one.pem localhost
expect out '"other_path":null'
run_status 50 "$HELLO_CLIENT" --cacert "$CA" --chain other.pem localhost
! grep 'another path' err || fail 'a path over a certificate that is not there'

# A leaf that is rejected by itself is rejected on each path, also if the library looks at the path alone.
signed agrees localhost agrees our-new our basicConstraints=critical,CA:false keyUsage=critical,keyAgreement \
	extendedKeyUsage=serverAuth subjectAltName=DNS:localhost
cat agrees.pem our-new.pem >no-signature.pem
run_status 55 "$HELLO_CLIENT" --cacert "$CA" --chain no-signature.pem localhost
! grep 'another path' err || fail 'a key that may not sign has another path'
run_status 54 "$HELLO_CLIENT" --cacert "$CA" --chain one.pem --verify-name spiffe://a.test/b localhost
! grep 'another path' err || fail 'a certificate without the URI has another path'

# ---- --check finds it before a client does -------------------------------------------------------

# checked STATUS FILE...: the chain of these files, with the new root as this system's trust.
checked() {
	checked_status=$1
	shift
	cat "$@" >sent.pem
	# shellcheck disable=SC2086  # words, or none
	SSL_CERT_FILE=$CA run_status "$checked_status" "$HELLO_SERVER" --check $WORK_AS \
		--listen 127.0.0.1:0 --cert sent.pem --key leaf.key
}
checked 6 leaf.pem our-old.pem our-new.pem
expect out '^warning: sent.pem: with the roots of this system, clients that do not search for a path, such as OpenSSL, reject the chain; those that search, as Go and browsers do, accept it with the root "New root": remove "Our CA" from the chain$'
checked 0 leaf.pem our-new.pem
checked 0 leaf.pem our-old.pem
