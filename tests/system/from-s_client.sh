#!/bin/sh
# from-s_client.sh - runs every command of doc/from-s_client.md, which it reads from the page, at
# servers of its own. Both commands of a pair find the same, and exit with the statuses that the page
# gives for good and bad servers.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/revoke.sh
. "$srcdir/tests/system/revoke.sh"

need openssl jq timeout
PAGE=$srcdir/doc/from-s_client.md
HOSTS='www mtls mx imap db ldap'
make_pki
{
	"$srcdir/tests/support/badcerts.sh" "$PKI" expired lone &&
		"$HELLO_CERTS" issue "$PKI" other.test && "$HELLO_CERTS" issue "$PKI" --client friend &&
		"$HELLO_CERTS" issue "$PKI" brief.test localhost --days 10 &&
		"$HELLO_CERTS" issue "$PKI" rsa.test --key rsa &&
		"$HELLO_CERTS" init "$TMP/other" && "$HELLO_CERTS" issue "$TMP/other" localhost
} >"$TMP/out" 2>&1 || error "no certificates: $(cat "$TMP/out")"
: >"$TMP/out"
make_staple intermediate "$CERT" "$TMP/good.der"

# ---- the page --------------------------------------------------------------------------------------

# For each section: ID.left, ID.right, and ID.statuses with lines "SERVER LEFT and RIGHT".
ROWS_OF=$TMP/rows
mkdir "$ROWS_OF"
awk -v dir="$ROWS_OF/" '
	/^## / {
		id = tolower(substr($0, 4))
		gsub(/[^a-z0-9]+/, "_", id)
		sub(/^_/, "", id)
		fences = 0
		print id >(dir "all")
	}
	/^```/ { inside = !inside; fences += inside; next }
	inside { print >(dir id (fences == 1 ? ".left" : fences == 2 ? ".right" : ".third")); next }
	/^Exit status: / { statuses = ""; reading = 1; sub(/^Exit status: /, "") }
	reading {
		statuses = statuses (statuses == "" ? "" : " ") $0
		if (!sub(/[.]$/, "", statuses))
			next
		gsub(/; /, "\n", statuses)
		print statuses >(dir id ".statuses")
		reading = 0
	}' "$PAGE" || error "cannot read $PAGE"
[ "$(wc -l <"$ROWS_OF/all")" -ge 20 ] || fail 'the page has less than twenty sections'
[ -z "$(sort "$ROWS_OF/all" | uniq -d)" ] || fail 'two sections have the same name'
[ -z "$(find "$ROWS_OF" -name '*.third')" ] || fail 'a section has more than two blocks'

# ---- running its commands --------------------------------------------------------------------------

# The files that the commands name; and root needs a user for the workers of hello-server.
mkdir "$TMP/bin" "$TMP/here"
log_on_failure "$TMP/left"
log_on_failure "$TMP/right"
ln -s "$HELLO_CLIENT" "$TMP/bin/hello-client"
printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$HELLO_SERVER" "$WORK_AS" >"$TMP/bin/hello-server"
chmod 755 "$TMP/bin/hello-server"
cp "$CA" "$TMP/here/ca.pem"
cp "$PKI/friend/chain.pem" "$TMP/here/client.pem"
cp "$PKI/friend/key.pem" "$TMP/here/client.key"

# X.example.com, with its port or behind a scheme, is localhost at $port_X; 192.0.2.7 is 127.0.0.1.
put_hosts() {
	put_port=''
	put_edits="s/proxy[.]example[.]com:3128/127.0.0.1:$port_proxy/g; s/192[.]0[.]2[.]7:443/127.0.0.1:$port_www/g
		s/192[.]0[.]2[.]7/127.0.0.1/g; s/shop[.]example[.]com/other.test/g"
	for each in $HOSTS; do
		eval "put_port=\$port_$each"
		put_edits="$put_edits
			s,//${each}[.]example[.]com,//localhost:$put_port,g
			s/${each}[.]example[.]com:[0-9][0-9]*/localhost:$put_port/g
			s/${each}[.]example[.]com/localhost/g"
	done
	sed "$put_edits" "$1"
}

# run_side SIDE STATUS: of the section $id; its output is in $TMP/SIDE.
run_side() {
	put_hosts "$ROWS_OF/$id.$1" >"$TMP/command"
	# What --cacert and -CAfile name has to be enough.
	case $(cat "$TMP/command") in
	*ca.pem*) trusted=/dev/null ;;
	*) trusted=$CA ;;
	esac
	status=0
	(
		cd "$TMP/here" || exit 99
		PATH=$TMP/bin:$PATH SSL_CERT_FILE=$trusted exec timeout 60 sh "$TMP/command"
	) >"$TMP/$1" 2>&1 || status=$?
	case $2:$status in
	"$status:$2") ;;
	'?:124') fail "$id, $server: no end of: $(cat "$TMP/command")" ;;
	'?:'*) ;;
	*) fail "$id, $server: status $status, not $2, of: $(cat "$TMP/command")" ;;
	esac
}

# ---- servers -----------------------------------------------------------------------------------------

# stand_ins CERT KEY SERVICE:CASE...: they are all hosts.
stand_ins() {
	started=$((started + 1)) stand_ins_list=$TMP/stand-ins-$started
	"$builddir/tests/support/service_peer" --time 600 --cert "$1" --key "$2" "$3" "$4" "$5" "$6" "$7" \
		>"$stand_ins_list" &
	track $!
	wait_for "$PATIENCE" grep -qsx ready "$stand_ins_list" || fail "no stand-ins: $*"
	for each in www=https mtls=https mx=smtp imap=imap db=postgres ldap=ldap; do
		eval "port_${each%=*}=$(sed -n "s/^${each#*=}:[a-z]* //p" "$stand_ins_list")"
	done
}

bad_stand_ins() {
	stand_ins "$1/chain.pem" "$1/key.pem" https:good smtp:good imap:good postgres:good ldap:good
}

# www_is ARG...: hello-server, which answers a request of HTTP.
www_is() {
	start_server --workers 1 "$@"
	port_www=$PORT
}

# A stapled response that says revoked: hello-server refuses to start with it.
serve_revoked() {
	"$HELLO_CERTS" issue "$PKI" revoked.test localhost >"$TMP/out" 2>&1 || error "$(cat "$TMP/out")"
	revoke intermediate "$PKI/revoked.test/chain.pem"
	make_staple intermediate "$PKI/revoked.test/chain.pem" "$TMP/revoked.der"
	free_port
	openssl s_server -accept "127.0.0.1:$PORT" -www -cert "$PKI/revoked.test/chain.pem" \
		-key "$PKI/revoked.test/key.pem" -cert_chain "$PKI/intermediate.pem" \
		-status_file "$TMP/revoked.der" >"$TMP/s_server" 2>&1 </dev/null &
	track $!
	log_on_failure "$TMP/s_server"
	wait_for "$PATIENCE" is_listening "$PORT" || fail 'no s_server'
	port_www=$PORT
}

chain_of() {
	cp "$PKI/$1/chain.pem" "$TMP/here/chain.pem" || error 'cp'
}

pair() {
	cp "$PKI/$1/chain.pem" "$TMP/here/chain.pem" || error 'cp'
	cp "$PKI/$2/key.pem" "$TMP/here/key.pem" || error 'cp'
}

serve_good() {
	stand_ins "$CERT" "$KEY" https:good smtp:good imap:good postgres:good ldap:good
	www_is --tickets 2 --cert "$CERT" --key "$KEY" --ocsp "$TMP/good.der" --cert "$PKI/other.test/chain.pem" \
		--key "$PKI/other.test/key.pem"
	start_server --workers 1 --client-ca "$CA"
	port_mtls=$PORT
	start_box --time 600 connect
	port_proxy=$PORT
}

# serve NAME: as the page calls it; the hosts of a case that it does not concern are good.
serve() {
	case $1 in
	good) serve_good ;;
	expired) bad_stand_ins "$PKI/expired" ;;
	'wrong name') bad_stand_ins "$PKI/other.test" ;;
	'unknown CA') bad_stand_ins "$TMP/other/localhost" ;;
	'missing intermediate') bad_stand_ins "$PKI/lone" ;;
	'ends in 10 days') bad_stand_ins "$PKI/brief.test" ;;
	'TLS off')
		stand_ins "$CERT" "$KEY" https:good smtp:stripped imap:stripped postgres:refused ldap:refused
		;;
	'closed port') free_port && port_www=$PORT ;;
	'TLS 1.3 only') www_is --tls-min 1.3 ;;
	'AES-128 only') www_is --tls-max 1.2 --ciphers ECDHE-ECDSA-AES128-GCM-SHA256 ;;
	revoked) serve_revoked ;;
	'refused certificate')
		start_server --workers 1 --client-ca "$TMP/other/ca.pem"
		# shellcheck disable=SC2034 # put_hosts reads it
		port_mtls=$PORT
		;;
	'denying proxy')
		start_box --time 600 connect-403
		port_proxy=$PORT
		;;
	'good chain') chain_of localhost ;;
	'expired chain') chain_of expired ;;
	'chain without intermediate') chain_of lone ;;
	'chain for another name') chain_of other.test ;;
	'RSA pair') pair rsa.test rsa.test ;;
	'ECDSA pair') pair other.test other.test ;;
	'key of another certificate') pair rsa.test other.test ;;
	*) fail "the page has a server that this test does not know: $1" ;;
	esac
}

# ---- what both find ------------------------------------------------------------------------------------

says() {
	grep -qe "$2" "$TMP/$1" || fail "$id, $server: \"$2\" is not in: $(cat "$TMP/$1")"
}

same() {
	[ -z "$1" ] || [ "$1" != "$2" ] || return 0
	fail "$id, $server: \"$1\" is not \"$2\""
}

# 3.2 and newer have no blanks around the sign.
common_names() {
	sed -n "s/^$1.*CN *= *//p" "$TMP/left"
}

iso() {
	date -u -d "$(sed -n "s/^$1=//p" "$TMP/left")" +%Y-%m-%dT%H:%M:%SZ
}

# The certificate was verified, in the same version of TLS.
find_handshake() {
	says left '^ *Verify return code: 0 (ok)$'
	find_version=$(sed -n 's/^New, \(.*\), Cipher is .*/\1/p' "$TMP/left")
	says right "^handshake  *${find_version:-none} "
}

find_x509_enddate() {
	find_days=$((($(date -d "$(sed -n 's/^notAfter=//p' "$TMP/left")" +%s) - $(date +%s)) / 86400))
	says right "^verify .* $find_days days left\$"
}

find_x509_dates() {
	same "$(cat "$TMP/right")" "OK
$(iso notBefore)
$(iso notAfter)"
}

find_x509_subject_issuer() {
	same "$(cat "$TMP/right")" "$(common_names subject)
$(common_names issuer)"
}

find_x509_ext_subjectaltname() {
	same "$(cat "$TMP/right")" "$(sed -n 's/^ *DNS:/DNS:/p' "$TMP/left" | tr ',' '\n' |
		sed 's/^ *[A-Za-z ]*://; s/^0:0:0:0:0:0:0:1$/::1/')"
}

find_x509_fingerprint() {
	same "$(cat "$TMP/right")" "$(sed 's/.*=//; s/://g' "$TMP/left" | tr 'A-F' 'a-f')"
}

find_showcerts() {
	same "$(sed -n '/^-----BEGIN/,/^-----END/p' "$TMP/right")" "$(cat "$TMP/left")"
}

find_verify() {
	says left '^chain.pem: OK$'
}

find_s_client_tls1_2() {
	says left 'alert protocol version'
	says right "HANDSHAKE_PARAMETERS, as expected"
}

find_servername() {
	same "$(common_names subject)" other.test
	same "$(cat "$TMP/right")" other.test
}

find_connect_address_servername() {
	says left '^ *Verify return code: 0 (ok)$'
	says right '^HTTP/1.1 200 OK$'
}

find_cafile() {
	find_connect_address_servername
}

find_verify_hostname_verify_return_error() {
	find_connect_address_servername
}

find_starttls_smtp() {
	find_handshake
	says right '^250-mx.test$'
}

find_starttls_imap() {
	find_handshake
	says right '^[*] BYE out$'
}

find_starttls_postgres() {
	find_handshake
	says right '^starttls .* is ready for TLS'
}

find_starttls_ldap() {
	find_starttls_postgres
}

find_tls1_2() {
	find_handshake
	says left '^New, TLSv1.2, '
	says right '^handshake  *TLSv1.2 '
}

find_cipher() {
	find_handshake
	for each in left right; do
		says $each 'ECDHE-ECDSA-AES256-GCM-SHA384'
	done
}

find_alpn() {
	same "$(sed -n 's/^ALPN protocol: //p' "$TMP/left")" http/1.1
	# A longer group puts it on a line of its own.
	says right '^\(handshake .*\| *\)http/1.1\( .*\)*$'
}

find_cert_key() {
	find_connect_address_servername
	says left '^Acceptable client certificate CA names$'
}

find_status() {
	says left '^ *Cert Status: good$'
	says right '^ *staple: good until 20'
}

find_proxy() {
	find_connect_address_servername
}

find_x509_checkend() {
	says left '^Certificate will not expire$'
	says right '^HELLO OK - '
}

find_reconnect() {
	says left '^Reused, TLSv1.2'
	says right '^hello-client: resumed: the second connection resumed the first session (TLSv1.3)$'
}

find_x509_modulus_rsa_modulus() {
	find_hashes=$(sed 's/.*= *//' "$TMP/left" | uniq | wc -l)
	case $server in
	'RSA pair') same "$find_hashes" 1 ;;
	'ECDSA pair') [ "$find_hashes" -gt 1 ] || fail 'openssl compares ECDSA keys' ;;
	'key of another certificate')
		[ "$find_hashes" -gt 1 ] || fail 'openssl does not see that the key is another one'
		says right 'does not belong to the certificate'
		;;
	esac
}

# ---- each section at each of its servers -------------------------------------------------------------------

# Most sections begin with the same servers.
serve_good
good_ports=$(for each in $HOSTS proxy; do
	eval "echo port_$each=\$port_$each"
done)
pairs=0
while read -r id; do
	for each in left right statuses; do
		[ -s "$ROWS_OF/$id.$each" ] || fail "the section $id has no $each"
	done
	grep -q '^\(! \)*openssl ' "$ROWS_OF/$id.left" || fail "$id: the first command is not openssl's"
	grep -q '^hello-' "$ROWS_OF/$id.right" || fail "$id: the second command is not one of ours"
	while read -r line; do
		server=${line% * and *} right_status=${line##* }
		left_status=${line% and *} left_status=${left_status##* }
		eval "$good_ports"
		[ "$server" = good ] || serve "$server"
		run_side left "$left_status"
		run_side right "$right_status"
		case $server in
		good)
			[ "$right_status" -ne 0 ] || "find_$id"
			;;
		'TLS 1.3 only' | 'good chain')
			[ "$right_status" -ne 0 ] || "find_$id"
			;;
		*' pair' | *' another certificate') "find_$id" ;;
		esac
		pairs=$((pairs + 1))
	done <"$ROWS_OF/$id.statuses"
done <"$ROWS_OF/all"
[ $pairs -ge 50 ] || fail "only $pairs pairs of commands were run"
echo "$pairs pairs of commands, of $(wc -l <"$ROWS_OF/all") sections"
