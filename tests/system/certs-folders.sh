#!/bin/sh
# certs-folders.sh - hello-certs changes a folder only when nobody else can write there, follows no
# link that somebody planted, and waits for one that runs, even in another PID namespace.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl

cd "$TMP" || error 'no folder'
mkdir bin home precious
echo important >precious/file
printf 'a passphrase\n' >phrase
run_status 0 "$HELLO_CERTS" init ca
run_status 0 "$HELLO_CERTS" issue ca a.test

# untouched FOLDER: what somebody planted there was neither followed nor removed.
untouched() {
	[ "$(ls precious)" = file ] || fail "the contents of precious are gone: $*"
	[ -z "$(find "$1" -name file)" ] || fail "the contents of precious moved: $*"
	[ -L "$1/.hello-certs.99999999.x" ] || fail "the link was removed: $*"
}

# plant FOLDER: as another user could do it, where there is one to be had.
plant() {
	mkdir "$1/.hello-certs.99999999.y" "$1/.hello-certs.99999998.x"
	ln -s "$TMP/precious" "$1/.hello-certs.99999999.y/replaced"
	ln -s "$TMP/home" "$1/.hello-certs.99999999.x"
	[ -e home/replaced ] || ln -s "$TMP/precious" home/replaced
	[ "$(id -u)" -ne 0 ] || chown -hR nobody "$1"/.hello-certs.*
}

# all_verbs STATUS PATTERN: what each of them says of ca.
all_verbs() {
	status=$1 pattern=$2
	while read -r words; do
		# shellcheck disable=SC2086 # words
		run_status "$status" "$HELLO_CERTS" $words
		expect err "$pattern"
		untouched ca "$words"
	done <<'END'
init ca --force
issue ca b.test
renew ca a.test
revoke ca a.test
crl ca
ocsp ca a.test
verify ca
export ca a.test --p12 a.p12 --passphrase-file phrase
destroy ca --yes
zoo ca
END
	[ "$(ls ca)" = "$before" ] || fail "not as it was: $(ls ca)"
}

echo 'where others can write'
before=$(ls ca)
plant ca
for mode in 757 777; do
	chmod $mode ca
	run_status 3 "$HELLO_CERTS" crl ca
	expect err '^hello-certs: FILE: other users can write to ca'
done
chmod 1777 ca
run_status 3 "$HELLO_CERTS" crl ca
expect err '^hello-certs: FILE: everybody can write to ca'
chmod 775 ca
all_verbs 3 '^hello-certs: FILE: other users can write to ca'
chmod 755 ca
if [ "$(id -u)" -eq 0 ]; then
	echo 'what belongs to another user'
	chown nobody ca
	run_status 3 "$HELLO_CERTS" crl ca
	expect err '^hello-certs: FILE: ca belongs to another user'
	chown root ca
	ln -s ca link
	chown -h nobody link
	run_status 3 "$HELLO_CERTS" crl link
	expect err 'link belongs to another user'
fi

echo 'planted before'
run_status 0 "$HELLO_CERTS" crl ca
untouched ca
rm -r ca/.hello-certs.*

echo 'a zoo beside what was planted'
cat >bin/openssl <<END
#!/bin/sh
[ "\$1" = version ] || exit 1
exec '$(command -v openssl)' "\$@"
END
chmod +x bin/openssl
mkdir sticky
chmod 1777 sticky
plant sticky
run_status 3 env PATH="$TMP/bin:$PATH" "$HELLO_CERTS" zoo sticky/zoo
untouched sticky
[ ! -e sticky/zoo ] || fail "left behind: $(ls -A sticky/zoo)"

echo 'CDPATH'
mkdir elsewhere
cp -R ca elsewhere/
cp -R ca before
run_status 0 env CDPATH="$TMP/elsewhere" "$HELLO_CERTS" renew ca a.test
diff -r before elsewhere/ca || fail 'renew changed another folder'
! cmp -s before/a.test/chain.pem ca/a.test/chain.pem || fail 'renew changed nothing'

echo 'one at work in another PID namespace'
# It stops where it makes the key; the second one says so when it waits.
cat >bin/openssl <<END
#!/bin/sh
case \$1 in
genpkey)
	: >'$TMP/begun'
	tries=0
	until [ -e '$TMP/go-on' ] || [ \$((tries += 1)) -gt 300 ]; do sleep 0.1; done ;;
esac
exec '$(command -v openssl)' "\$@"
END
mkdir bin2
cat >bin2/sleep <<END
#!/bin/sh
: >'$TMP/waits'
exec '$(command -v sleep)' "\$@"
END
chmod +x bin/* bin2/*
namespace='unshare --pid --fork'
[ "$(id -u)" -eq 0 ] || namespace='unshare --user --map-root-user --pid --fork'
if ! $namespace true 2>/dev/null; then
	echo 'NOTE: no PID namespace of our own here: the same without'
	namespace=''
fi
# Its number in there is one that nobody has out here.
number=2
while [ $number -lt 2000 ] && kill -0 $number 2>/dev/null; do
	number=$((number + 1))
done
# shellcheck disable=SC2016 # for the inner shell
PATH=$TMP/bin:$PATH $namespace sh -c 'each=2
	while [ $each -lt "$0" ]; do (:); each=$((each + 1)); done
	"$@" || exit' $number "$HELLO_CERTS" issue ca slow.test >slow 2>&1 &
slow=$!
track $slow
log_on_failure slow
wait_for 20 test -e begun || fail 'the first one does not begin'
PATH=$TMP/bin2:$PATH "$HELLO_CERTS" crl ca >second 2>&1 &
second=$!
track $second
log_on_failure second
waits_or_ends() {
	[ -e waits ] || ! kill -0 $second 2>/dev/null
}
wait_for 20 waits_or_ends || fail 'the second one neither waits nor ends'
: >go-on
wait $slow || fail 'the first one failed'
wait $second || fail 'the second one failed'
untrack $slow
untrack $second
run_status 0 "$HELLO_CERTS" verify ca slow.test
[ "$(ls -A ca)" = "$(printf '%s\n' a.test ca.pem crl.pem intermediate.pem private slow.test)" ] ||
	fail "left behind: $(ls -A ca)"
