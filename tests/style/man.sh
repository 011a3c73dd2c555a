#!/bin/sh
# man.sh - the manual pages agree with the programs: their options and groups are those of --help, their
# exit statuses those of src/base/outcome.h, the services those of the client's table. They begin with an example, and mandoc finds nothing wrong.
# Each option has a test.
# Runs in the build folder.

top=${srcdir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
findings=0

# complain WORDS: the file says the rest.
complain() {
	echo "$1" >&2
	findings=$((findings + 1))
}

# compare PAGE WHAT A B: two sorted files must have the same lines.
compare() {
	if ! diff "$3" "$4" >"$work/diff"; then
		complain "$1: $2: < is only in the program, > only in the page"
		cat "$work/diff" >&2
	fi
}

# The words -x and --name of a help text.
options_of_help() {
	tr -c '[:alnum:]-' '[\n*]' | grep -E '^(-[A-Za-z0-9]|--[a-z][a-z0-9-]*)$' | LC_ALL=C sort -u
}

# The same of a page: what follows Fl in its list items, where `Fl -name` means --name.
options_of_page() {
	awk '$1 == ".It" && $2 == "Fl" {
		for (i = 2; i <= NF; i++)
			if ($i == "Ar")
				break
			else if ($i != "Fl" && $i != "," && $i != "|")
				print "-" $i
	}' "$1" | LC_ALL=C sort -u
}

# Group and long option, one pair a line: of a help text with lines such as "TLS policy:", and of the
# subsections of a page.
groups_of_help() {
	awk '/^[A-Z].*:$/ { group = substr($0, 1, length($0) - 1) }
		group != "" && match($0, /^ +(-[A-Za-z0-9], )?--[a-z][a-z0-9-]*/) {
			sub(/.*--/, "--", $1)
			print group ": " ($1 ~ /^--/ ? $1 : $2)
		}' | LC_ALL=C sort
}

groups_of_page() {
	awk '$1 == ".Sh" { group = "" }
		$1 == ".Ss" { group = substr($0, 5) }
		group != "" && $1 == ".It" && $2 == "Fl" {
			for (i = 2; i <= NF && $i != "Ar"; i++)
				if ($i ~ /^-[a-z]/)
					print group ": -" $i
		}' "$1" | LC_ALL=C sort
}

# Exit statuses and names of the table in outcome.h, all in one line per row: X(NAME, 50, LAYER, ...
outcomes() {
	sed -n 's/^[[:space:]]*X(\([A-Z_]*\), *\([A-Z0-9_]*\), *\([A-Z]*\),.*/\2 \1 \3/p' \
		"$top/src/base/outcome.h"
}

check_options() {
	if ! "$2" --help >"$work/help"; then
		complain "$2 --help failed"
		return
	fi
	options_of_help <"$work/help" >"$work/program"
	options_of_page "$1" >"$work/page"
	grep -q -e --help "$work/program" || complain "$2 --help shows no options"
	compare "$1" 'options' "$work/program" "$work/page"
	groups_of_help <"$work/help" >"$work/program"
	groups_of_page "$1" >"$work/page"
	[ ! -s "$work/program" ] || compare "$1" 'groups of options' "$work/program" "$work/page"
}

# The options in the commands of the system tests and in the strings of the unit tests, behind the
# program: what neither starts a server nor another program may be about the client. A command goes
# on behind a backslash.
options_of_tests() {
	LC_ALL=C awk '
	/^[ \t]*#/ { next }
	{ command = command $0 " " }
	sub(/\\ $/, " ", command) { next }
	{
		server = FILENAME ~ /server_options/ ||
			command ~ /start_server|start_managed|HELLO_SERVER|(^|[^a-z-])server /
		client = command ~ /HELLO_CLIENT/ || !(server || command ~ /openssl|curl|gnutls/)
		while (match(command, /(^|[^A-Za-z0-9-])(-[A-Za-z0-9]|--[a-z][a-z0-9-]*)/)) {
			option = substr(command, RSTART, RLENGTH)
			sub(/^[^-]*/, "", option)
			command = substr(command, RSTART + RLENGTH)
			if (command ~ /^:/) # a message that is expected
				continue
			if (server)
				print "server", option
			if (client)
				print "client", option
		}
		command = ""
	}' "$top"/tests/system/*.sh "$top"/tests/system/*.tsv "$top"/tests/unit/*.c | LC_ALL=C sort -u
}

