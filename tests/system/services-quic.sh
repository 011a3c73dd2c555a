#!/bin/sh
# services-quic.sh - hello-client quic:// at the servers that people run: nginx, HAProxy, Caddy, ngtcp2
# and aioquic, below a folder of our own and on free ports of the loopback, each with a good
# certificate, with a client that expects another one, and with client certificates where the server
# can ask for them. Those that are not installed are named (Debian has aioquic as python3-aioquic since
# trixie).
# shellcheck disable=SC2086 # $SLOWLY is a list of words
REPEAT=${REPEAT-1}
# A server that was just started may need its time to answer on a busy machine.
SLOWLY="-4 --connect-timeout 30 --handshake-timeout 30"
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/real.sh
. "$srcdir/tests/system/real.sh"

need openssl
"$HELLO_CLIENT" -q quic://127.0.0.1:1 2>"$TMP/err"
! grep -q 'built without QUIC' "$TMP/err" || skip 'this build has no QUIC'
make_pki
{
	"$HELLO_CERTS" issue "$PKI" --client friend && "$HELLO_CERTS" init "$TMP/other" &&
		"$HELLO_CERTS" issue "$TMP/other" --client stranger
} >"$TMP/out" 2>&1 || error "no certificates: $(cat "$TMP/out")"

# ---- what the client makes of them -----------------------------------------------------------------

is_bound() {
	grep -q "^ *[0-9]*: [0-9A-F]*:$(printf '%04X' "$1") " /proc/net/udp /proc/net/udp6
}

# launch_udp PORT COMMAND...
launch_udp() {
	launch_port=$1
	shift
	"$@" >"$D/log.out" 2>&1 </dev/null &
	track $!
	log_on_failure "$D/log.out"
	wait_for "$PATIENCE" is_bound "$launch_port" || fail "it does not bind: $*: $(cat "$D"/log*)"
}

# good PORT [silent|failure]: it opens a stream at once (HTTP/3), and wrong certificates are refused.
# Without a common protocol the server sends the alert for that, nothing, or another alert.
good() {
	good_at=quic://localhost:$1
	run_status 0 "$HELLO_CLIENT" -v $SLOWLY --cacert "$CA" "$good_at"
	expect "$TMP/err" '^handshake  *QUICv1 TLS_'
	expect "$TMP/err" ' h3\( \|$\)'
	[ ! -s "$TMP/out" ] || fail "on standard output: $(cat "$TMP/out")"
	run_status 0 "$HELLO_CLIENT" --path-test $SLOWLY --cacert "$CA" "$good_at"
	expect "$TMP/out" '^datagrams of 1452  *OK '
	outcome 50 CERT_UNKNOWN_CA $SLOWLY --cacert "$TMP/other/ca.pem" "$good_at"
	outcome 54 CERT_WRONG_NAME $SLOWLY --cacert "$CA" --verify-name other.test "$good_at"
	case ${2-} in
	silent)
		outcome 41 HANDSHAKE_TIMEOUT $SLOWLY --cacert "$CA" --alpn unknown/9 \
			--handshake-timeout 500ms "$good_at"
		;;
	failure)
		outcome 42 HANDSHAKE_ALERT $SLOWLY --cacert "$CA" --alpn unknown/9 "$good_at"
		expect "$TMP/err" '(40): "No common ALPN protocols"'
		;;
	*) outcome 45 HANDSHAKE_PARAMETERS $SLOWLY --cacert "$CA" --alpn unknown/9 "$good_at" ;;
	esac
}

# asks PORT: a good client certificate, and what the client knows of it.
asks() {
	asks_at=quic://localhost:$1
	run_status 0 "$HELLO_CLIENT" $SLOWLY --cacert "$CA" --cert "$PKI/friend/chain.pem" \
		--key "$PKI/friend/key.pem" "$asks_at"
}

# ---- servers -------------------------------------------------------------------------------------------

try_nginx() {
	free_port && plain=$PORT
	free_port && mutual=$PORT
	nginx_config <<-CONFIG
		ssl_certificate $D/chain.pem; ssl_certificate_key $D/key.pem;
		server { listen 127.0.0.1:$plain quic; location / { return 200 "hello"; } }
		server {
			listen 127.0.0.1:$mutual quic;
			ssl_verify_client on; ssl_client_certificate $CA; ssl_verify_depth 3;
			location / { return 200 "hello"; }
		}
	CONFIG
	launch_udp "$plain" nginx -p "$D" -c "$D/nginx.conf" -e "$D/log"
	good "$plain"
	run_status 0 "$HELLO_CLIENT" $SLOWLY --cacert "$CA" --resume "quic://localhost:$plain"
	expect "$TMP/err" 'resumed the first session'
	asks "$mutual"
	expect "$TMP/err" 'note: the server may not have accepted the client certificate'
	# It says so only in HTTP: a note is all that is known.
	run_status 0 "$HELLO_CLIENT" $SLOWLY --cacert "$CA" "quic://localhost:$mutual"
	expect "$TMP/err" 'note: the server requested a client certificate and may still require one'
}
nginx_has_quic() {
	nginx -V 2>&1 | grep -q http_v3_module
}
if there nginx nginx && nginx_has_quic; then try_nginx; fi

