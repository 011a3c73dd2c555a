#!/bin/sh
# readme.sh [--self-test] - README.ko.md agrees with README.md: headings, code, the statuses of tables, and in
# each section the links, numbers, options, outcomes and file names. Words differ, of course: so do
# comments and questions within code, and what is said of a folder. Both have their links checked.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

english=README.md
korean=README.ko.md

# shape FILE: what must be the same, in this order. Within code, prose becomes a mark.
shape() {
	LC_ALL=C awk '
	/^```/ { print "code " $0; fence = !fence; next }
	fence || /^    / {
		sub(/  +# .*/, "  # ...")
		sub(/  +\([^)]*\)$/, "  (...)")
		if (/^[^ ].*\?( \([^)]*\))?$/)
			$0 = "(question)"
		else if (!fence && match($0, /^    [a-z0-9_]+\/[^ ]*(, [^ ]+)*  +/))
			$0 = substr($0, 1, RLENGTH) "..."
		else if (/^                  [^ ]/ && !fence)
			next
		print "code " $0
		next
	}
	/^#+ / { print "heading " $1; next }
	/^\|/ { print "row " ($2 ~ /^[0-9]/ ? $0 : ""); next }
	/^[0-9]+\. / { print "step " $2 }' "$1" | sed 's/^\(row | [-0-9, ]*\)|.*/\1/'
}

# facts FILE: what the prose of each section names, as lines "SECTION KIND VALUE".
facts() {
	LC_ALL=C awk '
	function fact(kind, value) { print section + 0, kind, value }
	function all(kind, pattern, text,    found) {
		while (match(text, pattern)) {
			found = substr(text, RSTART, RLENGTH)
			text = substr(text, RSTART + RLENGTH)
			sub(/[.,:]+$/, "", found)
			fact(kind, found)
		}
	}
	function flush(    text, n, part, i) {
		text = prose
		prose = ""
		while (match(text, /\]\([^)]*\)/)) {
			i = substr(text, RSTART + 2, RLENGTH - 3)
			sub(/^#.*/, "#", i)
			sub(/^README(\.ko)?\.md$/, "the other README", i)
			fact("link", i)
			text = substr(text, 1, RSTART) substr(text, RSTART + RLENGTH)
		}
		n = split(text, part, "`")
		for (i = 2; i <= n; i += 2)
			fact("code", part[i])
		all("option", "--[a-z][a-z-]*[a-z]", text)
		all("outcome", "[A-Z]+_[A-Z_]+", text)
		all("number", "[0-9][0-9.,:]*", text)
	}
	/^```/ { flush(); fence = !fence; next }
	fence || /^    / { next }
	/^#+ / { flush(); section++; next }
	/^\|/ || /^- / || /^[0-9]+\. / || /^$/ { flush() }
	{ prose = prose " " $0; gsub(/ +/, " ", prose) }
	END { flush() }' "$1" | LC_ALL=C sort -u
}

# anchors FILE: as GitHub makes them of headings.
anchors() {
	LC_ALL=C awk '/^```/ { fence = !fence }
		!fence && sub(/^#+ /, "") {
			$0 = tolower($0)
			gsub(/[!-,.\/:-@[-^`{-~]/, "")
			gsub(/ /, "-")
			print "#" $0
		}' "$1"
}

# check_links ROOT FILE
check_links() {
	anchors "$1/$2" >"$style_work/anchors"
	LC_ALL=C awk '/^```/ { fence = !fence }
		{ line = line " " $0 }
		fence { line = "" }
		{
			while (match(line, /\]\([^)]*\)/)) {
				print FNR, substr(line, RSTART + 2, RLENGTH - 3)
				line = substr(line, RSTART + RLENGTH)
			}
			if (index(line, "[") == 0)
				line = ""
		}' "$1/$2" | while read -r line target; do
		case $target in
		'#'*) grep -qxF -e "$target" "$style_work/anchors" || echo "$2:$line: no heading is $target" ;;
		*://*) ;;
		*) [ -e "$1/${target%%#*}" ] || echo "$2:$line: there is no $target" ;;
		esac
	done
}

