#!/bin/sh
# certs-shells.sh - hello-certs does the same in every shell, whatever the environment says: in sh and
# in busybox, which shares nothing with it; with ROWS=all in others, too, and with a whole zoo.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl

cd "$TMP" || error 'no folder'
# OpenSSL can do nothing at all with this configuration.
printf '%s\n' 'openssl_conf = a' '[ a ]' 'providers = b' '[ b ]' 'null = c' '[ c ]' \
	'activate = 1' >nothing.cnf
! OPENSSL_CONF=nothing.cnf openssl rand 1 >out 2>&1 || error 'the configuration is ignored'

# What a hostile or careless environment may hold, down to the names of our own variables.
everything() {
	OPENSSL_CONF=nothing.cnf SSL_CERT_FILE=nonsense SSL_CERT_DIR=/ LC_ALL=C.UTF-8 IFS=aeiou \
		TZ=Asia/Kathmandu CDPATH=/tmp POSIXLY_CORRECT=1 HELLO_CERTS_WORK=/ work=/ made=/ \
		dir=/ type=x days=1 force=yes passin=x verb=x san=x cn=x mask=x bits=x names='a b' VERSION=x PATH="$PATH" "$@"
}

# What was signed in this very second has a day more left than what was signed in the one before.
without_days() {
	sed -E 's/, [0-9]+([dhms]) left$/, N\1 left/
		s/ (root|intermediate|server|client) +[0-9]+([dhms])  / \1 N\2  /'
}

# story SHELL...: all verbs, good and bad. What it printed, and how it ended, is in $TMP/story.
story() {
	rm -rf ca
	while read -r words; do
		set -f
		# shellcheck disable=SC2086 # words
		everything "$@" "$HELLO_CERTS" $words 2>&1
		printf '%s: %d\n' "$words" $?
		set +f
	done <<'EOF' | without_days >story
--version
--help
init ca --domain example.com --domain=192.0.2.128/25 --domain 2001:db8::/33
init ca
issue ca a.test *.a.test 127.0.0.1 ::1 me@a.example spiffe://a.test/b a.test
issue ca alice --client --key=rsa --days 7
issue ca *.example.com 192.0.2.129 2001:db8:7fff::1 --key ed25519
issue ca a.test
issue ca ä.test
issue ca $HOME
issue ca 192.0.2.127 2001:db8:8000::1 x.example
renew ca *.example.com --days 3
renew ca alice --valid-for 5h
ocsp ca a.test
renew ca a.test --new-key --key=ecdsa-384
issue ca bob --client
revoke ca bob --reason superseded
revoke ca c.test
renew ca bob
crl ca --days 2
verify ca a.test bob
verify ca
destroy nowhere --yes
renew ca b.test
show ca
show
frobnicate
EOF
	# As others see it, half an hour ago too.
	{
		for each in a.test alice bob _.example.com; do
			openssl x509 -in ca/$each/chain.pem -noout -subject \
				-ext subjectAltName,keyUsage,extendedKeyUsage,basicConstraints
		done
		openssl x509 -in ca/ca.pem -noout -ext nameConstraints
		for each in 0 1800; do
			openssl verify -x509_strict -attime $(($(date +%s) - each)) -no-CApath \
				-CAfile ca/ca.pem -untrusted ca/intermediate.pem ca/*/chain.pem
		done
	} >>story 2>&1
	[ "$(grep -c ': OK$' story)" -eq 8 ] || fail "in $*: $(cat story)"
}

# breed SHELL...: a whole zoo, of which what is there and what it is are told.
breed() {
	rm -rf zoo
	everything "$@" "$HELLO_CERTS" zoo zoo >out 2>&1 || fail "no zoo in $*: $(cat out)"
	{
		find zoo ! -path 'zoo/private/revoked/*' | LC_ALL=C sort
		for each in zoo/*/chain.pem; do
			openssl x509 -in "$each" -noout -text -certopt no_serial,no_validity,no_pubkey,no_sigdump |
				sed '/Key Identifier/{N;d;}; s/ [0-9a-f]\{8\}$/ ID/'
		done
		cat zoo/zoo.tsv
	} >kinds
}

story sh
mv story first
cat first
! all_rows || { breed sh && mv kinds first-kinds; }
for shell in dash 'busybox sh' 'bash --posix' mksh; do
	all_rows || break
	if ! command -v "${shell%% *}" >/dev/null; then
		echo "NOTE: ${shell%% *} is not installed, not tried"
		continue
	fi
	if [ "$(readlink -f "$(command -v "$shell")")" = "$(readlink -f "$(command -v sh)")" ]; then
		echo "tried: $shell, which is sh"
		continue
	fi
	# shellcheck disable=SC2086 # perhaps two words
	story $shell
	diff first story || fail "$shell tells another story than sh"
	echo "tried: $shell"
done

# Nor does it lean on what only GNU's tools can do.
if command -v busybox >/dev/null; then
	mkdir bin
	ln -s "$(command -v openssl)" bin/
	for tool in sh awk cat chmod cmp cp date grep id ls mkdir mktemp mv od rm rmdir sed sleep \
		sort tr uname; do
		ln -s "$(command -v busybox)" bin/$tool
	done
	story env PATH="$TMP/bin" sh
	diff first story || fail 'the tools of busybox tell another story'
	if all_rows; then
		breed env PATH="$TMP/bin" sh
		diff first-kinds kinds || fail 'the tools of busybox breed other animals'
	fi
	echo 'tried: the tools of busybox'
fi
