#!/bin/sh
# crl-table.sh - what CRL files may hold, and what comes of each of them in the four places that use
# them: the client, the server at its start and at a reload, and --check. The rows are those of
# tests/support/crl_rows.c; the usual ones, and all of them with ROWS=all.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

ROWS=${ROWS-usual}
make_pki
cd "$TMP" || error cd
"$builddir/tests/support/write_crls" "$ROWS" >rows || error 'no CRLs'

# A server for each leaf; they ask for nothing.
start_server --workers 1 --cert good.pem --key good.key
good_port=$PORT
start_server --workers 1 --cert bad.pem --key bad.key
bad_port=$PORT

# probe FILE PORT: prints the status of the client by that list.
probe() {
	"$HELLO_CLIENT" --cacert ca.pem --crlfile "$1" --servername localhost 127.0.0.1 "$2" \
		>out 2>"$2.err"
	echo $?
}
# show LEAF: prints the status of a client that shows its certificate.
show() {
	"$HELLO_CLIENT" --cacert "$CA" --cert "$1.pem" --key "$1.key" 127.0.0.1 "$PORT" >out 2>err
	echo $?
}

cp complete.crl lists.crl
start_server --workers 1 --client-ca ca.pem --crlfile lists.crl
failures=0 generation=1

failed() {
	[ "$(count 'msg="reload failed')" -gt $failures ]
}
is_settled() {
	failed || { has_logged 'msg=ready' $((generation + 1)) && [ "$(workers | wc -l)" -eq 1 ]; }
}

# reload FILE: starts, warns or refuses, and what was logged is in the file "log".
reload() {
	lines=$(wc -l <"$SERVER_LOG")
	cp "$1" lists.crl
	kill -HUP "$SERVER_PID"
	wait_for "$PATIENCE" is_settled || fail "no reload with $1"
	if failed; then
		failures=$((failures + 1)) came=refuses
	else
		generation=$((generation + 1)) came=starts
	fi
	tail -n +$((lines + 1)) "$SERVER_LOG" >log
	# That it is older than the row before is not this row's matter.
	! grep 'level=warning .*CRL' log | grep -qv 'older than the previous one' || came=warns
}

# says FILE WORDS: or nothing is asked for.
says() {
	[ "$2" = - ] || grep -qe "$2" "$1" || fail "$name: no \"$2\" in $1: $(cat "$1")"
}

# same WHAT FOUND WANTED
same() {
	[ "$2" = "$3" ] || fail "$name: $1: $2, not $3: $(cat err log 2>/dev/null)"
}

# Of a client that a server lets in or not: as the client is told.
told() {
	[ "$1" -eq 0 ] && echo 0 || echo 61
}

printf '%-22s %-12s %-12s %-8s %-8s %s\n' row 'client g/b' 'server g/b' reload start check
while IFS='	' read -r name good bad begins words; do
	started_as=-
	: >err
	: >log
	same 'client, good' "$(probe "$name.crl" "$good_port")" "$good"
	[ "$good" -eq 0 ] || says "$good_port.err" "$words"
	same 'client, bad' "$(probe "$name.crl" "$bad_port")" "$bad"

	reload "$name.crl"
	same reload $came "$begins"
	let_in=-
	if [ $came != refuses ]; then
		same 'server, good' "$(show good)" "$(told "$good")"
		same 'server, bad' "$(show bad)" "$(told "$bad")"
		let_in=$(told "$good")/$(told "$bad")
	fi
	case $begins in
	refuses) want=3 says_file=out ;;
	warns) want=6 says_file=out ;;
	*) want=0 says_file='' ;;
	esac
	[ -z "$says_file" ] || says log "$words"

	# shellcheck disable=SC2086 # words, or none
	run_status $want "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" \
		--client-ca ca.pem --crlfile "$name.crl"
	[ -z "$says_file" ] || says out "$words"

	if [ "$begins" = refuses ]; then
		# shellcheck disable=SC2086 # words, or none
		run_status 3 timeout 60 "$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" \
			--client-ca ca.pem --crlfile "$name.crl"
		says err "$words"
		started_as=refuses
	elif [ "$ROWS" = all ]; then
		served=$SERVER_PID log=$SERVER_LOG port=$PORT
		start_server --workers 1 --client-ca ca.pem --crlfile "$name.crl"
		[ "$begins" != warns ] || says "$SERVER_LOG" "level=warning .*$words"
		same 'start, bad' "$(show bad)" "$(told "$bad")"
		stop_server
		SERVER_PID=$served SERVER_LOG=$log PORT=$port started_as=$begins
	fi
	printf '%-22s %-12s %-12s %-8s %-8s %s\n' "$name" "$good/$bad" "$let_in" "$came" "$started_as" $want
done <rows
