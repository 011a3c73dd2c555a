#!/bin/sh
# resume.sh - a session resumes where the server gives tickets, on both ways that a greeting can go,
# and does not where it gives none; hello-client --resume tells which.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# ask ARG...: one connection of s_client, with the greeting; how it was made is in $made.
ask() {
	run_status 0 openssl s_client -ign_eof -verify_return_error -CAfile "$CA" \
		-verify_hostname localhost -connect "127.0.0.1:$PORT" "$@" </dev/null
	expect "$TMP/out" "^$GREETING\$"
	made=$(sed -n 's/^\(New\|Reused\), .*/\1/p' "$TMP/out" | head -n 1)
}

# twice NAME EXPECTED ARG...: is the second connection New or Reused?
twice() {
	name=$1 expected=$2
	shift 2
	rm -f "$TMP/session"
	ask "$@" -sess_out "$TMP/session"
	[ "$made" = New ] || fail "$name: the first handshake is $made"
	[ -s "$TMP/session" ] || [ "$expected" = New ] || fail "$name: no session"
	if [ -s "$TMP/session" ]; then
		ask "$@" -sess_in "$TMP/session"
	else
		ask "$@"
	fi
	[ "$made" = "$expected" ] || fail "$name: the second handshake is $made, not $expected"
	echo "$name: $made"
}

# hello_client EXPECTED ARG...: the greeting once, and what --resume says.
hello_client() {
	expected=$1
	shift
	run_status 0 "$HELLO_CLIENT" -v --resume --cacert "$CA" --servername localhost "$@" "127.0.0.1:$PORT"
	printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail 'not the greeting, and once'
	expect "$TMP/err" "^hello-client: $expected"
	printf 'hello-client: %s\n' "$(sed -n 's/^hello-client: //p' "$TMP/err")"
}

start_server --tickets 1
for version in 1.2 1.3; do
	hello_client "resumed: .* (TLSv$version)\$" --tls-max $version
	[ "$(grep -c '^\(handshake .*\|          \) resumed\( \|$\)' "$TMP/err")" -eq 1 ] || fail 'not one of two was resumed'
	[ "$(grep -c '^verify .*localhost <- ' "$TMP/err")" -eq 2 ] || fail 'not both were verified'
	await "protocol=TLSv$version .* resumed=yes"
done

# Many probes, one after the other: all but the first one resume.
run_status 0 "$HELLO_CLIENT" -c 4 -i 1ms --parallel 1 --resume --cacert "$CA" localhost "$PORT"
expect "$TMP/out" '^1 full handshakes, 3 resumed'

run_status 0 "$HELLO_CLIENT" -q --resume --cacert "$CA" localhost "$PORT"
[ ! -s "$TMP/err" ] || fail '-q is not quiet'
outcome 71 GREETING_MISMATCH --resume --expect Nothing --cacert "$CA" localhost "$PORT"
stop_server
start_server --tickets 1
twice 'TLS 1.3, early greeting' Reused -tls1_3 -groups X25519
twice 'TLS 1.2' Reused -tls1_2
stop_server
[ "$(count 'outcome=OK')" -eq 4 ] || fail 'not all are logged as greeted'

# A retry takes the second way; the session is resumed on it too.
start_server --tickets 2 --groups P-256
twice 'TLS 1.3, after a retry' Reused -tls1_3 -groups X25519:P-256
stop_server

start_server
twice 'TLS 1.3 without tickets' New -tls1_3
hello_client 'not resumed: the server issued no session (TLSv1.3)$'
run_status 0 "$HELLO_CLIENT" -c 2 -i 1ms --resume --cacert "$CA" localhost "$PORT"
expect "$TMP/out" '^Nothing was resumed: .*--tickets 1'
hello_client 'resumed: ' --tls-max 1.2
stop_server
