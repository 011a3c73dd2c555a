#!/bin/sh
# certs-interrupted.sh - whenever hello-certs is stopped, what it was making is there as a whole or
# not at all, and what was there before is still there; several may run at once. Signals come at every
# fourth call of openssl, with ROWS=all at each of them.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl

cd "$TMP" || error 'no folder'
real=$(command -v openssl)

# An openssl whose call number $STRIKE sends a signal to hello-certs before it does its work.
mkdir bin
cat >bin/openssl <<EOF
#!/bin/sh
echo >>'$TMP/calls'
[ "\$(wc -l <'$TMP/calls')" -ne "\$STRIKE" ] || kill -\$SIGNAL "\$(cat '$TMP/pid')"
exec '$real' "\$@"
EOF
chmod +x bin/openssl

# struck SIGNAL CALL WORDS...: hello-certs WORDS, with that signal at that call. Sets $status.
struck() {
	rm -f calls
	status=0
	PATH=$TMP/bin:$PATH SIGNAL=$1 STRIKE=$2 HELLO_CERTS=$HELLO_CERTS \
		sh -c 'shift 2; echo $$ >pid; exec "$HELLO_CERTS" "$@"' sh "$@" >out 2>err ||
		status=$?
}

# was_struck: whether it ended by the signal. If it failed by itself, no further call would help.
was_struck() {
	case $status in
	0) return 1 ;;
	137 | 143) [ $call -le 100 ] || fail "more than $call calls of openssl" ;;
	*) fail "hello-certs fails without a signal, with status $status" ;;
	esac
}

whole() {
	openssl verify -x509_strict -CAfile ca/ca.pem -untrusted ca/a.test/chain.pem \
		ca/a.test/chain.pem >/dev/null 2>&1 &&
		[ "$(openssl x509 -in ca/a.test/chain.pem -noout -pubkey)" = \
			"$(openssl pkey -in ca/a.test/key.pem -pubout)" ]
}

# SIGTERM at the first, fifth... call, SIGKILL at the third, seventh...
for signal in TERM KILL; do
	first=1 step=1
	all_rows || step=4
	all_rows || [ $signal = TERM ] || first=3
	call=$first
	while :; do
		# An openssl that has lost its parent may still write.
		wait_for 20 rm -rf ca 2>/dev/null || fail 'somebody writes for ever'
		struck $signal $call init ca
		was_struck || break
		[ ! -e ca/ca.pem ] || fail "SIG$signal at call $call of init left a CA"
		[ $signal = KILL ] || [ ! -e ca ] ||
			fail "SIG$signal at call $call of init left $(ls -A ca)"
		call=$((call + step))
	done
	# Otherwise this would prove nothing.
	[ $call -gt 5 ] || fail "init has only $((call - 1)) calls of openssl"

	call=$first
	while :; do
		struck $signal $call issue ca a.test
		was_struck || break
		[ ! -e ca/a.test ] || fail "SIG$signal at call $call of issue left a certificate"
		call=$((call + step))
	done
	[ $call -gt 5 ] || fail "issue has only $((call - 1)) calls of openssl"
	whole || fail 'what was issued does not verify'

	for verb in 'issue --force' renew; do
		cp -R ca/a.test before
		call=$first
		while :; do
			# shellcheck disable=SC2086 # two words
			struck $signal $call $verb ca a.test
			was_struck || break
			diff -r before ca/a.test ||
				fail "SIG$signal at call $call of $verb has changed something"
			call=$((call + step))
		done
		[ $call -gt 4 ] || fail "$verb has only $((call - 1)) calls of openssl"
		whole || fail "after $verb it does not verify"
		! cmp -s before/chain.pem ca/a.test/chain.pem || fail "$verb did nothing"
		rm -rf before
	done
	[ $signal = KILL ] ||
		[ "$(ls -A ca)" = "$(printf 'a.test\nca.pem\nintermediate.pem\nprivate')" ] ||
		fail "left behind: $(ls -A ca)"
done