# A syllable of Korean has three bytes, takes two columns, and follows no other rule here.
check_korean() {
	LC_ALL=C awk -v file="$korean" '
	{
		text = $0
		wide = gsub(/[\340-\357]/, "&", text)
		gsub(/[\200-\277]/, "", text)
		if (length(text) + wide > 80)
			print file ":" FNR ": wider than 80 columns"
	}
	/\354\232\224[.?]/ { print file ":" FNR ": a sentence ends in an informal form, the others in -nida" }
	' "$1/$korean"
}

# shellcheck disable=SC2317  # called by style_main
check() {
	shape "$1/$english" >"$style_work/english"
	shape "$1/$korean" >"$style_work/korean"
	[ "$(grep -c '^code' "$style_work/english")" -gt 100 ] || echo "$english:1: its code cannot be read"
	diff "$style_work/english" "$style_work/korean" |
		sed -n "s/^< /$korean:1: it lacks: /p; s/^> /$korean:1: $english lacks: /p"
	facts "$1/$english" >"$style_work/english"
	facts "$1/$korean" >"$style_work/korean"
	# The Korean text may have more: a figure for a word, or the explanation of an English word.
	LC_ALL=C comm -23 "$style_work/english" "$style_work/korean" |
		sed "s/^/$korean:1: it lacks in section /"
	LC_ALL=C comm -13 "$style_work/english" "$style_work/korean" |
		grep -v -e '^[0-9]* number ' -e '^[0-9]* code [a-z ]*$' |
		sed "s/^/$korean:1: $english lacks in section /"
	check_links "$1" "$english"
	check_links "$1" "$korean"
	check_korean "$1"
}

# edit FILE SED EXPECTED: with FILE changed by SED, EXPECTED must be found.
# shellcheck disable=SC2317
edit() {
	cp "$style_copy/$1" "$style_work/kept"
	sed "$2" "$style_work/kept" >"$style_copy/$1"
	cmp -s "$style_copy/$1" "$style_work/kept" && echo "self-test: $2 changes nothing in $1"
	check "$style_copy" >"$style_work/said"
	grep -qF -- "$3" "$style_work/said" || echo "self-test: $1 after $2 was not reported as \"$3\""
	mv "$style_work/kept" "$style_copy/$1"
}

# shellcheck disable=SC2016,SC2317  # backticks of Markdown
self_test() {
	cp "$style_root/$english" "$style_root/$korean" "$style_copy/" || exit 99
	chmod u+w "$style_copy/$english" "$style_copy/$korean"
	edit $english 's/^hello-certs init ca$/& --key rsa/' 'it lacks: code hello-certs init ca --key rsa'
	edit $korean 's/^    hello-client -v$/    hello-client/' 'it lacks: code     hello-client -v'
	edit $korean '/^    make -C build check TESTS=tests\/unit/d' 'it lacks: code     make -C build check'
	edit $korean '/^    m4\//d' 'it lacks: code     m4/'
	edit $english 's/^## Ask more$/#&/' 'it lacks: heading ###'
	edit $english 's/^| 30-31 /| 30-32 /' 'it lacks: row | 30-32'
	edit $english 's/needs 20 s on/needs 21 s on/' 'number 21'
	edit $english 's/--connect-to ADDRESS`/--connect ADDRESS`/' 'option --connect'
	edit $korean 's/`--user NAME`/`--group NAME`/' "$english lacks in section"
	edit $english 's/^1\. `src\/base\/outcome.h`/1. `src\/base\/outcomes.h`/' 'src/base/outcomes.h'
	edit $english 's/CERT_EXPIRED, CERT_WRONG_NAME |/CERT_REVOKED, CERT_WRONG_NAME |/' 'outcome CERT_REVOKED'
	edit $korean 's/(doc\/zoo.md)/(doc\/animals.md)/' 'there is no doc/animals.md'
	edit $english 's/#read-the-source/#the-source/' 'no heading is #the-source'
	edit $korean 's/^## 소스 읽기$/## 소스/' 'no heading is #소스-읽기'
	plant $korean 'wider than 80' "$(printf '가%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 \
		21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41)"
	plant $korean 'an informal form' '설치해요.'
	plant_harmless $korean '그렇습니다.'
}

style_main "$@"
