#!/bin/sh
# zoo-judge.sh - hello-zoo-judge knows a good client from a bad one, and from one that it cannot judge:
# one that hangs, crashes, does not start, does not connect. It leaves no process and no file. With
# ROWS=all it tests hello-client and curl with all certificates.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
need openssl

cd "$TMP" || error 'no folder'
export PATH="$builddir:$builddir/certs:$builddir/judge:$PATH"
mkdir scratch && export TMPDIR="$TMP/scratch"
zoo="$TMP/the zoo" # its folder may have a blank
make_zoo "$zoo"

# judge STATUS OPTION...: must exit so, and leave nothing behind. The limit is for a judge that hangs.
judge() {
	expected=$1
	shift
	run_status "$expected" timeout 300 "$HELLO_ZOO_JUDGE" --dir "$zoo" "$@"
	cat out
	[ -z "$(ls scratch)" ] || fail "left behind: $(ls -R scratch)"
}

# says LINE...: the output is this, without the heading and with single blanks.
says() {
	printf '%s\n' "$@" >wanted
	sed '1d; s/  */ /g' out | diff wanted - || fail 'another result, see above'
}

good='openssl s_client -quiet -verify_return_error -CAfile {both} [crl -crl_check_all ]
	-verify_hostname {verify} -servername {name} -connect {host}:{port}'
lenient='openssl s_client -quiet -CAfile {ca} -servername {name} -connect {host}:{port}'

# ---- clients ----------------------------------------------------------------------------------------

judge 0 --only good-ecdsa,ip-ok,expired,revoked hello-client -q --cacert '{ca}' '[crl' --crlfile '{crl}' ']' \
	'[ip' --verify-name '{verify}' ']' --connect-to '{host}' '{name}' '{port}'
says 'good-ecdsa accept accept' 'ip-ok accept accept' 'expired refuse refuse' 'revoked refuse refuse' \
	'4 right, 0 wrong, 0 without a verdict, 0 not tested'

# shellcheck disable=SC2086 # words
judge 0 --only='good-*,crl-o*' --skip='good-[!e]*,good-ed25519' $good
says 'good-ecdsa accept accept' 'crl-ok accept accept' 'crl-other refuse refuse' \
	'3 right, 0 wrong, 0 without a verdict, 0 not tested'

# A client is not tested with what its command has no placeholder for.
# shellcheck disable=SC2086
judge 1 --only good-ecdsa,good-rsa,ip-ok,expired,revoked $lenient
says 'good-ecdsa accept accept' 'good-rsa accept accept' \
	'ip-ok accept - not tested: the command has no {verify}' \
	'expired refuse accept WRONG: expired a month ago' \
	'revoked refuse - not tested: the command has no {crl} or {both}' \
	'2 right, 1 wrong, 0 without a verdict, 2 not tested' 'The command refused nothing.'

# A client that refuses everything is wrong, also if no good certificate was asked for.
cat >refuses <<'EOF'
#!/bin/sh
openssl s_client -quiet -servername "$2" -connect "127.0.0.1:$1" >/dev/null 2>&1
echo 'Error: I do not like it' >&2
exit 1
EOF
chmod +x refuses
judge 1 --only expired ./refuses '{port}' '{name}'
says 'good-ecdsa accept refuse WRONG: nothing is wrong with this certificate; the command printed: Error: I do not like it' \
	'expired refuse refuse' '1 right, 1 wrong, 0 without a verdict, 0 not tested' \
	'The command accepted no good certificate, so its refusals prove nothing.'

if command -v curl >/dev/null; then
	# It leaves right after the handshake, before its request.
	judge 0 --only good-ecdsa,wrong-host curl -sS --cacert '{ca}' \
		--connect-to '{name}:{port}:{host}:{port}' 'https://{name}:{port}/'
	expect out '^2 right, 0 wrong, 0 without'
else
	echo 'NOTE: curl is not installed, not tried'
fi

# ---- no verdict -------------------------------------------------------------------------------------

# Nothing outlives the limit, nor keeps the judge when it does: the second sleep is in another session.
cat >hangs <<'EOF'
#!/bin/sh
sleep 1000 &
echo $! >>killed
setsid sh -c 'echo $$ >>escaped; exec sleep 1000' &
echo $$ >>killed
wait
EOF
chmod +x hangs
judge 4 --only good-ecdsa --timeout 1 ./hangs '{port}'
says 'good-ecdsa accept timeout NO VERDICT: did not exit within 1 s' \
	'0 right, 0 wrong, 1 without a verdict, 0 not tested'
