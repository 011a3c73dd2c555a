#!/bin/sh
# outcome-local.sh - mistakes of the user end the client before it connects, with a status of their
# own; and what a name resolves to is said as the resolver said it.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
port=1

outcome 2 USAGE
outcome 2 USAGE --no-such-option localhost
outcome 2 USAGE --cacert
outcome 2 USAGE --cacert '' localhost
outcome 2 USAGE --max-tim 1s localhost
expect "$TMP/err" '^  try: --max-time; '
outcome 2 USAGE --insecure localhost
expect "$TMP/err" '^  try: an invalid certificate always ends the connection; --cacert '
outcome 2 USAGE http://localhost:8443/a/page
expect "$TMP/err" '^  try: hello-client https://localhost:8443/a/page$'
outcome 2 USAGE localhost:8443/a/page
expect "$TMP/err" '^  try: hello-client https://localhost:PORT/a/page$'
outcome 2 USAGE --max-time 1parsec localhost
outcome 2 USAGE --max-time -1 localhost
outcome 2 USAGE localhost 0
outcome 2 USAGE localhost 65536
outcome 2 USAGE localhost https
outcome 2 USAGE localhost 443 443
outcome 2 USAGE localhost:443 443
outcome 2 USAGE -4 -6 localhost
outcome 2 USAGE --no-sni --servername a.test localhost
outcome 2 USAGE '[::1' 443

outcome 3 FILE --cacert "$TMP/nothing.pem" 127.0.0.1 $port
expect "$TMP/err" "$TMP/nothing.pem: No such file"
outcome 3 FILE --cacert "$KEY" 127.0.0.1 $port
expect "$TMP/err" '^  try: use the certificate file; --key is the option for its private key$'
outcome 3 FILE --capath "$CA" 127.0.0.1 $port
: >"$TMP/empty.pem"
outcome 3 FILE --cacert "$TMP/empty.pem" 127.0.0.1 $port

# An address of the other family asks no resolver.
outcome 10 RESOLVE_NOT_FOUND -6 --cacert "$CA" 127.0.0.1 $port
outcome 10 RESOLVE_NOT_FOUND -4 --cacert "$CA" ::1 $port

# Nobody has this name (RFC 6761). Whether the resolver can say so, or cannot be asked, depends on
# the machine: Python is told the same by the same function.
name=name.invalid
said=$(python3 -c "
import socket
try:
    socket.getaddrinfo('$name', $port)
except socket.gaierror as e:
    print(10 if e.errno in (socket.EAI_NONAME, getattr(socket, 'EAI_NODATA', None)) else 11)
" 2>/dev/null)
REPEAT=1
case $said in
10) outcome 10 RESOLVE_NOT_FOUND --cacert "$CA" --connect-timeout 60s --max-time 60s $name $port ;;
11) outcome 11 RESOLVE_FAILED --cacert "$CA" --connect-timeout 60s --max-time 60s $name $port ;;
*)
	echo "without python3 it is not known what the resolver says of $name: 10 or 11 will do"
	"$HELLO_CLIENT" --cacert "$CA" $name $port >"$TMP/out" 2>"$TMP/err"
	case $? in
	10 | 11) ;;
	*) fail "neither 10 nor 11 for $name" ;;
	esac ;;
esac
