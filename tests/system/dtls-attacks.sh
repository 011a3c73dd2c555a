#!/bin/sh
# dtls-attacks.sh - who returned a cookie and then misbehaves cannot make a DTLS server keep much, send much or
# say what is not true: records and messages that are not due, a message that is too long, datagrams
# without a record; a client that begins anew at its old port is served at once.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

make_pki

# attack KIND N: their sockets stay open until let_go.
attack() {
	hold "$builddir/tests/support/dtls_attacks" "$1" "$2" "$PORT"
}
said() {
	sed -n "s/.* $1=\([0-9]*\).*/\1/p" "$TMP/held"
}

# cost KIND: kB for each of a hundred clients.
cost() {
	start_server --listen dtls:127.0.0.1:0 --drain-timeout 1s
	attack stop 3
	let_go
	before=$(resident)
	attack "$1" 100
	after=$(resident)
	let_go
	stop_server
	each=$(((after - before) / 100))
	echo "$1: $each kB for each client"
}
cost stop
idle=$each
for kind in later early; do
	cost $kind
	! grep -aq __asan_init "$HELLO_SERVER" || continue # which keeps what was freed
	[ $each -lt $((idle + 90)) ] || fail "$kind: $each kB for each client, and $idle for one that does nothing"
done

start_server --listen dtls:127.0.0.1:0 --handshake-timeout 2s --linger-timeout 1s
attack long 2
await 'outcome=HANDSHAKE_FAILED .*detail="the TLS library rejected a message without a reason, as it does if one is too long"' 2
let_go
attack empty 2
await 'outcome=HANDSHAKE_TIMEOUT .*the client stopped in the middle' 2
let_go
attack again 2
[ "$(said flights)" -eq 2 ] || fail "who begins anew is not answered: $(cat "$TMP/held")"
await 'outcome=HANDSHAKE_CLOSED .*detail="the client began another connection from the same port"' 2
let_go
attack repeat 2
[ "$(said received)" -le "$(said sent)" ] || fail "a repeated ClientHello is answered: $(cat "$TMP/held")"
await 'outcome=HANDSHAKE_TIMEOUT .*offers="versions up to DTLSv1.2; groups 1: secp256r1; ciphers 2: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 ' 4
let_go
[ "$(count 'closed the connection')" -eq 0 ] || fail 'datagrams have no end that a client could close'
stop_server