kill "$(cat escaped)" || fail 'what ran in another session is gone'
[ "$(wc -l <killed)" -eq 2 ] || fail "it did not start: $(cat killed)"
# shellcheck disable=SC2046 # words
wait_for "$PATIENCE" is_gone $(cat killed) || fail "still running: $(cat killed)"

# A wrong verdict weighs more than none.
cat >odd <<'EOF'
#!/bin/sh
case $2 in
good-ecdsa.*) ./refuses "$@" ;;
good-rsa.*) echo oh && kill -KILL $$ ;;
wildcard-ok.*) exit 127 ;;
no-eku.*) exit 126 ;;
expired.*) echo done ;;
no-san.*) sleep 1000 & echo $! >remains && exit 1 ;;
wrong-host.*) openssl s_client -noservername -connect "127.0.0.1:$1" >/dev/null 2>&1 ;;
esac
EOF
chmod +x odd
judge 1 --only good-ecdsa,good-rsa,wildcard-ok,no-eku,expired,no-san,wrong-host ./odd '{port}' '{name}'
says 'good-ecdsa accept refuse WRONG: nothing is wrong with this certificate; the command printed: Error: I do not like it' \
	'good-rsa accept crash NO VERDICT: killed by signal 9; the command printed: oh' \
	'wildcard-ok accept not-run NO VERDICT: exit status 127: a program could not be started' \
	'no-eku accept not-run NO VERDICT: exit status 126: a program could not be started' \
	'expired refuse no-contact NO VERDICT: did not connect to hello-zoo; the command printed: done' \
	'wrong-host refuse no-name NO VERDICT: connected, but did not request the name wrong-host.zoo.test (SNI)' \
	'no-san refuse no-contact NO VERDICT: did not connect to hello-zoo' \
	'0 right, 1 wrong, 6 without a verdict, 0 not tested' \
	'The command accepted no good certificate, so its refusals prove nothing.'

wait_for "$PATIENCE" is_gone "$(cat remains)" || fail "a child of the client remains: $(cat remains)"

# TERM ends the judge, its server and the client.
"$HELLO_ZOO_JUDGE" --dir "$zoo" --timeout 1000 sh -c 'echo $$ >client; exec sleep 1000' '{port}' >out 2>err &
victim=$!
track $victim
wait_for "$PATIENCE" test -s client || fail 'the client did not start'
children=$(grep -lx "PPid:[[:space:]]*$victim" /proc/[0-9]*/status 2>/dev/null | tr -cd '0-9\n')
[ "$(echo "$children" | wc -l)" -ge 2 ] || fail 'the judge has no server or no client'
kill -TERM $victim
status=0
wait $victim || status=$?
untrack $victim
[ $status -eq 143 ] || fail "TERM: status $status: $(cat err)"
# shellcheck disable=SC2086 # words
wait_for "$PATIENCE" is_gone $children "$(cat client)" || fail "still running: $children $(cat client)"
[ -z "$(ls scratch)" ] || fail "left behind by TERM: $(ls -R scratch)"

# ---- where it runs ----------------------------------------------------------------------------------

# With --hosts all names are here; /etc/hosts of the system is not touched.
cksum </etc/hosts >before
status=0
# shellcheck disable=SC2016 # for the shell inside
"$HELLO_ZOO_JUDGE" --dir "$zoo" --only good-ecdsa --hosts sh -c 'getent hosts "$0"' '{name}' '{port}' \
	>out 2>err || status=$?
if [ $status -eq 3 ]; then
	expect err 'FILE: cannot give the command an /etc/hosts of its own: no namespaces here'
	echo 'NOTE: no namespace of our own: --hosts was not tried'
else
	expect out 'no-contact NO VERDICT: .* printed: 127\.0\.0\.1  *good-ecdsa\.zoo\.test'
fi
cksum </etc/hosts | cmp -s - before || fail '/etc/hosts was changed'

# ---- what it rejects --------------------------------------------------------------------------------

# rejects STATUS LINE ARG...: in two lines, the first of which begins so; the second has advice.
rejects() {
	status=$1 line=$2
	shift 2
	run_status "$status" timeout 60 "$HELLO_ZOO_JUDGE" "$@"
	[ ! -s out ] || fail "on standard output: $(cat out)"
	[ "$(wc -l <err)" -eq 2 ] || fail "not two lines: $(cat err)"
	sed -n 1p err | grep -qF -- "hello-zoo-judge: $line" || fail "$*: $(cat err)"
	sed -n 2p err | grep -q '^  try: .' || fail "$*: no advice: $(cat err)"
	[ -z "$(ls scratch)" ] || fail "$*: left behind: $(ls -R scratch)"
}
rejects 2 'USAGE: missing COMMAND'
rejects 2 'USAGE: missing COMMAND' --
rejects 2 'USAGE: invalid option --nonsense' --nonsense
rejects 2 'USAGE: invalid option -?[31m' "$(printf -- '-\033[31m')"
rejects 2 'USAGE: missing value for --only' --only
rejects 2 'USAGE: empty value for --skip' --skip= true '{port}'
for each in 0 1s 10000; do
	rejects 2 "USAGE: invalid --timeout \"$each\": expected 1 to 9999 seconds" --timeout "$each" true '{port}'
