#!/bin/sh
# terminal.sh - what many probes and many targets draw: on a terminal a line that changes, colors and
# no line wider than it; with NO_COLOR no color; in a file or on a dumb terminal nothing but text.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need script stty
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY NO_COLOR
export TERM=xterm
escape=$(printf '\033')
return=$(printf '\r')
wipe="$return$escape\\[K"
long=a-service-with-a-long-name.in-a-namespace-with-a-long-name-too.svc.cluster.local.test

make_pki
"$HELLO_CERTS" issue "$PKI" $long >"$TMP/out" 2>&1 || error "no certificate for $long"
start_server --tickets 1 --cert "$CERT" --key "$KEY" --cert "$PKI/$long/chain.pem" --key "$PKI/$long/key.pem"
good=$PORT
start_peer closed
closed=$PORT
start_peer silent
silent=$PORT

# on_terminal COLUMNS ARG...: what the client draws on a terminal so wide, in $TMP/drawn; what it
# leaves there, in $TMP/left: nothing of a line that was wiped.
on_terminal() {
	columns=$1
	shift
	printf "stty cols %s && exec '%s' --cacert '%s' %s\n" "$columns" "$HELLO_CLIENT" "$CA" "$*" >"$TMP/typed"
	script -qec "sh '$TMP/typed'" /dev/null <>/dev/null >"$TMP/script" 2>&1
	sed "s/$return*\$//" "$TMP/script" >"$TMP/drawn"
	sed "s/.*$wipe//; s/$escape\\[[0-9;]*m//g" "$TMP/drawn" >"$TMP/left"
	[ -s "$TMP/drawn" ] || fail 'nothing was drawn'
}

# fits: nothing is wider than the terminal, neither what stays nor what is wiped.
fits() {
	sed "s/$escape\\[[0-9;]*[mK]//g" "$TMP/drawn" | tr "$return" '\n' >"$TMP/pieces"
	awk -v columns="$columns" 'length($0) > columns { print length($0) ": " $0; bad = 1 } END { exit bad }' \
		"$TMP/pieces" >"$TMP/wide" || fail "wider than $columns columns: $(cat "$TMP/wide")"
}

# left REGEX: in a line that stays.
left() {
	grep -qe "$1" "$TMP/left" || fail "in $columns columns no line is \"$1\": $(cat "$TMP/left")"
}

is_plain() {
	! grep -q "$escape" "$1" || fail "there are escapes: $(cat "$1")"
	! grep -q "$return." "$1" || fail "there is a carriage return: $(cat "$1")"
}

# ---- probes -------------------------------------------------------------------------------------
# Fast ones are one line, which is gone at the end.
on_terminal 80 -c 60 -i 10ms --resume localhost "$good"
fits
grep -q "${wipe}[1-9][0-9]* done, 0 failed; p50 [0-9.]*, p99 [0-9.]*, max [0-9.]* ms" "$TMP/drawn" || fail 'no line that changes'
left "^localhost $good every 10 ms, at most 32 at a time\$"
left "^--- localhost $good: 60 sent, 60 ok, 0 failed in "
! grep -q '^seq=\|p50 [0-9]' "$TMP/left" || fail 'probes are left on the screen'
! grep -q "$escape\\[[0-9;]*m" "$TMP/drawn" || fail 'color, and nothing is wrong'
# On a narrow one the line that changes is cut.
on_terminal 30 -c 60 -i 10ms localhost "$good"
grep -q "${wipe}[1-9][0-9]* done, 0 failed; p50" "$TMP/drawn" || fail 'no line that changes'
sed "s/.*$wipe\\([^$return]*\\)$return.*/\\1/" "$TMP/drawn" | grep ' done, 0 failed;' >"$TMP/live"
awk 'length($0) > 30 { exit 1 }' "$TMP/live" || fail "wider than 30 columns: $(cat "$TMP/live")"

# Slow ones are lines, and a failure is red, and cut where it does not fit.
on_terminal 80 -c 2 -i 150ms --verify-name a.test localhost "$good"
fits
left '^seq=2 CERT_WRONG_NAME after [0-9.]* ms: the certificate is for "localhost"'
grep -q "^seq=1 $escape\\[31mCERT_WRONG_NAME$escape\\[0m after " "$TMP/drawn" || fail 'the failure is not red'
on_terminal 200 -c 2 -i 150ms --verify-name a.test localhost "$good"
left '^seq=2 CERT_WRONG_NAME after .*; you asked for "a.test"'
on_terminal 80 -c 2 -i 150ms --connect-to "127.0.0.1:$good" $long
fits
left '^seq=2 connect=[0-9.]* handshake=[0-9.]* total=[0-9.]* ms 127\.0\.0\.1$'
left '^a-service.*\.\..*local\.test 8443 every 150 ms, at most 32 at a time$'

