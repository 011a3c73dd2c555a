#!/bin/sh
# hello-certs - a private CA to try TLS with: a root, an intermediate, certificates for servers and
# clients, and a zoo of bad ones. Needs a POSIX shell and the openssl command (3.0 or newer).
#
#	DIR/ca.pem             the root: what the other side is told to trust
#	DIR/intermediate.pem   signed by the root; signs everything else
#	DIR/crl.pem            what these two have revoked
#	DIR/private/           the CA itself: keys, certificates, what was revoked
#	DIR/NAME/chain.pem     a leaf, then the intermediate: what a TLS peer sends
#	DIR/NAME/key.pem       the key of that leaf
#
# Who decides what, as in any CA: the *request* says which key and which names, the *profile*
# (profiles) says everything else, and `openssl verify` judges the result before anybody gets it.
# So the rules of X.509 stay in OpenSSL; the shell only guards what goes in and places what comes
# out. README.md explains the profiles; numbers like 4.2.1.6 are sections of RFC 5280.
#
# make(1) joins this program of parts, one concern each, which lie beside each other in certs/.

VERSION='@VERSION@'
DAY=86400
CA_DAYS=365
LEAF_DAYS=30
CRL_DAYS=30
OCSP_DAYS=7

# What the command line said. Lists are words between blanks: a name with a blank is refused, and
# set -f (in main) keeps the shell from expanding the "*" of a wildcard.
verb='' dir='' names='' domains='' force='' kind=server key_type='' days='' new_key='' staple=''
crl_reason='' p12='' nss='' sysroot='' yes='' ask_passphrase='' passphrase_file=''
not_before='' expired=''
# What follows from it: the constraints, the folder in DIR, the names in the certificate, its key.
permitted='' folder='' cn='' san='' key=''

# ---- what went wrong ---------------------------------------------------------------------------

# die OUTCOME WHAT ADVICE: one line each, and the exit status that belongs to OUTCOME.
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
	die FILE "cannot write in $1" 'another folder, or ls -ld and df to see what is wrong'
}

# Messages quote hostile input: what could break the line or move a cursor becomes "?".
one_line() {
	printf '%s' "$1" | tr '[:cntrl:]' '?'
}

# A path as a shell has to read it, for the advice that people paste.
quoted() {
	case $1 in
	*[!A-Za-z0-9_./:@%+=-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf '%s' "$1" ;;
	esac
}

# For advice: the command that makes the CA in DIR anew, with the --domain options it has.
new_ca() {
	printf 'hello-certs init %s%s' "$(quoted "$dir")" \
		"$(sed -n 's/./ --domain &/p' "$dir/private/domains" 2>/dev/null | tr -d '\n')"
}

# openssl without its chatter, which is kept for reason.
tool() {
	openssl "$@" </dev/null >"$work/said" 2>&1
}

# Why the last tool failed: the first thing it said that is neither preamble nor the name of a
# certificate. Its errors are thread:error:code:library:function:text:file:line:data.
reason() {
	sed -e '/^$/d; /^Using /d; /^Error /d; /^CN/d; /^Could not /d' \
		-e 's/^error [0-9]* at .* lookup: *//' \
		-e 's/^[^:]*:error:[^:]*:[^:]*:[^:]*:\([^:]*\):[^:]*:[^:]*:/\1 /' -e q "$work/said"
}

# ---- what only a person can say ----------------------------------------------------------------

# Standard input may be anything; the person is at the terminal, if there is one.
has_terminal() {
	(: </dev/tty) 2>/dev/null
}

# agreed QUESTION: --yes, or a "y" at the terminal.
agreed() {
	[ -z "$yes" ] || return 0
	has_terminal || usage_error "there is no terminal to ask at: $verb needs --yes"
	printf '%s [y/N] ' "$1" >/dev/tty
	IFS= read -r answer </dev/tty
	case $answer in
	[yY] | [yY][eE][sS]) ;;
	*) die USAGE 'nothing was done' 'y, if you agree' ;;
	esac
}

# read_passphrase WHAT: from the file that was named, else from the terminal, into the environment,
# where openssl finds it and ps(1) does not.
read_passphrase() {
	if [ -n "$passphrase_file" ]; then
		IFS= read -r HELLO_CERTS_PASSPHRASE 2>/dev/null <"$passphrase_file" ||
			[ -n "${HELLO_CERTS_PASSPHRASE-}" ] ||
			die FILE "there is no passphrase in $passphrase_file" 'a file with one line'
	else
		has_terminal || usage_error "$1 is needed: --passphrase-file FILE"
		printf '%s: ' "$1" >/dev/tty
		hidden=yes
		stty -echo </dev/tty
		IFS= read -r HELLO_CERTS_PASSPHRASE </dev/tty
		show_typing
	fi
	[ ${#HELLO_CERTS_PASSPHRASE} -ge 4 ] ||
		usage_error "$1 is too short: openssl takes no less than 4 characters"
	export HELLO_CERTS_PASSPHRASE
}

hidden=''
show_typing() {
	[ -z "$hidden" ] || { stty echo && echo; } </dev/tty >/dev/tty
	hidden=''
}

