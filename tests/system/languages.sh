#!/bin/sh
# languages.sh - clients in Go, Java, Python and JavaScript, most with a TLS library of their own, verify
# us and print the greeting, which comes earlier than their authors had seen one come. Those that
# are not installed are named.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server
clients=$srcdir/tests/support/clients
tried='' missing=''

# language NAME COMMAND...: with the port and the CA appended; NAME is what has to be installed.
language() {
	name=$1
	shift
	if ! command -v "$name" >/dev/null 2>&1; then
		missing="$missing $name"
		return
	fi
	round=0
	while [ $((round += 1)) -le "$REPEAT" ]; do
		run_status 0 timeout 100 "$@" "$PORT" "$CA"
		printf '%s\n' "$GREETING" | cmp - "$TMP/out" || fail "$name prints something else"
	done
	tried="$tried $name"
}

if command -v go >/dev/null 2>&1; then
	HOME=$TMP GOFLAGS=-mod=mod go build -o "$TMP/hello-go" "$clients/hello.go" >"$TMP/go.log" 2>&1 ||
		error "go does not build: $(cat "$TMP/go.log")"
fi
language go "$TMP/hello-go"
language java java "$clients/Hello.java"
language python3 python3 "$clients/hello.py"
language node node "$clients/hello.js"
stop_server

[ -n "$tried" ] || skip 'there is no go, java, python3 or node'
echo "verified and greeted:$tried"
[ -z "$missing" ] || echo "not installed, so not tried:$missing"
