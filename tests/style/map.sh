#!/bin/sh
# map.sh [--self-test] - README.md does not lead astray: each path that it names exists, each function
# is defined in the file beside it, and no line is wider than 80 columns. The map is written as
#
#	src/FILE.c: FUNCTION, FUNCTION
#	called in src/FILE.c: FUNCTION
#
# where the second line is about the last function before it. The reading path is a numbered list.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

readme=README.md

# Print a row for each thing that README.md claims: line, tab, "file" FILE, "function" FILE NAME, "call"
# FILE CALLER NAME, "wide" or "steps" COUNT.
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
			} else if (listing && end ~ /^[a-z_][a-z0-9_]*$/) {
				row("function " file " " end)
				if (called)
					row("call " file " " end " " last)
				last = end
				called = 0
				listing = word[i] ~ /,$/
			} else if (word[i] != "") {
				listing = 0
			}
		}
	}
	END { row("steps " steps + 0) }' "$1"
}

# defines FILE NAME: NAME begins a function, and not only its declaration.
defines() {
	awk -v name="$2" '
		/^[a-z_]/ { head = $0 ~ "[ *]" name "\\(" }
		/;$/ { head = 0 }
		head && /^{/ { found = 1 }
		END { exit !found }' "$1"
}

# calls FILE CALLER NAME: in the body of CALLER, NAME is called.
calls() {
	awk -v caller="$2" -v name="$3" '
		/^[a-z_]/ && !/;$/ { inside = $0 ~ "[ *]" caller "\\(" }
		inside && $0 ~ "(^|[^a-z0-9_])" name "\\(" { found = 1 }
		/^}/ { inside = 0 }
		END { exit !found }' "$1"
}

# shellcheck disable=SC2317  # called by style_main
check() {
	claims "$1/$readme" | while read -r line kind file name other; do
		case $kind in
		wide) echo "$readme:$line: wider than 80 columns" ;;
		steps) [ "$file" -eq 10 ] || echo "$readme:$line: the reading path has $file files, not 10" ;;
		file) [ -e "$1/$file" ] || echo "$readme:$line: there is no $file" ;;
		function) defines "$1/$file" "$name" 2>/dev/null ||
			echo "$readme:$line: $file does not define $name" ;;
		call) calls "$1/$file" "$name" "$other" 2>/dev/null ||
			echo "$readme:$line: in $file, $name does not call $other" ;;
		esac
	done
}

# without FILE NAME EXPECTED: when NAME is called otherwise in FILE, README.md must be found wrong.
# shellcheck disable=SC2317
without() {
	cp "$style_copy/$1" "$style_work/kept"
	sed "s/$2(/another(/" "$style_work/kept" >"$style_copy/$1"
	check "$style_copy" >"$style_work/said"
	grep -F -- "$readme:" "$style_work/said" | grep -qF -- "$3" ||
		echo "self-test: $1 without $2 was not reported as \"$3\""
	mv "$style_work/kept" "$style_copy/$1"
}

# shellcheck disable=SC2317
self_test() {
	cp "$style_root/$readme" "$style_copy/" && chmod u+w "$style_copy/$readme" || exit 99
	plant $readme 'there is no src/net/novel.c' "see \`src/net/novel.c\`."
	plant $readme 'there is no tests/novel' 'all of (tests/novel)'
	plant $readme 'does not define novel' '    accept  src/server/listen/socket.c: socket_accept, novel'
	plant $readme 'does not define socket_accept' '    src/server/process/worker.c: socket_accept'
	plant $readme 'does not define run_linger' '    src/server/process/worker.c: on_tick,
	run_linger'
	plant $readme 'socket.h does not define socket_accept' '    src/server/listen/socket.h: socket_accept'
	plant $readme 'on_tick does not call socket_accept' \
		'    src/server/listen/socket.c: socket_accept called in src/server/process/worker.c: on_tick'
	plant $readme 'reading path has 11 files' "11. \`src/server/listen/socket.c\`"
	plant $readme 'wider than 80 columns' "$(printf '%081d' 0)"
	without src/server/listen/socket.c socket_accept 'src/server/listen/socket.c does not define socket_accept'
	without src/server/process/worker.c socket_accept 'accept_one does not call socket_accept'

	plant_harmless $readme '    src/server/listen/socket.c: socket_accept, socket_listen'
	plant_harmless $readme 'In src/server/listen/socket.c there is accept: so it is.'
	plant_harmless $readme "$(printf '%080d' 0)"
}

style_main "$@"
