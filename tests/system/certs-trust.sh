#!/bin/sh
# certs-trust.sh - the root gets into a trust store and out of it, and a CA can be destroyed: only
# when somebody agrees, and with nothing else. No store of this machine is touched.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl setsid

cd "$TMP" || error 'no folder'

certs() {
	expected=$1
	shift
	run_status "$expected" setsid -w "$HELLO_CERTS" "$@" # without a terminal
}

certs 0 init ca
certs 0 issue ca a.test

# The root, and another one behind it: which nobody is asked about.
certs 0 init behind
cp ca/ca.pem root.pem
cat behind/ca.pem >>ca/ca.pem

# A system like Debian, in a folder.
if command -v update-ca-certificates >/dev/null; then
	mkdir -p system/usr/local/share/ca-certificates system/usr/share/ca-certificates \
		system/etc/ssl/certs system/etc/ca-certificates/update.d
	: >system/etc/ca-certificates.conf
	certs 0 init other
	cp other/ca.pem system/usr/local/share/ca-certificates/other.crt
	find /etc/ssl/certs -print >before
	certs 2 trust ca --sysroot "$TMP/system"
	expect err '^hello-certs: USAGE: no terminal to ask on.*--yes'
	[ "$(ls system/usr/local/share/ca-certificates)" = other.crt ] || fail 'trusted without a yes'
	certs 3 untrust ca --sysroot "$TMP/system" --yes
	certs 0 trust ca --sysroot "$TMP/system" --yes
	expect out '^trusted: hello-certs root '
	run_status 0 openssl verify -x509_strict -no-CApath \
		-CAfile system/etc/ssl/certs/ca-certificates.crt \
		-untrusted ca/a.test/chain.pem ca/a.test/chain.pem
	run_status 2 openssl verify -no-CApath -CAfile system/etc/ssl/certs/ca-certificates.crt \
		behind/ca.pem
	certs 0 untrust ca --sysroot "$TMP/system" --yes
	[ "$(ls system/usr/local/share/ca-certificates)" = other.crt ] || fail 'still there'
	cmp -s other/ca.pem system/etc/ssl/certs/ca-certificates.crt || fail 'still trusted'
	[ "$(find system/etc/ssl/certs -type l | wc -l)" -eq 2 ] || fail 'a link has stayed'
	find /etc/ssl/certs -print | cmp -s - before || fail 'the store of this machine has changed'
else
	echo 'NOTE: update-ca-certificates is not installed, not tried'
fi

if command -v certutil >/dev/null; then
	mkdir nss
	certutil -N -d sql:nss --empty-password || error 'no database'
	certs 2 trust ca --nss nss
	certs 0 trust ca --nss nss --yes
	certutil -L -d sql:nss >out
	expect out '^hello-certs root [0-9a-f]*  *C,,'
	[ "$(grep -c C,, out)" -eq 1 ] || fail 'more than the root that was named'
	# NSS judges for itself: -u V is a TLS server.
	certutil -A -d sql:nss -n inter -t ,, -i ca/intermediate.pem
	certutil -A -d sql:nss -n leaf -t ,, -i ca/a.test/chain.pem
	run_status 0 certutil -V -d sql:nss -n leaf -u V -e
	certs 0 untrust ca --nss sql:nss --yes
	! certutil -L -d sql:nss | grep -q 'hello-certs root' || fail 'still in the database'
	run_status 255 certutil -V -d sql:nss -n leaf -u V -e
	certs 3 trust ca --nss nowhere --yes
else
	echo 'NOTE: certutil is not installed, not tried'
fi

# Elsewhere it only tells, without a question.
mkdir elsewhere
certs 0 trust ca --sysroot elsewhere
expect out '^  first          openssl x509 -in ca/ca.pem -out hello-certs-root-[0-9a-f]*.pem$'
expect out '^  Fedora, RHEL   cp hello-certs-root-[0-9a-f]*.pem '
cp root.pem ca/ca.pem
certs 0 trust ca --sysroot elsewhere
! grep -q '^  first ' out || fail 'there is only one'
expect out '^  Debian, Ubuntu apt-get install ca-certificates'
expect out '^  Fedora, RHEL   cp ca/ca.pem '
certs 0 untrust ca --sysroot elsewhere
expect out '^  macOS          security remove-trusted-cert -d ca/ca.pem'
[ -z "$(ls elsewhere)" ] || fail 'it did something elsewhere'

# Nothing goes without a yes, and nothing that is not ours.
certs 0 ocsp ca a.test
certs 0 crl ca
certs 2 destroy ca
certs 0 verify ca
mkdir ca/mine
echo precious >ca/a.test/mine
certs 0 destroy ca --yes
expect out '^kept.*: a.test'
find ca | sort >left
printf '%s\n' ca ca/a.test ca/a.test/mine ca/mine | cmp -s - left || fail "left: $(cat left)"
certs 3 destroy ca --yes
certs 3 destroy nowhere --yes
certs 0 init whole
certs 0 issue whole a.test
certs 0 destroy whole --yes
[ ! -e whole ] || fail "still there: $(ls -A whole)"
