#!/bin/sh
# map.sh [--self-test] - README.md agrees with the source: each path that it names exists, each
# function is defined in the file beside it, and no line is wider than 80 columns. The map's form is
#
#	src/FILE.c: FUNCTION, FUNCTION
#	called in src/FILE.c: FUNCTION
#	STATUS in src/FILE.h: OUTCOME
#
# where the second line is about the last function before it. Each subject below has its line in the
# map. The reading path is a numbered list of ten files.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

readme=README.md

# Call or subject, as an extended regular expression.
subjects='
socket
bind
listen
accept
SSL_accept
SSL_write
send
SSL_shutdown
close
getaddrinfo
connect
SSL_connect
verify
expired
SSL_read
deadlines, server
deadlines, client
reload
revocation lists
client certificates
log line
sandbox
'

# Print a row for each thing that README.md claims: its line, a tab, then "file" FILE, "function" FILE
# NAME, "call" FILE CALLER NAME, "status" FILE OUTCOME STATUS, "wide" or "steps" COUNT.
claims() {
	awk '
	function row(words) { print FNR "\t" words }

	length($0) > 80 { row("wide") }
	/^[0-9]+\. *`src\// { steps++ }
	{
		gsub(/`/, "")
		called = 0
		n = split($0, word, /[ \t]+/)
		for (i = 1; i <= n; i++) {
			end = word[i]
			gsub(/[.,;:)]+$/, "", end)
			gsub(/^[(<]/, "", end)
			if (end ~ /^(src|tests|doc|certs|deploy|bench|m4)\/[A-Za-z0-9_.\/-]*$/) {
				row("file " end)
				file = end
				listing = word[i] ~ /\.[ch]:$/
				called = i > 2 && word[i - 2] == "called" && word[i - 1] == "in"
				status = i > 2 && word[i - 1] == "in" ? word[i - 2] : ""
			} else if (listing && end ~ /^[a-z_][a-z0-9_]*$/) {
				row("function " file " " end)
				if (called)
					row("call " file " " end " " last)
				last = end
				called = 0
				listing = word[i] ~ /,$/
			} else if (word[i] != "") {
				if (listing && end ~ /^[A-Z_]+$/ && status ~ /^[0-9]+$/)
					row("status " file " " end " " status)
				listing = 0
			}
		}
	}
	END { row("steps " steps + 0) }' "$1"
}

# defines FILE NAME: NAME begins a function, and not only its declaration.
defines() {
	awk -v name="$2" '
		/^[A-Za-z_]/ { head = $0 ~ "[ *]" name "\\(" }
		/;$/ { head = 0 }
		head && /^{/ { found = 1 }
		END { exit !found }' "$1"
}

# calls FILE CALLER NAME: in the body of CALLER, NAME is called.
calls() {
	awk -v caller="$2" -v name="$3" '
		/^[A-Za-z_]/ && !/;$/ { inside = $0 ~ "[ *]" caller "\\(" }
		inside && $0 ~ "(^|[^a-z0-9_])" name "\\(" { found = 1 }
		/^}/ { inside = 0 }
		END { exit !found }' "$1"
}

# The self-test plants mistakes at the end of README.md; with $from only what comes after that line counts.
from=0

# shellcheck disable=SC2317  # called by style_main
check() {
	[ "$from" -gt 0 ] || echo "$subjects" | while read -r subject; do
		[ -n "$subject" ] || continue
		grep -qE "^([a-z, ]*, )?${subject}[ ,(].* src/[a-z0-9_/]*\.c: [a-z_]" "$1/$readme" ||
			echo "$readme:1: the map has no line for \"$subject\""
	done
	claims "$1/$readme" | awk -v from="$from" '$1 > from' | while read -r line kind file name other; do
		case $kind in
		wide) echo "$readme:$line: wider than 80 columns" ;;
		steps) [ "$file" -eq 10 ] || echo "$readme:$line: the reading path has $file files, not 10" ;;
		file) [ -e "$1/$file" ] || echo "$readme:$line: there is no $file" ;;
		function) defines "$1/$file" "$name" 2>/dev/null ||
			echo "$readme:$line: $file does not define $name" ;;
		call) calls "$1/$file" "$name" "$other" 2>/dev/null ||
			echo "$readme:$line: in $file, $name does not call $other" ;;
		status) grep -q "^[[:space:]]*X($name, $other," "$1/$file" 2>/dev/null ||
			echo "$readme:$line: in $file, $name does not have the status $other" ;;
		esac
	done
}

