#!/bin/sh
# interop.sh - clients of other families verify us and print the greeting: GnuTLS, curl (over whatever
# library it has) and Python. Those that are not installed are named.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server
tried=''

# It has printed exactly the greeting.
prints_greeting() {
	printf '%s\n' "$GREETING" | cmp - "$TMP/out" || fail "$1 prints something else"
	tried="$tried $1"
}

if command -v gnutls-cli >/dev/null 2>&1; then
	run_status 0 timeout 60 gnutls-cli --x509cafile "$CA" --verify-hostname localhost --port "$PORT" \
		127.0.0.1 </dev/null
	expect "$TMP/out" 'The certificate is trusted'
	expect "$TMP/out" "^$GREETING\$" # among much else
	tried="$tried gnutls-cli"
	run_status 1 timeout 60 gnutls-cli --x509cafile "$CA" --verify-hostname other.test --port "$PORT" \
		127.0.0.1 </dev/null
fi

# Not HTTP, but curl calls it HTTP/0.9 if it may, and it has a TLS stack of its own to verify with.
if command -v curl >/dev/null 2>&1; then
	run_status 0 curl --silent --show-error --max-time 60 --http0.9 --noproxy '*' --cacert "$CA" \
		--connect-to "localhost:$PORT:127.0.0.1:$PORT" "https://localhost:$PORT/"
	prints_greeting curl
fi

# ragged EOFs are errors here: the end must be a close_notify.
cat >"$TMP/client.py" <<'PYTHON'
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20) as raw:
    with context.wrap_socket(raw, server_hostname="localhost", suppress_ragged_eofs=False) as tls:
        while data := tls.recv(4096):
            sys.stdout.write(data.decode())
PYTHON
if python3 -c 'import ssl' 2>/dev/null; then
	run_status 0 python3 "$TMP/client.py" "$PORT" "$CA"
	prints_greeting python3
fi
stop_server

[ -n "$tried" ] || skip 'there is no gnutls-cli, curl or python3'
echo "verified and greeted:$tried"
for each in gnutls-cli curl python3; do
	case " $tried " in
	*" $each "*) ;;
	*) echo "not installed, so not tried: $each" ;;
	esac
done
