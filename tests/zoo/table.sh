#!/bin/sh
# table.sh - test all clients of the list below with the zoo, and print doc/zoo.md: which client accepts
# which certificate. `make zoo-table` runs it; a client that is not installed gets no column.
set -u
unset CDPATH
export LC_ALL=C
builddir=.
[ -x hello-client ] || builddir=build
builddir=$(cd $builddir && pwd) || exit 99
PATH=$builddir:$builddir/certs:$builddir/judge:$PATH
export PATH
cd "${srcdir:-.}" || exit 99
work=$(mktemp -d "${TMPDIR:-/tmp}/hello-tls.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
hello-certs zoo "$work/zoo" >/dev/null || exit 1

# Name and command, with the strictest options of the client.
clients='
hello-client|hello-client -q --cacert {ca} [crl --crlfile {crl} ] [ip --verify-name {verify} ] --connect-to {host} {name} {port}
s_client|openssl s_client -quiet -status -verify_return_error -x509_strict -CAfile {both} [crl -crl_check_all ] [name -verify_hostname {verify} ] [ip -verify_ip {verify} ] -servername {name} -connect {host}:{port}
curl|curl -sS --cacert {ca} [crl --crlfile {crl} ] --connect-to {name}:{port}:{host}:{port} https://{name}:{port}/
gnutls-cli|gnutls-cli --priority NORMAL:%PROFILE_MEDIUM --x509cafile {ca} --sni-hostname {name} --verify-hostname {verify} -p {port} {host}
wget|--hosts wget -q -O - --ciphers=NORMAL:%PROFILE_MEDIUM --ca-certificate={ca} [crl --crl-file={crl} ] https://{name}:{port}/
Python|python3 tests/support/clients/hello.py {port} {ca} {name} [crl {crl} ]
Java|java tests/support/clients/Hello.java {port} {ca} {name} [crl {crl} ]
Go|go run tests/support/clients/hello.go {port} {ca} {name}
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
	hello-zoo-judge --dir "$work/zoo" $2 >"$work/said" 2>"$work/err"
	# A client that refuses everything was run with the wrong options.
	if ! tail -n 1 "$work/said" | grep -q ' right, .* 0 without a verdict' ||
		! grep -q '^good-ecdsa .* accept$' "$work/said"; then
		echo "table.sh: no column for $1: $2" >&2
		cat "$work/said" "$work/err" >&2
		return 1
	fi
	sed '1d; $d' "$work/said" >"$work/rows"
	{
		echo "$1"
		awk '{ print $4 == "WRONG:" ? "**" $3 "**" : $3 }' "$work/rows"
	} >"$work/column"
	[ -s "$work/table" ] || {
		echo 'certificate|a correct client'
		awk '{ print $1 "|" $2 }' "$work/rows"
	} >"$work/table"
	paste -d '|' "$work/table" "$work/column" >"$work/wider" && mv "$work/wider" "$work/table"
	awk -v name="$1" '$4 == "WRONG:" { print $1 "|" name }' "$work/rows" >>"$work/missed"
	tail -n 1 "$work/said" | awk -v name="$1" -v version="$(version_of "$1")" \
		'{ printf "| %s | %s | %d | %d | %d |\n", name, version, $1, $3, $9 }' >>"$work/summary"
	printf '    hello-zoo-judge %s\n' "$2" >>"$work/commands"
}

is_there() {
	case $1 in
	s_client) command -v openssl ;;
	Python) command -v python3 ;;
	Java) command -v java ;;
	# The first one of all compiles the library, too, which takes longer than a client may.
	Go) command -v go && go build -o "$work/go" tests/support/clients/hello.go ;;
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
	' "$work/missed" certs/zoo.tsv
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

Each command makes a zoo, serves it, and connects the client to each certificate.
hello-zoo-judge(1) explains the words in braces. Run the commands in the top folder
of the source, which has the programs for Python, Java and Go:

$(cat "$work/commands")
EOF