# check_tested PROGRAM SIDE: its options are in a test, by name or letter; an option that both programs
# have, in one of that side.
check_tested() {
	case $2 in
	certs | judge) "$1" --help | options_of_help | grep '^--' ;;
	*) "$1" --help | sed -nE 's/^ +((-[A-Za-z0-9]), )?(--[a-z0-9-]+).*/\3 \2/p' ;;
	esac >"$work/own"
	case $2 in
	client) ./hello-server --help ;;
	server) ./hello-client --help ;;
	esac | options_of_help >"$work/others"
	while read -r option letter; do
		side='[a-z]*'
		! grep -qxe "$option" "$work/others" || side=$2
		grep -qx -e "$side $option" -e "$side ${letter:-$option}" "$work/tested" ||
			complain "$1: no test has the option $option"
	done <"$work/own"
}

check_statuses() {
	pages="$top/doc/hello-certs.1 $top/doc/hello-client.1 $top/doc/hello-server.8 $top/doc/hello-zoo.1"
	outcomes >"$work/outcomes"
	[ "$(wc -l <"$work/outcomes")" -ge 30 ] || complain 'src/base/outcome.h: its table cannot be read'

	# No page may say what the table does not.
	for page in $pages; do
		awk '$1 == ".It" && $3 == "Dv" && $2 ~ /^[0-9]+$/ { print $2, $4 }' "$page" >"$work/rows"
		[ -s "$work/rows" ] || complain "$page: no exit status (.It 50 Dv CERT_UNKNOWN_CA)"
		while read -r row; do
			grep -q "^$row " "$work/outcomes" || complain "$page: $row is not in outcome.h"
		done <"$work/rows"
	done

	# And each row must be found: in the page of the client, unless it is of one program alone; and
	# what has no status in the page of the server, whose log has it.
	while read -r status name layer; do
		case $status:$layer in
		OUTCOME_NO_STATUS:*) row=".*Dv $name\\>" page=$top/doc/hello-server.8 ;;
		*:LOCAL) row="\\.It $status Dv $name$" page=$pages ;;
		*) row="\\.It $status Dv $name$" page=$top/doc/hello-client.1 ;;
		esac
		# shellcheck disable=SC2086  # a list
		cat $page | grep -q "^$row" || complain "$page: $name ($status) is missing"
	done <"$work/outcomes"
}

# Name and ports of each service, in the order of the table.
check_services() {
	sed -nE 's/^[[:space:]]+\{ "([a-z0-9-]+)", "([0-9]*)", "([0-9 ]*)", .*/\1 \2 \3/p' \
		"$top/src/client/services/service.c" | sed 's/ *$//' >"$work/program"
	awk '$1 == ".It" && $2 == "Sy" { rows = $3 == "Service" }
		$1 == ".El" { rows = 0 }
		rows && $1 == ".It" && $2 != "Sy" {
			line = $2
			for (i = 4; i <= NF && $i != "Ta"; i++)
				if ($i != "none")
					line = line " " $i
			print line
		}' "$1" >"$work/page"
	[ "$(wc -l <"$work/program")" -ge 30 ] || complain 'src/client/services/service.c: its table cannot be read'
	compare "$1" 'services' "$work/program" "$work/page"
}

check_options "$top/doc/hello-server.8" ./hello-server
check_options "$top/doc/hello-client.1" ./hello-client
check_options "$top/doc/hello-zoo.1" ./hello-zoo
check_options "$top/doc/hello-zoo-judge.1" ./judge/hello-zoo-judge
check_options "$top/doc/hello-certs.1" ./certs/hello-certs
check_statuses
check_services "$top/doc/hello-client.1"
options_of_tests >"$work/tested"
check_tested ./hello-server server
check_tested ./hello-client client
check_tested ./certs/hello-certs certs
check_tested ./judge/hello-zoo-judge judge

# The first screen has an example.
if command -v mandoc >/dev/null 2>&1; then
	for page in "$top"/doc/*.[18]; do
		mandoc -Tascii -O width=80 "$page" | head -n 24 | grep -q '^ *\$ hello-' ||
			complain "$page: no example in the first 24 lines"
	done
	mandoc -Tlint -W warning "$top"/doc/*.[18] >&2 || complain 'mandoc: see above'
elif [ "$findings" -eq 0 ]; then
	echo 'SKIP: mandoc is not installed; options and exit statuses were compared and are right'
	exit 77
fi
[ "$findings" -eq 0 ]
