#!/bin/sh
# zoo-reports.sh - the reports of hello-zoo-judge are valid XML and Markdown, whatever the client prints,
# their counts are right, and no report of an earlier run is left.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
need openssl python3

cd "$TMP" || error 'no folder'
export PATH="$builddir:$builddir/certs:$builddir/judge:$PATH"
make_zoo zoo

# What it prints ends a block in XML, HTML and Markdown, moves a terminal, or is no UTF-8; the last
# client prints more than anybody reads.
cat >prints <<'EOF'
#!/bin/sh
connect() {
	openssl s_client -quiet -verify_return_error -CAfile "$3" -verify_hostname "$2" -servername "$2" \
		-connect "127.0.0.1:$1" >/dev/null 2>&1
}
odd() {
	printf '</failure>]]>&amp;"'\''<!-- *a* _b_ `c` [d](e) | f\n# g\n</details><script>\n'
	printf '\033[31mred\033[0m \000\001\010\177 \377\376 \303\244\tlast\r\n'
}
case $2 in
expired.*) connect "$@"; odd ;;
good-rsa.*) connect "$@"; odd; exit 1 ;;
no-san.*) head -c 1000000 /dev/zero | tr '\000' '&'; kill -SEGV $$ ;;
*) connect "$@" ;;
esac
EOF
chmod +x prints
# shellcheck disable=SC2016 # a name
name='./<&> *dir*/<prints> `a`|b'
{ mkdir '<&> *dir*' && mv prints "$name"; } || error 'no such folder'
echo 'an old report' >report.md
cp report.md report.xml
# As many as no other class has, of each class.
run_status 1 hello-zoo-judge --dir zoo --junit report.xml --markdown report.md \
	--only 'good-[er][cs]*,wildcard-ok,expired,wrong-host,no-san,crl-*,revoked' \
	"$name" '{port}' '{name}' '{ca}' "a '<&>\" \`b\`"
cat out
! LC_ALL=C grep -q '[^ -~]' out || fail 'a byte of the client is on the terminal'
reports() {
	python3 "$srcdir/tests/support/zoo_reports.py" "$@" 2>said || fail "$(cat said)"
}

reports junit report.xml >as-read
cat >wanted <<'EOF'
good-ecdsa
good-rsa failure: refuse is wrong: nothing is wrong with this certificate; the command printed: </failure>]]>&amp;"'<!-- *a* _b_ `c` [d](e) | f
wildcard-ok
crl-ok skipped: the command has no {crl} or {both}
expired failure: accept is wrong: expired a month ago
wrong-host
no-san error: killed by signal 11; the command printed: &&&
revoked skipped: the command has no {crl} or {both}
crl-expired skipped: the command has no {crl} or {both}
crl-other skipped: the command has no {crl} or {both}
'./<&> *dir*/<prints> `a`|b' {port} {name} {ca} 'a '\''<&>" `b`'
EOF
sed 's/&&&*$/\&\&\&/; $d' as-read | diff wanted - || fail 'another JUnit report'
[ "$(tail -n 1 as-read)" = 4096 ] || fail "$(tail -n 1 as-read) bytes of output, not 4096"
grep -qF "&lt;/failure&gt;]]&gt;&amp;amp;&quot;'&lt;!-- *a* _b_ \`c\` [d](e) | f" report.xml ||
	fail "the output of the client is not in report.xml"
grep -qxF '?[31mred?[0m ???? ?? ?? last' report.xml || fail "other bytes in report.xml"
if command -v xmllint >/dev/null; then
	xmllint --noout report.xml || fail 'xmllint does not read it'
fi

reports markdown report.md >as-read
tr '\t' '|' >wanted <<'EOF'
certificate|what is wrong with it|a correct client|the command
good-ecdsa|nothing, ECDSA P-256|accept|accept
good-rsa|nothing, RSA 2048|accept|**refuse**
wildcard-ok|nothing, covered by *.zoo.test|accept|accept
crl-ok|nothing, and the revocation lists confirm it|accept|not tested
expired|expired a month ago|refuse|**accept**
wrong-host|for another name|refuse|refuse
no-san|for no name at all|refuse|**crash**
revoked|revoked|refuse|not tested
crl-expired|the revocation list is stale|refuse|not tested
crl-other|the revocation list is from another CA|refuse|not tested
section good-rsa
section expired
section no-san
EOF
tr '\t' '|' <as-read | diff wanted - || fail 'another report in Markdown'
expect report.md '^Its fault: expired a month ago\. A correct client would refuse it; this one did not\.$'
expect report.md '^    </details><script>$'
expect report.md '^3 right, 2 wrong, 1 without a verdict, 4 not tested$'

# No old report remains, and one that cannot be written is an error.
run_status 2 hello-zoo-judge --dir zoo --only unicorn --junit report.xml --markdown report.md true '{port}'
[ ! -s report.xml ] || fail 'an old report is left'
[ ! -s report.md ] || fail 'an old report is left'
if [ -c /dev/full ]; then
	for each in --junit --markdown; do
		run_status 3 hello-zoo-judge --dir zoo --only good-ecdsa $each /dev/full false '{port}'
		expect err '^hello-zoo-judge: FILE: cannot write to /dev/full$'
	done
fi