# edit FILE SED EXPECTED: with FILE changed by SED, README.md must be found wrong.
# shellcheck disable=SC2317
edit() {
	cp "$style_copy/$1" "$style_work/kept"
	sed "$2" "$style_work/kept" >"$style_copy/$1"
	check "$style_copy" >"$style_work/said"
	grep -F -- "$readme:" "$style_work/said" | grep -qF -- "$3" ||
		echo "self-test: $1 after $2 was not reported as \"$3\""
	mv "$style_work/kept" "$style_copy/$1"
}

# shellcheck disable=SC2317
self_test() {
	cp "$style_root/$readme" "$style_copy/" && chmod u+w "$style_copy/$readme" || exit 99
	printf '%s\n' 'int first(void);' 'int first(void)' '{' '	return 1;' '}' \
		'int second(void)' '{' '	return first();' '}' 'int third(int one,' \
		'    int two);' >"$style_copy/src/example.c"
	from=$(awk 'END { print NR }' "$style_copy/$readme")
	plant $readme 'there is no src/net/novel.c' "see \`src/net/novel.c\`."
	plant $readme 'there is no tests/novel' 'all of (tests/novel)'
	plant $readme 'does not define novel' '    accept  src/example.c: first, novel'
	plant $readme 'does not define novel' '    src/example.c: first,
	novel'
	plant $readme 'src/example.c does not define third' '    src/example.c: third'
	plant $readme 'in src/example.c, first does not call second' \
		'    src/example.c: second called in src/example.c: first'
	echo '	X(NOVEL, 99, VERIFY, 0, "novel", "nothing")' >"$style_copy/src/example.h"
	plant $readme 'in src/example.h, NOVEL does not have the status 98' \
		'    98 in src/example.h: NOVEL'
	plant $readme 'in src/example.h, OTHER does not have the status 99' \
		'    99 in src/example.h: OTHER'
	plant_harmless $readme '    99 in src/example.h: NOVEL'
	plant $readme 'reading path has 11 files' "11. \`src/example.c\`"
	plant $readme 'wider than 80 columns' "$(printf '%081d' 0)"
	from=0
	edit $readme '/^reload/d' 'has no line for "reload"'
	edit $readme 's/socket, bind/socket/' 'has no line for "bind"'
	edit $readme '/^send /d' 'has no line for "send"'
	edit $readme 's/ 52 in src/ 53 in src/' 'CERT_EXPIRED does not have the status 53'
	edit src/base/outcome.h 's/X(CERT_EXPIRED, 52/X(CERT_EXPIRED, 53/' \
		'CERT_EXPIRED does not have the status 52'
	edit $readme '/^1\. /d' 'reading path has 9 files'

	# Any function of the map, called otherwise in the source.
	claims "$style_copy/$readme" | awk '$2 == "function" { print $3, $4; exit }' >"$style_work/one"
	read -r file name <"$style_work/one"
	edit "$file" "s/$name(/another(/" "$file does not define $name"

	from=$(awk 'END { print NR }' "$style_copy/$readme")
	plant_harmless $readme '    src/example.c: first, second'
	plant_harmless $readme '    src/example.c: first called in src/example.c: second'
	plant_harmless $readme 'In src/example.c there is first: so it is.'
	plant_harmless $readme "$(printf '%080d' 0)"
}

style_main "$@"
