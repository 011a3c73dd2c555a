#!/bin/sh
# source.sh [--self-test] - what every C file keeps to: calls we do not use, width, white space,
# length of files and functions, header guards, the licence line, nothing left for later, its place
# in the build, one definition of each type, the order of includes, and comments that name only files
# that exist.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

# Call, what is wrong with it.
banned='
strcpy    no bound: snprintf
strcat    no bound: snprintf
sprintf   no bound: snprintf
vsprintf  no bound: vsnprintf
gets      no bound: fgets
strtok    hidden state: strcspn
atoi      no errors: options
atol      no errors: options
alloca    no bound: malloc or a fixed size
signal    differs between systems: sigaction
usleep    wait for the event, with a limit
system    a shell in between: fork and exec
popen     a shell in between: fork and exec
'
width=100
longest=450
longest_function=60

# shellcheck disable=SC2317  # called by style_main
check() {
	(
		cd "$1" || exit 99
		# shellcheck disable=SC2046,SC2086  # split into words: our file names have no blanks
		set -- ${2:-$(find src tests -name '*.[ch]' -o -name '*.sh' -o -type f -path '*/seeds/*')}
		check_build "$@"
		for file; do
			shift
			case $file in *.[ch]) set -- "$@" "$file" ;; esac
		done
		[ $# -eq 0 ] || check_code "$@"
		[ $# -eq 0 ] || check_types
		[ $# -eq 0 ] || check_lines "$@"
		[ $# -eq 0 ] || check_ends "$@"
		[ $# -eq 0 ] || check_comments "$@"
	) | LC_ALL=C sort
}

check_code() {
	code_of drop "$@" | banned=$banned LC_ALL=C awk -v longest_function="$longest_function" '
	BEGIN {
		n = split(ENVIRON["banned"], row, "\n")
		for (i = 1; i <= n; i++) {
			call = row[i]
			sub(/[ \t].*/, "", call)
			why = row[i]
			sub(/^[^ \t]*[ \t]+/, "", why)
			if (call != "")
				reason[call] = why
		}
	}
	{
		split($0, field, "\t")
		code = substr($0, length(field[1]) + length(field[2]) + 3)
		for (call in reason)
			if (match(code, "(^|[^A-Za-z0-9_.>])" call "[ \t]*\\("))
				print field[1] ":" field[2] ": " call "() is banned; " reason[call]
	}

	# A program of ours has nobody to ask.
	field[1] ~ /^src\// &&
	code ~ /(PEM_read_(bio_)?|d2i_PKCS8PrivateKey_)[A-Za-z0-9_]+\([^()]*, NULL, (NULL|0)\)/ {
		print field[1] ":" field[2] ": without a callback the library prompts on the terminal"
	}

	# A body begins with a brace in the first column, or behind the parameters, and ends with one in
	# the first column; in a macro a backslash follows. Other braces have a word or a tab before them.
	field[1] != file { file = field[1]; body = 0 }
	file !~ /^src\// { next }
	body && code ~ /^[}]/ {
		if (field[2] - body - 1 > longest_function)
			print file ":" body ": " name "() has more than " longest_function " lines"
		body = 0
	}
	!body && match(code, /^[A-Za-z_][^=;]*[(]/) {
		name = substr(code, 1, RLENGTH)
		sub(/[(].*/, "", name)
		sub(/.*[^A-Za-z0-9_]/, "", name)
	}
	!body && code ~ /^([A-Za-z_].*[)])?[ ]*[{][ \t\\]*$/ { body = field[2] }
	'
}

# In the whole of src/: a name that stands for two types is two things to a reader.
check_types() {
	# shellcheck disable=SC2046  # split into words
	awk '
	/^(struct|enum|union) [a-z0-9_]+ [{]/ {
		if ($2 in place)
			print FILENAME ":" FNR ": the type " $2 " is also defined in " place[$2]
		place[$2] = FILENAME
	}' $(find src -name '*.[ch]' | LC_ALL=C sort)
}

# A file that a comment names, such as worker.c or server/process/worker.h, is one of ours.
check_comments() {
	names=$(find src tests -name '*.[ch]' | sed 's|.*/||') LC_ALL=C awk '
	BEGIN {
		n = split(ENVIRON["names"], name, "\n")
		for (i = 1; i <= n; i++)
			known[name[i]] = 1
	}
	FNR == 1 { comment = 0 }
	{
		rest = $0
		text = ""
		while (rest != "") {
			if (comment) {
				at = index(rest, "*/")
				text = text " " (at ? substr(rest, 1, at - 1) : rest)
				rest = at ? substr(rest, at + 2) : ""
				comment = !at
				continue
			}
			if (!match(rest, /\/[*]|"([^"\\]|\\.)*"/))
				break
			comment = substr(rest, RSTART, 1) == "/"
			rest = substr(rest, RSTART + RLENGTH)
		}
		n = split(text, word, "[^A-Za-z0-9_./<-]+")
		for (i = 1; i <= n; i++) {
			base = word[i]
			sub(/[.]+$/, "", base)
			if (base !~ /[a-z0-9_]\.[ch]$/ || base ~ /^<|^(netinet|linux|sys|openssl)\//)
				continue
			sub(/.*\//, "", base)
			if (!(base in known))
				print FILENAME ":" FNR ": there is no file " base
		}
	}' "$@"
	LC_ALL=C awk '
	FILENAME ~ /^tests\/unit\/check_/ && match($0, /^CHECK_MAIN(_IN)?[(]"[^"]*"/) {
		suite = substr($0, RSTART, RLENGTH - 1)
		sub(/.*"/, "", suite)
		if (FILENAME != "tests/unit/check_" suite ".c")
			print FILENAME ":" FNR ": the suite is called " suite
	}' "$@"
}

# Not file by file, where all is well: that takes seconds.
check_ends() {
	[ -n "$(tail -q -c 1 "$@" | tr -d '\n')" ] || return 0
	for file; do
		[ -z "$(tail -c 1 "$file")" ] || echo "$file:$(($(wc -l <"$file") + 1)): no newline at the end"
	done
}

check_lines() {
	LC_ALL=C awk -v width="$width" -v longest="$longest" '
	function complain(line, words) { print FILENAME ":" line ": " words }

	# The column after the last character; a tab goes on to the next multiple of 8, and a character
	# of UTF-8 beyond its first byte takes no place.
	function columns(text,    i, c, n) {
		gsub(/[\200-\277]/, "", text)
		n = 0
		for (i = 1; i <= length(text); i++) {
			c = substr(text, i, 1)
			n = c == "\t" ? n - n % 8 + 8 : n + 1
		}
		return n
	}

	function end_of_file() {
		if (file == "")
			return
		if (file ~ /^src\// && lines > longest)
			print file ":" lines ": more than " longest " lines: is there more than one thing in it?"
		if (file ~ /\.h$/ && !(asked && defined))
			print file ":2: the header guard is not " guard
	}

	FNR == 1 {
		end_of_file()
		file = FILENAME
		asked = defined = 0
		guard = toupper(file)
		sub(/^SRC\//, "HELLO_", guard)
		sub(/^TESTS\/SUPPORT\//, "HELLO_TESTS_", guard)
		sub(/^TESTS\//, "HELLO_TESTS_", guard)
		gsub(/[^A-Z0-9]/, "_", guard)
		if ($0 != "/* SPDX-License-Identifier: MIT */")
			complain(1, "the first line is not /* SPDX-License-Identifier: MIT */")
	}
	{ lines = FNR }
	$0 == "#ifndef " guard { asked = 1 }
	$0 == "#define " guard { defined = asked }
	length($0) > width / 8 && columns($0) > width { complain(FNR, "wider than " width " columns") }
	/[ \t\r]$/ { complain(FNR, "white space at the end") }

	# The own header, those of the system, then ours by name; behind an #if or #define anew.
	FNR == 1 { includes = 0; ours = "" }
	/^#/ && !/^#include / { ours = "" }
	/^#include "/ && file ~ /^src\// {
		own = file
		sub(/^src\//, "", own)
		sub(/c$/, "h", own)
		path = substr($0, 11, length($0) - 11)
		if (file ~ /\.c$/ && path == own) {
			if (includes > 0)
				complain(FNR, "the own header is not the first include")
		} else {
			if (path < ours)
				complain(FNR, "\"" path "\" comes before \"" ours "\"")
			ours = path
		}
	}
	/^#include </ && file ~ /^src\// && ours != "" { complain(FNR, "headers of the system come before ours") }
	/^#include / { includes++ }
	/(^|[^A-Za-z])(TO[D]O|FIX[M]E)([^A-Za-z]|$)/ { complain(FNR, "left for later: do it, or write an issue") }
	END { end_of_file() }
	' "$@"
}

# A file that no makefile names is not built, not tested and not in the tarball. A program of one
# file is named by the program.
check_build() {
	printf '%s\n' "$@" | LC_ALL=C awk '
	function read_list(list,    line, n, word, i) {
		while ((getline line <list) > 0) {
			n = split(line, word, /[^A-Za-z0-9_.\/-]+/)
			for (i = 1; i <= n; i++)
				named[list, word[i]] = 1
		}
		close(list)
		asked[list] = 1
	}
	{
		list = program = $0
		sub(/\/.*/, "/local.mk", list)
		sub(/[.]c$/, "", program)
		if (!(list in asked))
			read_list(list)
		if (!((list, $0) in named) && !((list, program) in named))
			print $0 ":1: not in " list
	}'
}

# shellcheck disable=SC2317
self_test() {
	spdx='/* SPDX-License-Identifier: MIT */'

	for call in strcpy strcat sprintf vsprintf gets strtok atoi atol alloca signal usleep system popen; do
		plant src/net/addr.c "$call() is banned" "	x = $call(y);"
	done
	plant_harmless src/net/addr.c '	log("strcpy(a, b)"); snprintf(a, 1); log_signal(1); h->signal(1); /* gets( */'
	for call in PEM_read_bio_X509 PEM_read_PrivateKey; do
		plant src/net/addr.c 'without a callback' "	x = $call(in, NULL, NULL, NULL);"
	done
	plant_harmless src/net/addr.c '	x = PEM_read_bio_X509(in, NULL, refuse, &asked);'
	plant src/net/addr.c 'wider than' "/*$(printf '%097d' 0)*/"
	plant src/net/addr.c 'wider than' "$(printf '\t\t\t\t\t\t\t\t\t\t\t\t12345')"
	plant_harmless src/net/addr.c "$(printf '\t\t\t\t\t\t\t\t\t\t\t\t1234')"
	plant src/net/addr.c 'white space' 'int x; '
	plant src/net/addr.c 'white space' "$(printf 'int x;\t')"
	plant src/net/addr.c 'white space' "$(printf 'int x;\r')"
	plant src/net/addr.c 'no newline at the end' 'int x;' ''
	plant src/net/addr.c 'left for later' "/* $(printf 'TO%s' DO): this */"
	plant src/net/addr.c 'left for later' "/* $(printf 'FIX%s' ME) */"
	plant src/net/addr.c 'more than 450 lines' "$(awk 'BEGIN { for (i = 0; i < 450; i++) print "int x;" }')"
	sixty=$(awk 'BEGIN { for (i = 0; i < 60; i++) print "\tf();" }')
	plant src/net/addr.c 'novel() has more than 60 lines' "$(printf 'int *novel(int (*a)(int), int b)\n{\n\tf();\n%s\n}' "$sixty")"
	plant src/net/addr.c 'novel() has more than 60 lines' "$(printf 'int novel(void) {\n\tf();\n%s\n}' "$sixty")"
	plant src/net/addr.h 'novel() has more than 60 lines' \
		"$(printf '#define BODY \\\n\tint x;\nvoid novel(void) \\\n{ \\\n\tf(); \\\n%s\n}' "$sixty")"
	plant_harmless src/net/addr.c "$(printf 'int novel(void)\n{\n%s\n}\n\nint other(void)\n{\n%s\n}' "$sixty" "$sixty")"
	plant_harmless src/net/addr.c "$(printf 'static const int novel[] = {\n%s\n%s\n};\n/*\n{\n*/\n%s' "$sixty" "$sixty" "$sixty")"
	plant src/net/addr.c 'the own header is not the first' '#include "net/addr.h"'
	plant src/net/addr.c 'come before ours' '#include "base/zzz.h"
#include <novel.h>'
	plant src/net/addr.c '"base/text.h" comes before "net/sock.h"' '#include "net/sock.h"
#include "base/text.h"'
	plant_harmless src/net/addr.c '#include "net/sock.h"
#define NOVEL
#include "base/text.h"
#if NOVEL
#include <novel.h>'
	plant src/net/addr.c 'the type addr is also defined in' 'struct addr {'
	plant src/net/addr.c 'the type io is also defined in' 'enum io { IO_ONE };'
	plant src/net/addr.c 'there is no file novel.c' '/* see net/novel.c. */'
	plant src/net/addr.c 'there is no file novel.h' "$(printf '/*\n * "x" is in novel.h, or not\n */')"
	plant_harmless src/net/addr.c '/* see net/addr.h, <netinet/novel.h>; */ f("novel.c");'
	plant tests/unit/check_addr.c 'the suite is called novel' 'CHECK_MAIN("novel", test_x)'
	plant src/base/novel.h 'the header guard is not HELLO_BASE_NOVEL_H' "$spdx"
	plant src/base/novel.c 'the first line is not' '#include "base/novel.h"'
	plant src/base/novel.c 'not in src/local.mk' "$spdx"
	plant tests/unit/check_novel.c 'not in tests/local.mk' "$spdx"
	plant tests/support/novel.h 'the header guard is not HELLO_TESTS_NOVEL_H' "$spdx"
	plant tests/system/novel.sh 'not in tests/local.mk' ':'
	plant tests/fuzz/seeds/novel 'not in tests/local.mk' 'x'
}

style_main "$@"
