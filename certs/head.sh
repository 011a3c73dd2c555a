#!/bin/sh
# hello-certs - a private CA to try TLS with: a root, an intermediate, certificates for servers and
# clients, and a zoo of invalid ones. Needs a POSIX shell and the openssl command (3.0 or newer).
#
#	DIR/ca.pem             the root, which the other side must trust
#	DIR/intermediate.pem   signed by the root; signs everything else
#	DIR/crl.pem            the revocation lists of these two
#	DIR/private/           the CA itself: keys, certificates, revocations
#	DIR/NAME/chain.pem     a leaf, then the intermediate: what a TLS peer sends
#	DIR/NAME/key.pem       the key of that leaf
#
# As in any CA, the *request* has the key and the names, the *profile* (profiles) has everything
# else, and `openssl verify` checks the result before it is placed. The rules of X.509 stay in
# OpenSSL; the shell only checks the input and places the output. README.md explains the profiles;
# numbers such as 4.2.1.6 are sections of RFC 5280.
#
# make(1) joins the parts in certs/ into this program.

VERSION='@VERSION@'
DAY=86400
CA_DAYS=365
LEAF_DAYS=30
CRL_DAYS=30
OCSP_DAYS=7

# The command line. Lists are words between blanks: a name with a blank is rejected, and set -f (in
# main) prevents the expansion of the "*" of a wildcard.
verb='' dir='' names='' domains='' force='' kind=server key_type='' days='' new_key='' staple=''
crl_reason='' p12='' nss='' sysroot='' yes='' ask_passphrase='' passphrase_file=''
valid_for='' not_before='' expired=''
# Derived from it: the constraints, the folder in DIR, the certificate's names, its key.
permitted='' folder='' cn='' san='' key=''

# ---- errors ------------------------------------------------------------------------------------

# die OUTCOME WHAT ADVICE: prints a line each for WHAT and ADVICE, and exits with OUTCOME's status.
die() {
	printf 'hello-certs: %s: %s\n  try: %s\n' "$1" "$(one_line "$2")" "$(one_line "$3")" >&2
	case $1 in
	USAGE) exit 2 ;;
	FILE) exit 3 ;;
	*) exit 1 ;;
	esac
}

usage_error() {
	die USAGE "$1" 'hello-certs --help'
}

cannot_write() {
	die FILE "cannot write to $1" 'use another folder; ls -ld and df show what is wrong'
}

# Messages quote hostile input: replaces control characters with "?".
one_line() {
	printf '%s' "$1" | tr '[:cntrl:]' '?'
}

# Quotes a path for a shell, because users paste the advice.
quoted() {
	case $1 in
	*[!A-Za-z0-9_./:@%+=-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf '%s' "$1" ;;
	esac
}

# For advice: the command that makes the CA in DIR again, with its --domain options.
new_ca() {
	printf 'hello-certs init %s%s' "$(quoted "$dir")" \
		"$(sed -n 's/./ --domain &/p' "$dir/private/domains" 2>/dev/null | tr -d '\n')"
}

# Runs openssl and keeps its output for reason.
tool() {
	openssl "$@" </dev/null >"$work/said" 2>&1
}

# Why the last tool failed: its first line that is neither preamble nor the name of a certificate.
# Its errors are thread:error:code:library:function:text:file:line:data.
reason() {
	sed -e '/^$/d; /^Using /d; /^Error /d; /^CN/d; /^Could not /d' \
		-e 's/^error [0-9]* at .* lookup: *//' \
		-e 's/^[^:]*:error:[^:]*:[^:]*:[^:]*:\([^:]*\):[^:]*:[^:]*:/\1 /' -e q "$work/said"
}

# ---- questions to the user ---------------------------------------------------------------------

# Standard input may be anything, so questions go to the terminal, if there is one.
has_terminal() {
	(: </dev/tty) 2>/dev/null
}

# agreed QUESTION: goes on with --yes or after a "y" at the terminal, else exits.
agreed() {
	[ -z "$yes" ] || return 0
	has_terminal || usage_error "no terminal to ask on: $verb needs --yes"
	printf '%s [y/N] ' "$1" >/dev/tty
	IFS= read -r answer </dev/tty
	case $answer in
	[yY] | [yY][eE][sS]) ;;
	*) die USAGE 'nothing was done' 'answer y to agree' ;;
	esac
}

# read_passphrase WHAT: reads it from --passphrase-file or the terminal into the environment, where
# openssl finds it but ps(1) does not show it.
read_passphrase() {
	if [ -n "$passphrase_file" ]; then
		IFS= read -r HELLO_CERTS_PASSPHRASE 2>/dev/null <"$passphrase_file" ||
			[ -n "${HELLO_CERTS_PASSPHRASE-}" ] ||
			die FILE "no passphrase in $passphrase_file" 'a file with one line'
	else
		has_terminal || usage_error "missing $1: --passphrase-file FILE"
		printf '%s: ' "$1" >/dev/tty
		hidden=yes
		stty -echo </dev/tty
		IFS= read -r HELLO_CERTS_PASSPHRASE </dev/tty
		show_typing
	fi
	[ ${#HELLO_CERTS_PASSPHRASE} -ge 4 ] ||
		usage_error "$1 is too short: openssl requires at least 4 characters"
	export HELLO_CERTS_PASSPHRASE
}

hidden=''
show_typing() {
	[ -z "$hidden" ] || { stty echo && echo; } </dev/tty >/dev/tty
	hidden=''
}

