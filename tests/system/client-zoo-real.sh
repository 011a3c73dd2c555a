#!/bin/sh
# client-zoo-real.sh - --client-zoo at the servers that people run, with mutual TLS set up right and wrong:
# each wrong setting is found, and a right one lets in nobody whom its CA does not know. nginx, HAProxy,
# s_server and gnutls-serv; with ROWS=all also stunnel, Go, Redis, PostgreSQL, OpenLDAP and MariaDB, and more settings.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/real.sh
. "$srcdir/tests/system/real.sh"
# shellcheck source=tests/mtls/servers.sh
. "$srcdir/tests/mtls/servers.sh"

has() {
	printf '%s\n' "$2" | grep -qx "$1"
}

# Whatever else it does with certificates of its own CA: that depends on its library.
check_right() {
	case $status,$server in
	0,* | 81,gnutls-serv | 81,Go | 81,Redis | 81,OpenLDAP | 83,MariaDB | 61,MariaDB) ;;
	*) fail "$cell: status $status" ;;
	esac
	for each in none unknown-root self-signed expired not-yet-valid wrong-key; do
		! has "$each" "$in" || fail "$cell: let in $each"
	done
	[ "$status" -eq 61 ] || expect "$TMP/out" '^client-good  *accept  *\(accepted\|not proven\)'
}

check_wrong() {
	case $client in
	good) expect "$TMP/out" '^client-good  *accept  *not asked' ;;
	'?'*) has "${client#?}" "$(mutual_unknown)" || fail "$cell: known: $client" ;;
	*) has "$client" "$in" || fail "$cell: did not let in $client" ;;
	esac
	case $client,$status in
	'?'*,83) ;;
	*,81) expect "$TMP/err" '^hello-client: CLIENT_AUTH_OPEN: ' ;;
	*) fail "$cell: status $status" ;;
	esac
	case $client in
	none) expect "$TMP/out" '^The server lets in a client without a certificate: ' ;;
	unknown-root) expect "$TMP/out" '^The server lets in a certificate that its CA did not issue: ' ;;
	revoked) expect "$TMP/out" '^The server lets in a revoked certificate: ' ;;
	esac
}

make_mutual_zoo
mutual_rows >"$TMP/rows"
while IFS='|' read -r server verdict client when setting arguments; do
	[ "$when" = quick ] || all_rows || continue
	if ! has_mutual "$server"; then
		case " $missing " in *" $server "*) ;; *) missing="$missing $server" ;; esac
		continue
	fi
	cell="$server, $setting"
	start_mutual "$server" "$arguments"
	visit_mutual
	in=$(mutual_let_in)
	case $verdict in wrong) check_wrong ;; *) check_right ;; esac
	stop_all
	echo "$cell: status $status, let in:" "$(echo "$in" | xargs)"
	tried=$server
done <"$TMP/rows"
[ -n "$tried" ] || skip "none of them is here, or we are not root:$missing"
echo "not here:${missing:- none}"
