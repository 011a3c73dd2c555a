# shellcheck shell=sh
# tests/style/lib.sh - what the style tests share. A test that sources this defines
#
#	check ROOT [FILE]   print a line "FILE:LINE: what is wrong" for each finding in the tree ROOT;
#	                    with FILE, findings in other files are of no interest
#	self_test           call plant for each kind of finding
#
# and ends with `style_main "$@"`. So each run looks at the tree *and* proves, on a copy with planted
# mistakes, that it can see: a style test that finds nothing may as well be blind.

unset CDPATH
style_root=${srcdir:-.}

# code_of keep|drop FILE...: each line as FILE, tab, line number, tab, code. Comments are gone; what
# stands between quotes is kept or dropped.
code_of() {
	code_strings=$1
	shift
	awk -v strings="$code_strings" '
	FNR == 1 { comment = 0 }
	{
		rest = $0
		code = ""
		while (rest != "") {
			if (comment) {
				if (!(at = index(rest, "*/")))
					break
				comment = 0
				rest = substr(rest, at + 2)
				continue
			}
			if (!match(rest, /\/\*|\/\/|"|\047/)) {
				code = code rest
				break
			}
			token = substr(rest, RSTART, RLENGTH)
			code = code substr(rest, 1, RSTART - 1)
			rest = substr(rest, RSTART + RLENGTH)
			if (token == "//")
				break
			if (token == "/*") {
				comment = 1
				code = code " "
				continue
			}
			# A literal, up to the first quote that is not escaped.
			if (!match(rest, token == "\"" ? "^([^\"\\\\]|\\\\.)*\"" : "^([^\047\\\\]|\\\\.)*\047"))
				RLENGTH = length(rest)
			code = code token (strings == "keep" ? substr(rest, 1, RLENGTH) : token)
			rest = substr(rest, RLENGTH + 1)
		}
		print FILENAME "\t" FNR "\t" code
	}' "$@"
}

style_newline='
'

# plant FILE EXPECTED TEXT [END]: with TEXT, and END in place of a newline, at the end of FILE, check
# must say EXPECTED about FILE. The file is made when there is none, and is as before afterwards.
plant() {
	if [ -f "$style_copy/$1" ]; then
		cp "$style_copy/$1" "$style_work/kept"
	else
		rm -f "$style_work/kept"
		mkdir -p "$(dirname "$style_copy/$1")"
	fi
	printf '%s%s' "$3" "${4-$style_newline}" >>"$style_copy/$1"
	check "$style_copy" "$1" >"$style_work/said"
	if ! grep -F -- "$1" "$style_work/said" | grep -qF -- "$2"; then
		echo "self-test: $1: a planted mistake was not reported as \"$2\""
	fi
	if [ -f "$style_work/kept" ]; then
		mv "$style_work/kept" "$style_copy/$1"
	else
		rm "$style_copy/$1"
	fi
}

# plant_harmless FILE TEXT: TEXT looks like a mistake and is none; check must not say more than before.
plant_harmless() {
	cp "$style_copy/$1" "$style_work/kept"
	check "$style_copy" "$1" >"$style_work/before"
	printf '%s\n' "$2" >>"$style_copy/$1"
	check "$style_copy" "$1" >"$style_work/said"
	cmp -s "$style_work/before" "$style_work/said" ||
		echo "self-test: $1: reported, but it is fine: $2"
	mv "$style_work/kept" "$style_copy/$1"
}

# Everything that is found, the tree's own mistakes and the blindness of this test, is a line.
style_main() {
	style_work=$(mktemp -d) || exit 99
	trap 'rm -rf "$style_work"' EXIT
	style_copy=$style_work/tree
	mkdir "$style_copy"
	(cd "$style_root" && tar cf - src tests) | (cd "$style_copy" && tar xf -) || exit 99
	chmod -R u+w "$style_copy"

	[ "${1-}" = --self-test ] || check "$style_root" >"$style_work/findings"
	self_test >>"$style_work/findings"
	cat "$style_work/findings"
	[ ! -s "$style_work/findings" ]
}
