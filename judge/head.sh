#!/bin/sh
# hello-zoo-judge - tests a TLS client with the certificates of a zoo. It starts hello-zoo, runs the
# client once for each certificate, and compares what the client accepts with what a correct client
# accepts. Needs a POSIX shell, hello-zoo, hello-certs, and the usual tools of Linux.
#
# make(1) joins the parts in judge/ into this program; hello-zoo-judge(1) is its manual. These files
# are in the temporary folder $work:
#
#	zoo/      the certificates, without --dir
#	log       the log of hello-zoo, which shows what the client requested
#	animals   the lines of zoo.tsv for certificates of servers
#	plan      the certificates to test, a line each: name, fault, correct, revocation lists, address,
#	          and what the command lacks for it; the columns are separated by tabs
#	results   the same for: name, fault, correct, verdict, class, hundredths of a second, remark
#	said/     the end of what the client printed, a file for each certificate

VERSION='@VERSION@'
OUTPUT_BYTES=4096
TIMEOUT=30
# In the fourth week after its creation a zoo is still right; then "not-yet-valid" becomes valid.
ZOO_DAYS=27

# The command line.
only='' skip='' zoo='' limit=$TIMEOUT hosts='' junit='' markdown=''
# The temporary folder; the processes that run; $tab.
work='' zoo_pid='' runner=''
tab=$(printf '\t')

# ---- errors ------------------------------------------------------------------------------------

# die OUTCOME WHAT ADVICE: prints a line each for WHAT and ADVICE, and exits with OUTCOME's status.
die() {
	printf 'hello-zoo-judge: %s: %s\n  try: %s\n' "$1" "$(one_line "$2")" "$(one_line "$3")" >&2
	case $1 in
	USAGE) exit 2 ;;
	*) exit 3 ;;
	esac
}

usage_error() {
	die USAGE "$1" 'hello-zoo-judge --help'
}

# Messages quote hostile input: replaces control characters and other alphabets with "?".
one_line() {
	printf '%s' "$1" | LC_ALL=C tr -c '\040-\176' '?'
}

# Quotes a word for a shell, because users paste the command and the advice.
quoted() {
	case $1 in
	'[crl' | '[ip' | '[name' | ']') printf '%s' "$1" ;;
	'' | *[!A-Za-z0-9_./:@%+={},-]*)
		printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf '%s' "$1" ;;
	esac
}

# ---- the end -----------------------------------------------------------------------------------

cleanup() {
	trap '' HUP INT TERM
	[ -z "$runner" ] || kill -KILL "-$runner" 2>/dev/null
	if [ -n "$zoo_pid" ]; then
		kill -TERM "$zoo_pid" 2>/dev/null
		wait "$zoo_pid" 2>/dev/null
	fi
	rm -rf ${work:+"$work"}
}
