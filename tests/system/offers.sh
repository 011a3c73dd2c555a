#!/bin/sh
# offers.sh - the log line of a failed handshake, and the report, have what the client offered, as
# somebody else reads it from the bytes that a relay recorded.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl python3 jq
make_pki
capture=$srcdir/tests/support/hello_capture.py
number=0

begin() {
	start_server "$@"
	mkdir "$TMP/capture-$started" || error 'no folder'
	python3 "$capture" relay "$PORT" "$TMP/capture-$started" >"$TMP/relay-$started" &
	relay=$!
	track "$relay"
	wait_for 30 test -s "$TMP/relay-$started" || error 'no relay'
	read -r through <"$TMP/relay-$started"
	number=0
}

end() {
	kill "$relay"
	wait "$relay" 2>/dev/null
	untrack "$relay"
	stop_server
}

# The next client was recorded; sets $names, which it offers.
recorded() {
	number=$((number + 1))
	wait_for 30 test -s "$TMP/capture-$started/$number" || fail "$1 sent nothing"
	names=$(python3 "$capture" names "$TMP/capture-$started/$number") || fail "$1: no ClientHello"
	echo "$1: $names"
}

# failed NAME REGEX: this client has failed; its line has exactly the same, which matches.
failed() {
	recorded "$1"
	wait_for 30 has_lines "$number" || fail "$1: no line"
	sed -n "${number}{s/.* offers=\"\(.*\)\"\$/\1/p;}" "$TMP/lines" >"$TMP/logged"
	printf '%s\n' "$names" | cmp -s - "$TMP/logged" ||
		fail "$1: logged is: $(cat "$TMP/logged")"
	expect "$TMP/logged" "$2"
}

has_lines() {
	grep ' peer=' "$SERVER_LOG" >"$TMP/lines"
	[ "$(wc -l <"$TMP/lines")" -ge "$1" ]
}

# connect ARG...: openssl s_client through the relay, which fails.
connect() {
	openssl s_client -connect "127.0.0.1:$through" "$@" </dev/null >"$TMP/said" 2>&1
}

# ---- five clients that fail ------------------------------------------------------------------------

begin --workers 1 --groups P-384
if openssl s_client -help 2>&1 | grep -q -e ' -tls1 '; then
	connect -tls1 -cipher ALL@SECLEVEL=0 -servername localhost
else
	python3 "$capture" send "$through" tls-1.0 || error 'tls-1.0 was not sent'
fi
failed 'TLS 1.0 only' '^versions up to TLSv1\.0; .*signatures none$'
expect "$TMP/lines" 'detail="the client offers at most TLS 1\.0; the minimum here is 1\.2"'

connect -tls1_3 -noservername -groups P-521
failed 'no SNI' '^versions 1: TLSv1\.3; groups 1: secp521r1; '
[ -z "$(python3 "$capture" sni "$TMP/capture-$started/$number")" ] || error 's_client requested a name'
expect "$TMP/lines" 'detail="no common group: the client offers secp521r1; this server allows P-384"'
! grep -q 'secp521r1.* sni=' "$TMP/lines" || fail 'a name that was not requested'

for each in post-quantum 200-ciphers grease; do
	python3 "$capture" send "$through" $each || error "$each was not sent"
	case $each in
	post-quantum) failed $each 'groups 3: X25519MLKEM768 SecP384r1MLKEM1024 ' ;;
	200-ciphers) failed $each '; ciphers 200: .* \.\.\.; signatures 1: ' ;;
	grease) failed $each '^versions 3: GREASE TLSv1\.3 TLSv1\.2; groups 2: GREASE secp521r1; ciphers 3: GREASE ' ;;
	esac
done

# The library rejects this one before it shows it to anybody; what came before the fault is logged.
python3 "$capture" send "$through" twice || error 'it was not sent'
wait_for 30 has_lines $((number + 1)) || fail 'twice: no line'
tail -n 1 "$TMP/lines" >"$TMP/logged"
expect "$TMP/logged" 'outcome=HANDSHAKE_FAILED .* offers="versions 1: TLSv1\.3; groups 1: x25519; ciphers 1: TLS_AES_128_GCM_SHA256; signatures 1: ecdsa_secp256r1_sha256; the rest is malformed"$'
end

# A client with a hybrid of its own, where the library has one.
if openssl s_client -groups X25519MLKEM768 -connect 127.0.0.1:1 2>&1 </dev/null |
	grep -q 'Connection refused'; then
	begin --workers 1 --groups P-384
	connect -tls1_3 -groups X25519MLKEM768
	failed 'a real hybrid' '; groups 1: X25519MLKEM768; '
	end
fi

# ---- nothing is known, or nothing failed -------------------------------------------------------------

begin --workers 1
printf '\026\003\001\000\100\001\000\000\074\003\003' | "$CROWD" say "$PORT" >"$TMP/said"
await 'the client sent only part of its ClientHello'
greeted || fail 'not greeted'
await outcome=OK
! logged offers= || fail 'offers without a whole ClientHello, or without a failure'
end

# ---- JSON, and the report --------------------------------------------------------------------------

begin --workers 1 --log-format json --report
connect -tls1_2 -cipher AES128-SHA -servername localhost
recorded 'JSON'
await '"outcome":"HANDSHAKE_PARAMETERS"'
grep '"HANDSHAKE_PARAMETERS"' "$SERVER_LOG" | jq -r .offers >"$TMP/logged"
printf '%s\n' "$names" | cmp -s - "$TMP/logged" || fail "JSON: logged is: $(cat "$TMP/logged")"

connect -tls1_3 -quiet -no_ign_eof -servername localhost
recorded 'report in TLS 1.3'
expect "$TMP/said" "^offers: $names\$"
connect -tls1_2 -quiet -no_ign_eof -servername localhost
recorded 'report in TLS 1.2'
expect "$TMP/said" "^offers: $names\$"

run_status 0 "$HELLO_CLIENT" --compare --json --cacert "$CA" --servername localhost 127.0.0.1 "$through"
recorded 'hello-client'
[ "$(jq -r .report.offers "$TMP/out")" = "$names" ] || fail "the client shows: $(jq .report "$TMP/out")"
end