done
rejects 2 'USAGE: COMMAND has no {port}, so it cannot connect to hello-zoo' true '{host}'
rejects 2 'USAGE: missing word "]" after "[crl"' true '{port}' '[crl' '{crl}'
rejects 2 'USAGE: "[ip" is inside "[crl"' true '{port}' '[crl' '[ip' '{verify}' ']'
rejects 2 'USAGE: --junit and --markdown need different files' --junit x --markdown x true '{port}'
rejects 2 'USAGE: invalid --only "unicorn": the zoo has no such certificate' --dir "$zoo" \
	--only 'good-*,unicorn' true '{port}'
rejects 2 'USAGE: no good certificate is left' --dir "$zoo" --skip '*-ok,good-*,big-chain,extra-root,no-eku' true '{port}'
rejects 3 'FILE: cannot find the program judge' judge '{port}' # a function of the script
rejects 3 'FILE: cannot read nowhere/zoo.tsv' --dir nowhere true '{port}'
rejects 3 'FILE: cannot write to nowhere/x' --junit nowhere/x true '{port}'
mkdir broken && printf 'nothing\n' >broken/zoo.tsv
rejects 3 'FILE: hello-zoo did not start: ' --dir broken true '{port}'
expect err 'broken/zoo.tsv: invalid line: "nothing"'
{ cp -Rp "$zoo" old && touch -t 202001010000 old/zoo.tsv; } || error 'no old zoo'
rejects 3 'FILE: the zoo in old is older than 27 days' --dir old true '{port}'
{ mkdir none && ln -s "$(command -v sh)" "$(command -v tr)" none/; } || error 'no folder none'
run_status 3 env PATH="$TMP/none" "$HELLO_ZOO_JUDGE" sh '{port}'
expect err '^hello-zoo-judge: FILE: missing program: hello-zoo$'
run_status 0 "$HELLO_ZOO_JUDGE" --help
run_status 0 "$HELLO_ZOO_JUDGE" --version
expect out '^hello-zoo-judge [0-9]'

# ---- all certificates -------------------------------------------------------------------------------

all_rows || exit 0
# In other shells, too: each kills a group of processes in its own way.
for shell in bash 'busybox sh'; do
	command -v "${shell%% *}" >/dev/null || continue
	: >remains
	status=0
	# shellcheck disable=SC2086 # words
	timeout 300 $shell "$HELLO_ZOO_JUDGE" --dir "$zoo" --only good-rsa,no-san ./odd '{port}' '{name}' \
		>out 2>err || status=$?
	[ $status -eq 4 ] || fail "$shell: status $status: $(cat out err)"
	wait_for "$PATIENCE" is_gone "$(cat remains)" || fail "$shell: a child remains: $(cat remains)"
	expect out '^good-rsa  *accept  *crash  *NO VERDICT: killed by signal 9; the command printed: oh$'
done
# Without --dir it makes its own zoo, and removes it.
run_status 0 "$HELLO_ZOO_JUDGE" hello-client -q --cacert '{ca}' '[crl' --crlfile '{crl}' ']' \
	'[ip' --verify-name '{verify}' ']' --connect-to '{host}' '{name}' '{port}'
all=$(grep -c '' "$zoo/zoo.tsv")
expect out "^$all right, 0 wrong, 0 without a verdict, 0 not tested\$"
[ -z "$(ls scratch)" ] || fail "left behind: $(ls -R scratch)"
need curl
# What is good is good for curl, too, and curl gets to all that is bad.
status=0
"$HELLO_ZOO_JUDGE" --dir "$zoo" curl -sS --cacert '{ca}' '[crl' --crlfile '{crl}' ']' \
	--connect-to '{name}:{port}:{host}:{port}' 'https://{name}:{port}/' >out 2>err || status=$?
cat out
expect out ' wrong, 0 without a verdict, 2 not tested$'
! grep 'nothing is wrong' out || fail 'curl refuses what is good'
# shellcheck disable=SC2086
judge 1 $lenient
[ "$(grep -c ' WRONG: ' out)" -gt 20 ] || fail 'a client that accepts everything is wrong about most'
