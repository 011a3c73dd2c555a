#!/bin/sh
# resume.sh - a session resumes where the server gives tickets, on both ways that a greeting can go,
# and does not where it gives none.
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
stop_server
