#!/bin/sh
# log-gathered.sh - workers write the lines of one pass of their event loop together: no line is
# split, mixed with another, late, or lost when a worker exits, in a file and in a pipe.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# judge FILE CONNECTIONS: a line for each, or it is counted as lost; only whole lines.
judge() {
	grep -vE '^time=[0-9TZ:.-]+ level=[a-z]+ role=[a-z0-9.-]+( [a-z_0-9]+=([^" =\\]+|"([^"\\]|\\.)*"))+$' \
		"$1" >"$TMP/strange" && fail "these lines are not whole: $(head -n 3 "$TMP/strange")"
	awk -v expected="$2" '
		/ peer=/ { lines++ }
		match($0, / lost_lines=[0-9]+/) { lost += substr($0, RSTART + 12, RLENGTH - 12) }
		END {
			printf "%d lines, %d lost of %d\n", lines, lost, expected
			# One of the lost lines may be about something else.
			exit !(lines + lost >= expected && lines <= expected && (lost > 0 || lines == expected))
		}' "$1" || fail "there are $(grep -c ' peer=' "$1") lines for $2 connections"
}

crowd_is_greeted() {
	start_crowd --time 120 "$@"
	finish_crowd
	[ "$(crowd ok)" -eq "$2" ] || fail "$(crowd ok) of $2 were greeted"
}

cut_off() {
	start_crowd --time 120 idle 100 "$PORT"
	kill -TERM "$SERVER_PID"
	server_left 0
	finish_crowd
}

# ---- a file --------------------------------------------------------------------------------------

start_server --workers 2 --drain-timeout 1s --handshake-timeout 10m
crowd_is_greeted greet 500 64 "$PORT" "$CA"
# Nothing else happens that could write the last lines.
await ' outcome=OK ' 500
cut_off
[ "$(count ' outcome=SHUTDOWN ')" -eq 100 ] || fail "$(count ' outcome=SHUTDOWN ') of 100 have a line"
judge "$SERVER_LOG" 600

# A worker that is killed loses what it has not written, and it has written everything.
start_server --workers 1 --log-format json
crowd_is_greeted greet 64 64 "$PORT" "$CA"
await '"outcome":"OK"' 64
kill -KILL "$(workers)"
await 'was killed by signal 9'
stop_server
[ "$(count '"outcome":"OK"')" -eq 64 ] || fail "$(count '"outcome":"OK"') of 64 lines"
grep -v '^{"time":".*}$' "$SERVER_LOG" && fail 'these lines are not objects'

# New workers for the same clients.
start_server --workers 2
start_crowd --time 120 greet 500 32 "$PORT" "$CA"
for each in 2 3; do
	kill -HUP "$SERVER_PID"
	await 'msg=ready' $each
done
finish_crowd
stop_server
judge "$SERVER_LOG" 500

# ---- a pipe --------------------------------------------------------------------------------------

cat >"$TMP/into_pipe" <<END
#!/bin/sh
exec "$HELLO_SERVER" "\$@" 2>"$TMP/pipe"
END
chmod +x "$TMP/into_pipe"
mkfifo "$TMP/pipe"

# start_piped READER: a server whose log goes through the reader into $SERVER_LOG.
start_piped() {
	"$1" <"$TMP/pipe" >>"$TMP/server-$((started + 1)).log" &
	reader=$!
	track "$reader"
	program=$TMP/into_pipe
	start_server --workers 2 --drain-timeout 1s --handshake-timeout 10m
	program=''
}

judge_piped() {
	wait "$reader" || fail 'the reader failed'
	untrack "$reader"
	judge "$SERVER_LOG" "$1"
}

# The shell reads each byte by a call of its own.
slowly() {
	while IFS= read -r line; do
		printf '%s\n' "$line"
	done
}

start_piped cat
crowd_is_greeted greet 500 64 "$PORT" "$CA"
cut_off
judge_piped 600

start_piped slowly
crowd_is_greeted greet 300 64 "$PORT" "$CA"
cut_off
judge_piped 400

# 150 KiB, and a pipe has room for 64.
start_piped cat
kill -STOP "$reader"
crowd_is_greeted greet 600 64 "$PORT" "$CA"
kill -CONT "$reader"
stop_server
judge_piped 600
logged ' lost_lines=' || fail 'the pipe was never full'

# ---- system calls --------------------------------------------------------------------------------

! grep -aq __asan_init "$HELLO_SERVER" ||
	{ echo 'SKIP: writes were not counted: LeakSanitizer does not work under strace'; exit 0; }
command -v strace >/dev/null || { echo 'SKIP: writes were not counted: strace is not installed'; exit 0; }
strace -f -qq -e trace=none true 2>"$TMP/err" ||
	{ echo "SKIP: writes were not counted: $(cat "$TMP/err")"; exit 0; }
cat >"$TMP/traced" <<END
#!/bin/sh
exec strace -D -ff -qq -s 0 -e trace=write -o "$TMP/trace" "$HELLO_SERVER" "\$@"
END
chmod +x "$TMP/traced"
program=$TMP/traced
start_server --workers 1
program=''
crowd_is_greeted greet 500 64 "$PORT" "$CA"
stop_server
judge "$SERVER_LOG" 500
writes=$(cat "$TMP"/trace.* | grep -c '^write(2,')
echo "$writes writes of 500 lines and a few more"
[ "$writes" -le 250 ] || fail 'the lines were written one by one'

# The worker for datagrams does the same.
rm "$TMP"/trace.*
program=$TMP/traced
start_server --listen dtls:127.0.0.1:0
program=''
"$builddir/tests/support/dtls_clients" greet 500 64 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
grep -q '^ok=500 ' "$TMP/crowd" || fail "the clients of DTLS: $(cat "$TMP/crowd" "$TMP/err")"
stop_server
judge "$SERVER_LOG" 500
writes=$(cat "$TMP"/trace.* | grep -c '^write(2,')
echo "$writes writes of 500 lines and a few more, over DTLS"
[ "$writes" -le 250 ] || fail 'the lines of DTLS were written one by one'