# Killed at any moment, not only where openssl is called: the next run is sound, and clears up.
run_status 0 "$HELLO_CERTS" init ca --force
run_status 0 "$HELLO_CERTS" issue ca b.test --force
within=200
kill_soon() {
	"$HELLO_CERTS" "$@" >/dev/null 2>&1 &
	victim=$! status=0
	(
		sleep "0.$(printf %03d $((RANDOM_STATE / 65536 % within)))"
		kill -KILL $victim
	) 2>/dev/null
	wait $victim 2>/dev/null || status=$?
	# How many milliseconds it lives depends on the machine: about every other one is to be hit.
	if [ $status -eq 137 ]; then
		killed=$((killed + 1)) within=$((within * 4 / 3))
		[ $within -le 999 ] || within=999
	else
		within=$((within * 3 / 4 + 4))
	fi
}
RANDOM_STATE=$(date +%s)
echo "random numbers begin with $RANDOM_STATE"
KILLS=${KILLS-3}
round=0 killed=0
while [ $killed -lt "$KILLS" ]; do
	round=$((round + 1))
	[ $round -le $((KILLS * 5)) ] || fail "killed only $killed times of $round: too late"
	RANDOM_STATE=$(((RANDOM_STATE * 1103515245 + 12345) % 2147483648))
	case $((round % 5)) in
	0) kill_soon renew ca b.test ;;
	1) kill_soon renew ca b.test --new-key ;;
	2) kill_soon issue ca a.test --force ;;
	3) kill_soon revoke ca b.test ;;
	4) kill_soon crl ca ;;
	esac 2>>log # where the shell tells of who was killed
	run_status 0 "$HELLO_CERTS" issue ca a.test --force
	run_status 0 "$HELLO_CERTS" renew ca b.test --new-key
	run_status 0 "$HELLO_CERTS" crl ca
	run_status 0 "$HELLO_CERTS" verify ca
	[ "$(ls -A ca)" = "$(printf '%s\n' a.test b.test ca.pem crl.pem intermediate.pem private)" ] ||
		fail "left behind: $(ls -A ca)"
done
echo "killed in $killed of $round rounds, and sound after each"

# What had to make way comes back, when its successor did not come.
(mkdir ca/.hello-certs.99999999.x && cd ca/.hello-certs.99999999.x && mkdir replaced &&
	mv ../a.test ../private replaced/) || error 'cannot move things'
run_status 0 "$HELLO_CERTS" renew ca a.test
run_status 0 "$HELLO_CERTS" verify ca

# At once: different names in one CA, and one name, which only one gets. The others are told why.
run_status 0 "$HELLO_CERTS" init many
log_on_failure log
: >log
for each in 1 2 3 4 5 6 7 8; do
	[ $each -gt 4 ] || "$HELLO_CERTS" issue many $each.a.test >/dev/null 2>>log &
	(! "$HELLO_CERTS" issue many one.test >/dev/null 2>>log || echo $each >>winners) &
done
wait
if [ "$(grep -c '^hello-certs: FILE: many/one.test exists already$' log)" -ne 7 ] ||
	[ "$(grep -c '^hello-certs: ' log)" -ne 7 ]; then
	fail 'not seven are told that it exists'
fi
for each in 1 2 3 4; do
	"$HELLO_CERTS" revoke many $each.a.test >/dev/null 2>>log &
done
wait
for each in 1 2 3 4; do
	serial=$(openssl x509 -in many/$each.a.test/chain.pem -noout -serial)
	[ -e "many/private/revoked/${serial#serial=}" ] || fail "$each.a.test is not revoked"
	run_status 2 openssl verify -crl_check -CAfile many/ca.pem -CRLfile many/crl.pem \
		-untrusted many/intermediate.pem many/$each.a.test/chain.pem
	expect err 'error 23 '
done
run_status 0 "$HELLO_CERTS" verify many one.test
rm many/crl.pem
[ "$(ls -A many)" = "$(printf '%s\n' 1.a.test 2.a.test 3.a.test 4.a.test ca.pem \
	intermediate.pem one.test private)" ] || fail "of several at once came: $(ls -A many)"
[ "$(wc -l <winners)" -eq 1 ] || fail "one.test was issued to $(cat winners)"
[ "$(ls -A many/one.test)" = "$(printf 'chain.pem\nkey.pem')" ] || fail "$(ls -A many/one.test)"