# ---- targets ------------------------------------------------------------------------------------
{
	echo "$long --connect-to 127.0.0.1:$good"
	echo "localhost $good"
	echo "127.0.0.1 $silent --handshake-timeout 900ms"
	echo "localhost $closed"
	echo "[2001:db8:1234:5678:9abc:def0:1234:5678]:$good --connect-to 127.0.0.1 --verify-name a.test"
} >"$TMP/list"
for columns in 80 200; do
	on_terminal "$columns" --targets "$TMP/list"
	fits
	grep -q "$wipe\\[#* *\\] [0-9]/5, [0-9] failed" "$TMP/drawn" || fail "no bar: $(cat "$TMP/drawn")"
	grep -q "$escape\\[31mCERT_WRONG_NAME$escape\\[0m" "$TMP/drawn" || fail 'a failure is not red'
	! grep -q '\[#* *\]' "$TMP/left" || fail 'the bar is left on the screen'
	left '^a-service.*\.\..*local\.test 8443  *OK  *[0-9]* '
	left "^2001:db8.*\\.\\..*5678 $good  *CERT_WRONG_NAME "
	# DAYS and MS end in the same columns in all rows, and under their headings.
	awk '/^TARGET/ { days = index($0, " DAYS") + 4; ms = index($0, " MS") + 2; next }
		/^$/ { exit }
		substr($0, days, 1) !~ /[-0-9]/ || substr($0, days + 1, 1) != " " || substr($0, ms, 1) !~ /[0-9]/ ||
			substr($0, ms + 1, 1) !~ /^ ?$/ { print; bad = 1 }
		{ rows++ }
		END { exit bad || rows != 5 }' "$TMP/left" >"$TMP/crooked" || fail "in $columns columns: $(cat "$TMP/crooked" "$TMP/left")"
done
left '^localhost .* CONNECT_REFUSED .* 127\.0\.0\.1:[0-9]* refused$'

# Each line of JSON begins at the left.
on_terminal 80 --json --targets "$TMP/list"
is_plain "$TMP/drawn"
[ "$(grep -c '^{"schema"' "$TMP/drawn")" -eq 6 ] || fail "not six lines of JSON: $(cat "$TMP/drawn")"

# Before anybody has answered there are no times.
on_terminal 80 -c 3 -i 10ms --handshake-timeout 700ms localhost "$silent"
grep -q "${wipe}0 done, 0 failed$return" "$TMP/drawn" || fail "times of nothing: $(cat "$TMP/drawn")"

# ---- a trace ------------------------------------------------------------------------------------
on_terminal 60 --trace localhost "$good"
fits
left '^client -- server$'
left '^  1  127\.0\.0\.1 '

# ---- without colors -----------------------------------------------------------------------------
export NO_COLOR=1
on_terminal 80 -c 2 -i 150ms --verify-name a.test localhost "$good"
is_plain "$TMP/drawn"
on_terminal 80 --targets "$TMP/list"
fits
! grep -q "$escape\\[[0-9;]*m" "$TMP/drawn" || fail 'color in spite of NO_COLOR'
is_plain "$TMP/left"
export NO_COLOR='' TERM=dumb
on_terminal 80 -c 20 -i 10ms localhost "$good"
is_plain "$TMP/drawn"
left '^seq=20 '
on_terminal 80 --targets "$TMP/list"
is_plain "$TMP/drawn"
export TERM=xterm
for mode in "-c 20 -i 10ms --verify-name a.test localhost $good" "--targets $TMP/list"; do
	# shellcheck disable=SC2086  # words
	"$HELLO_CLIENT" --cacert "$CA" $mode >"$TMP/out" 2>"$TMP/err"
	is_plain "$TMP/out"
	is_plain "$TMP/err"
	expect "$TMP/out" CERT_WRONG_NAME
done

# ---- the greeting -------------------------------------------------------------------------------
# What a terminal obeys is escaped, and text that looks like an escape is no escape.
printf 'an escape \033, text \\x1b\n' >"$TMP/greeting"
start_server --greeting-file "$TMP/greeting"
on_terminal 80 localhost "$PORT"
left '^an escape \\x1b, text \\\\x1b$'
"$HELLO_CLIENT" --cacert "$CA" localhost "$PORT" >"$TMP/out" || fail 'no greeting'
cmp -s "$TMP/greeting" "$TMP/out" || fail "the greeting was changed in a file: $(cat "$TMP/out")"
