#!/bin/sh
# stable.sh [--print] - nothing that doc/stability.md promises is missing: each line of stable.tsv, the list of the
# last release, is among what the programs say today. With --print: print today's list, for `make
# stable-names`.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

list=$srcdir/tests/system/stable.tsv
print=${1-}

need curl jq openssl
completions=$builddir/src/completion
[ -s "$completions/hello-client" ] || skip 'there are no completions: this is a cross build'
make_pki

# ---- what a program knows without a connection -------------------------------------------------------

# Name, then status and layer; the log alone has those without a status.
outcomes() {
	sed -n 's/^[[:space:]]*X(\([A-Z_]*\), *\([A-Z0-9_]*\), *\([A-Z]*\),.*/\1 \2 \3/p' \
		"$srcdir/src/base/outcome.h" | while read -r name status layer; do
		[ "$status" != OUTCOME_NO_STATUS ] || status=none
		printf 'outcome\t%s\t%s %s\n' "$name" "$status" "$(echo "$layer" | tr '[:upper:]' '[:lower:]')"
	done
}

# options PROGRAM: with and without a value; a letter; and the words that a value may be.
options() {
	"$1" --help | awk -v program="${1##*/}" '
	match($0, /^ +(-[A-Za-z0-9], )?--[a-z0-9-]+( [^ ]+)?/) {
		n = split(substr($0, RSTART, RLENGTH), word, /[ ,]+/)
		for (i = 2; word[i] !~ /^--/; i++)
			print "letter\t" program " " word[i] "\t" word[i + 1]
		print "option\t" program " " word[i] "\t" (i < n ? "value" : "no value")
	}'
	[ ! -e "$completions/${1##*/}" ] || sed -nE "s/^	(-.\|)?(--[a-z0-9-]+)\) COMPREPLY=\(\\$\(compgen -W '([^']*)'.*/\2 \3/p" \
		"$completions/${1##*/}" | while read -r option words; do
		for word in $words; do
			printf 'word\t%s %s %s\t\n' "${1##*/}" "$option" "$word"
		done
	done
}

# What it replaces in the words of a command, and what these depend on.
placeholders() {
	"$HELLO_ZOO_JUDGE" --help | grep -oE '[{][a-z]+[}]|"\[[a-z]+"' | tr -d '"' | LC_ALL=C sort -u |
		sed 's/.*/word	hello-zoo-judge &	/'
}

# Its help shows each command with its options.
commands() {
	"$HELLO_CERTS" --help | awk '
	/^$/ { exit }
	{ sub(/^usage:/, "      ") }
	/^ +hello-certs / { count = 0 }
	{
		gsub(/\.\.\.|[][]/, "")
		n = split($0, word, /[ |]+/)
		start = 2
		if (word[2] == "hello-certs") {
			for (start = 3; word[start] ~ /^[a-z]+$/; start++) {
				command[++count] = word[start]
				print "command\thello-certs " word[start] "\t"
			}
		}
		for (i = start; i <= n; i++) {
			if (word[i] !~ /^--/)
				continue
			value = i < n && word[i + 1] ~ /^[A-Z]/ ? "value" : "no value"
			if (count == 0)
				print "option\thello-certs " word[i] "\t" value
			for (c = 1; c <= count; c++)
				print "option\thello-certs " command[c] " " word[i] "\t" value
		}
	}'
}

files() {
	(cd "$PKI" && find . -name '*.pem' ! -path './private/*' -o -name '*.der') |
		sed 's|^\./|file	hello-certs DIR/|; s|/localhost/|/NAME/|; s|$|	|'
}

services() {
	sed -nE 's/^[[:space:]]+\{ "([a-z0-9-]+)", "([0-9]*)", "([0-9 ]*)", .*/service	\1	\2 \3/p' \
		"$srcdir/src/client/services/service.c" | sed 's/ *$//'
}

log_keys() {
	sed -nE 's/.*log_(field|text|number)\(&?line, "([a-z_]+)".*/log	\2	/p' "$srcdir/src/server/conn/conn_log.c"
}