# refused STATUS ARG...: a busy machine may refuse after the client has stopped waiting for it.
refused() {
	refused_status=$1 status=0
	shift
	"$HELLO_CLIENT" $SLOWLY --cacert "$CA" "$@" >"$TMP/out" 2>"$TMP/err" || status=$?
	[ $status -eq "$refused_status" ]
}

try_haproxy() {
	free_port && plain=$PORT
	free_port && mutual=$PORT
	cat "$D/chain.pem" "$D/key.pem" >"$D/both.pem"
	cat >"$D/haproxy.cfg" <<-CONFIG
		global
		  limited-quic
		defaults
		  mode http
		  timeout client 10s
		  timeout server 10s
		  timeout connect 10s
		frontend f
		  bind quic4@127.0.0.1:$plain ssl crt $D/both.pem alpn h3
		  bind quic4@127.0.0.1:$mutual ssl crt $D/both.pem alpn h3 ca-file $CA verify required
		  http-request return status 200
	CONFIG
	launch_udp "$plain" haproxy -db -f "$D/haproxy.cfg"
	# As built for OpenSSL: limited-quic loses alerts of the handshake.
	good "$plain" silent
	asks "$mutual"
	wait_for "$PATIENCE" refused 60 "quic://localhost:$mutual" ||
		fail "no client certificate: $(cat "$TMP/err")"
	wait_for "$PATIENCE" refused 61 --cert "$TMP/other/stranger/chain.pem" \
		--key "$TMP/other/stranger/key.pem" "quic://localhost:$mutual" ||
		fail "another client certificate: $(cat "$TMP/err")"
}
haproxy_has_quic() {
	haproxy -vv | grep -q '+QUIC'
}
if there HAProxy haproxy && haproxy_has_quic; then try_haproxy; fi

try_caddy() {
	free_port
	cat >"$D/Caddyfile" <<-CONFIG
		{
			admin off
			auto_https disable_redirects
		}
		https://localhost:$PORT {
			bind 127.0.0.1
			tls $D/chain.pem $D/key.pem
			respond hello
		}
	CONFIG
	launch_udp "$PORT" env HOME="$D" caddy run --adapter caddyfile --config "$D/Caddyfile"
	good "$PORT"
}
if there Caddy caddy; then try_caddy; fi

try_ngtcp2() {
	free_port
	launch_udp "$PORT" gtlsserver -q 127.0.0.1 "$PORT" "$D/key.pem" "$D/chain.pem"
	good "$PORT"
	free_port
	launch_udp "$PORT" gtlsserver -q --validate-addr 127.0.0.1 "$PORT" "$D/key.pem" "$D/chain.pem"
	good "$PORT"
}
if there ngtcp2 gtlsserver; then try_ngtcp2; fi

# aio KIND...
aio() {
	free_port
	launch_udp "$PORT" python3 "$srcdir/tests/support/quic_aio.py" "$PORT" "$D/chain.pem" \
		"$D/key.pem" "$@"
}
try_aioquic() {
	for each in plain retry; do
		aio $each
		good "$PORT" failure
	done
	# Errors of QUIC itself, before the server has shown anything.
	aio error 0
	outcome 44 HANDSHAKE_CLOSED $SLOWLY --cacert "$CA" "quic://localhost:$PORT"
	expect "$TMP/err" 'during the handshake, with the code 0: "not \\x22today\\x22"'
	aio error 0x02
	outcome 44 HANDSHAKE_CLOSED $SLOWLY --cacert "$CA" "quic://localhost:$PORT"
	expect "$TMP/err" 'QUIC error CONNECTION_REFUSED (0x2): "not \\x22today\\x22"'
	aio error 0x0a
	outcome 46 HANDSHAKE_FAILED $SLOWLY --cacert "$CA" "quic://localhost:$PORT"
	expect "$TMP/err" 'QUIC error PROTOCOL_VIOLATION (0xa)'
	aio error 0x128
	outcome 42 HANDSHAKE_ALERT $SLOWLY --cacert "$CA" "quic://localhost:$PORT"
	expect "$TMP/err" '"handshake failure" (40)'
	# What ends it after the handshake.
	aio leave
	outcome 73 GREETING_EMPTY $SLOWLY --cacert "$CA" "quic://localhost:$PORT"
	expect "$TMP/err" 'closed the connection before it sent data, with the code 0: "bye"'
	aio forget
	outcome 75 GREETING_RESET $SLOWLY --cacert "$CA" "quic://localhost:$PORT"
	expect "$TMP/err" 'without an error, or does not know it any more (a stateless reset)'
	aio idle
	outcome 70 GREETING_TIMEOUT $SLOWLY --read-timeout 20s --cacert "$CA" "quic://localhost:$PORT"
	expect "$TMP/err" 'the idle timeout of QUIC ended the connection'
}
has_aioquic() {
	python3 -c 'import aioquic.asyncio' 2>/dev/null
}
if there aioquic python3 && has_aioquic; then try_aioquic; fi

echo "tried:$tried"
[ -z "$missing" ] || echo "not here:$missing"
[ -n "$tried" ] || skip 'none of the servers is installed'
