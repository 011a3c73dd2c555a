#!/bin/sh
# path-haproxy.sh - HAProxy that routes by the name in the ClientHello reads only the first record: a
# real box of which --path-test finds that, and that it has a list of names.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need haproxy
make_pki
start_server --workers 1
server_port=$PORT
free_port
cat >"$TMP/haproxy.cfg" <<-CONFIG
defaults
	mode tcp
	timeout connect 5s
	timeout client 30s
	timeout server 30s
frontend by_name
	bind 127.0.0.1:$PORT
	tcp-request inspect-delay 5s
	tcp-request content accept if { req_ssl_hello_type 1 }
	use_backend hello if { req_ssl_sni -i localhost }
backend hello
	server hello 127.0.0.1:$server_port
CONFIG
haproxy -db -f "$TMP/haproxy.cfg" >"$TMP/haproxy.log" 2>&1 &
track $!
log_on_failure "$TMP/haproxy.log"
wait_for "$PATIENCE" is_listening "$PORT" || fail 'HAProxy does not listen'

run_status 0 "$HELLO_CLIENT" --cacert "$CA" localhost "$PORT"
run_status 44 "$HELLO_CLIENT" --path-test --cacert "$CA" localhost "$PORT"
tr '\n' ' ' <"$TMP/out" >"$TMP/said"
expect "$TMP/said" 'A ClientHello in several records is rejected by closing the connection; in one it is answered\. Something that reads only the first record, and takes it for the whole, does this\.'
expect "$TMP/said" 'An SNI filter or a balancer with a list of allowed names does this\.'
run_status 44 "$HELLO_CLIENT" --hello records --cacert "$CA" localhost "$PORT"
stop_server