# A path with the types of its values; "[]" is any item of a list, ".*" any other member.
json_members() {
	jq -r '
	. as $root
	| def at($ref): $root.definitions[$ref | ltrimstr("#/definitions/")];
	def types:
		if has("$ref") then at(."$ref") | types
		elif has("const") then [.const | type]
		elif has("enum") then [.enum[] | type]
		elif has("oneOf") then [.oneOf[] | types[]]
		else [.type // "any"] | flatten end
		| unique;
	def members($path):
		def one($name): "json\t\($path).\($name)\t\(types | join(" "))", members("\($path).\($name)");
		if has("$ref") then at(."$ref") | members($path)
		elif has("oneOf") then .oneOf[] | members($path)
		else
			(.properties // {}) as $known
			| (.additionalProperties | if type == "object" then . else null end) as $others
			| ((.required // []) + ($known | keys) | unique[] as $name
				| $known[$name] // $others // {} | one($name)),
			(if $others and ((.required // []) | length) == 0 then $others | one("*") else empty end),
			(if .items then .items | members("\($path)[]") else empty end)
		end;
	.definitions | to_entries[] | select(.key == "probe" or .key == "summary")
	| .key as $key | .value | members($key)' "$srcdir/doc/hello-client.schema.json"
}

# ---- what a program says when it runs ----------------------------------------------------------------

# metrics PROGRAM: type and labels of each, from an exposition.
metrics() {
	awk -v program="$1" '
	/^# TYPE / { type[$3] = $4 }
	/^[^#]/ {
		name = labels = $0
		sub(/[{ ].*/, "", name)
		if (labels !~ /^[a-z_]+[{]/)
			labels = ""
		sub(/^[^{]*[{]/, "", labels)
		gsub(/="([^"\\]|\\.)*"/, "", labels)
		sub(/[}].*/, "", labels)
		if (name ~ /_bucket$/)
			next
		if (!(name in type))
			sub(/_(sum|count)$/, "", name)
		print "metric\t" program " " name "\t" type[name] (labels == "" ? "" : " " labels)
	}'
}

scrape() {
	curl -sSf --max-time 10 "http://$METRICS/metrics" >"$TMP/server.prom" 2>"$TMP/err"
}

running() {
	for each in 'ocsp localhost' crl; do
		# shellcheck disable=SC2086  # a command, and its argument
		set -- ${each% *} "$PKI" ${each#"${each% *}"}
		"$HELLO_CERTS" "$@" >"$TMP/out" 2>&1 || error "hello-certs $*: $(cat "$TMP/out")"
	done
	start_server --workers 1 --metrics 127.0.0.1:0 --cert "$CERT" --key "$KEY" \
		--ocsp "$PKI/localhost/ocsp.der" --client-ca "$CA" --client-auth optional --crlfile "$PKI/crl.pem"
	METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --nagios --expect-outcome OK --prometheus "$TMP/client.prom" \
		localhost "$PORT"
	tr ' ' '\n' <"$TMP/out" | sed -n 's/^|*\([a-z_]*\)=.*/perfdata	\1	/p'
	metrics hello-client <"$TMP/client.prom"
	wait_for "$PATIENCE" scrape || fail "no metrics: $(cat "$TMP/err")"
	metrics hello-server <"$TMP/server.prom"
	stop_server
}

# ---- compare -----------------------------------------------------------------------------------------

{
	outcomes
	options "$HELLO_CLIENT"
	options "$HELLO_SERVER"
	options "$HELLO_ZOO"
	options "$HELLO_ZOO_JUDGE"
	placeholders
	commands
	services
	log_keys
	json_members
	running
	files
} >"$TMP/names" || exit
LC_ALL=C sort -u "$TMP/names" >"$TMP/today"
# A kind with too few lines was not read.
for kind in 'outcome 50' 'option 140' 'letter 15' 'word 70' 'command 13' 'service 30' 'log 20' 'json 80' \
	'metric 28' 'perfdata 6' 'file 5'; do
	count=$(grep -c "^${kind% *}	" "$TMP/today")
	[ "$count" -ge "${kind#* }" ] || fail "only $count names of the kind ${kind% *} were found"
done
if [ "$print" = --print ]; then
	cat "$TMP/today"
	exit
fi

# missing LIST: its lines that are not true today.
missing() {
	LC_ALL=C comm -13 "$TMP/today" "$1"
}
LC_ALL=C sort -c "$list" || error "$list is not sorted"
sed 's/^\(option	hello-client --cacert\)	value$/\1	no value/; s/^outcome	OK	/outcome	FINE	/' "$list" |
	LC_ALL=C sort >"$TMP/planted"
[ "$(missing "$TMP/planted" | wc -l)" -eq $(($(missing "$list" | wc -l) + 2)) ] ||
	error 'two planted names were not found missing'
missing "$list" >"$TMP/out"
[ ! -s "$TMP/out" ] ||
	fail "doc/stability.md promises these names, but they are missing or changed: $(cat "$TMP/out")"
