#!/bin/sh
# table.sh - test all clients of the list below with the zoo, and print doc/zoo.md: which client accepts
# which certificate. `make zoo-table` runs it; a client that is not installed gets no column.
set -u
unset CDPATH
export LC_ALL=C
srcdir=$(cd "${srcdir:-.}" && pwd) || exit 99
builddir=.
[ -x hello-client ] || builddir=build
PATH=$(cd $builddir && pwd):$PATH
export srcdir PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/hello-tls.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Name and command, with the strictest options of the client.
clients='
hello-client|hello-client -q --cacert {ca} [crl --crlfile {crl} ] [ip --verify-name {verify} ] --connect-to {host} {name} {port}
s_client|openssl s_client -quiet -status -verify_return_error -x509_strict -CAfile {both} [crl -crl_check_all ] [name -verify_hostname {verify} ] [ip -verify_ip {verify} ] -servername {name} -connect {host}:{port}
curl|curl -sS --cacert {ca} [crl --crlfile {crl} ] --connect-to {name}:{port}:{host}:{port} https://{name}:{port}/
gnutls-cli|gnutls-cli --priority NORMAL:%PROFILE_MEDIUM --x509cafile {ca} --sni-hostname {name} --verify-hostname {verify} -p {port} {host}
wget|--hosts wget -q -O - --ciphers=NORMAL:%PROFILE_MEDIUM --ca-certificate={ca} [crl --crl-file={crl} ] https://{name}:{port}/
Python|python3 {srcdir}/tests/support/clients/hello.py {port} {ca} {name} [crl {crl} ]
Java|java {srcdir}/tests/support/clients/Hello.java {port} {ca} {name} [crl {crl} ]
Go|go run {srcdir}/tests/support/clients/hello.go {port} {ca} {name}
'

version_of() {
	case $1 in
	hello-client) hello-client --version ;;
	s_client) openssl version ;;
	Python) python3 -c 'import ssl, sys
print("Python", sys.version.split()[0], "with", ssl.OPENSSL_VERSION)' ;;
	wget) wget --version | awk 'NR == 1 { name = $1 " " $2 " " $3 }
		match($0, /[+]ssl\/[a-z]*/) { tls = substr($0, RSTART + 5, RLENGTH - 5) }
		END { print name " with " tls }' ;;
	Java) java --version ;;
	Go) go version ;;
	*) "$1" --version ;;
	esac | awk -v name="$1" '
		name == "hello-client" { text = text (NR > 1 ? " with " : "") $0; next }
		NR > 1 { next }
		name == "curl" { text = $1 " " $2 " with " $5; next }
		{ text = $0; sub(/^go version /, "", text); sub(/ \(Library.*/, "", text) }
		END { print text }'
}

# judge NAME COMMAND: adds its column, its version and what it got wrong.
judge() {
	# shellcheck disable=SC2086 # words
	sh "$srcdir/tests/system/zoo.sh" $2 >"$work/said" 2>"$work/err"
	if ! grep -q '^[0-9]* wrong$' "$work/said" || grep -q ' late <$' "$work/said"; then
		cat "$work/said" "$work/err" >&2
		return 1
	fi
	# A client that refuses everything was run with the wrong options.
	if ! grep -q '^good-ecdsa .* accept$' "$work/said"; then
		echo "table.sh: $1 refuses what is good: $2" >&2
		return 1
	fi
	awk -v name="$1" '
		NR == 1 { print name; next }
		/ wrong$/ { next }
		{ print $4 == "<" ? "**" $3 "**" : $3 }' "$work/said" >"$work/column"
	[ -s "$work/table" ] || awk '
		NR == 1 { print "certificate|a correct client"; next }
		/ wrong$/ { next }
		{ print $1 "|" $2 }' "$work/said" >"$work/table"
	paste -d '|' "$work/table" "$work/column" >"$work/wider" && mv "$work/wider" "$work/table"
	awk -v name="$1" -v version="$(version_of "$1")" '
		NR == 1 || / wrong$/ { next }
		$3 == "-" { unseen++; next }
		$4 == "<" { wrong++; print $1 "|" name >>missed; next }
		{ right++ }
		END { printf "| %s | %s | %d | %d | %d |\n", name, version, right, wrong, unseen }
	' missed="$work/missed" "$work/said" >>"$work/summary"
	printf '    sh tests/system/zoo.sh %s\n' "$2" >>"$work/commands"
}

is_there() {
	case $1 in
	s_client) command -v openssl ;;
	Python) command -v python3 ;;
	Java) command -v java ;;
	# The first one of all compiles the library, too, which takes longer than a client may.
	Go) command -v go && go build -o "$work/go" "$srcdir/tests/support/clients/hello.go" ;;
	*) command -v "$1" ;;
	esac >/dev/null
}

printf '%s' "$clients" | while IFS='|' read -r name command; do
	[ -n "$name" ] || continue
	if is_there "$name"; then
		echo "table.sh: $name" >&2
		judge "$name" "$command" || exit 1
	else
		echo "table.sh: $name is not installed" >&2
	fi
done || exit 1

# A row for each certificate that a client got wrong.
missed() {
	awk -F '[\t|]' '
		FNR == NR { who[$1] = who[$1] (who[$1] == "" ? "" : ", ") $2; next }
		$1 in who { print "| " $1 " | " $2 " | " who[$1] " |" }
	' "$work/missed" "$srcdir/certs/zoo.tsv"
}

: >>"$work/missed"
system=$(sed -n 's/^PRETTY_NAME="*\([^"]*\)"*$/\1/p' /etc/os-release 2>/dev/null)
cat <<EOF
# The zoo: who accepts what

Measured on ${system:-this system}, $(date -u +%Y-%m-%d),
by \`make zoo-table\`, which writes this page. Every client connected to the same
\`hello-zoo\`, with the strictest options it has. \`certs/zoo.tsv\` lists what is wrong
with each certificate, and what a client that follows RFC 5280 and RFC 9525 does. A
wrong answer is not always a bug: curl, for example, checks a stapled response only
with \`--cert-status\`, and then rejects every server that sends none.

## Summary

A client that has no option for revocation lists is not tested with them, and a
client that cannot request a name and verify an address is not tested with IP
addresses.

| client | version | right | wrong | not tested |
|---|---|---|---|---|
$(cat "$work/summary")

## What they get wrong

| certificate | what is wrong with it | wrong clients |
|---|---|---|
$(missed)

## Verdicts

Wrong verdicts are bold. "either" means that both are right, "-" that the client
was not tested.

EOF
awk -F '|' '
	{
		line = "|"
		for (i = 1; i <= NF; i++)
			line = line " " $i " |"
		print line
	}
	NR == 1 {
		line = "|"
		for (i = 1; i <= NF; i++)
			line = line "---|"
		print line
	}' "$work/table"
cat <<EOF

## Repeat it

Each command makes a zoo, serves it, and connects the client to each certificate. The
top of \`tests/system/zoo.sh\` explains the words in braces. Run them in the top folder of the
source, after a build there or in \`build\` (which must be in \`PATH\` for
\`hello-client\`):

$(cat "$work/commands")
EOF
