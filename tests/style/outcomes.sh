#!/bin/sh
# outcomes.sh [--self-test] - no outcome without a test: an exit status has a cause in
# tests/system/outcomes.tsv, where each is provoked; what only the server's log knows is looked for in
# the log by a system test.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

header=src/base/outcome.h
list=tests/system/outcomes.tsv

# shellcheck disable=SC2317  # called by style_main
check() {
	(
		cd "$1" || exit 99
		awk -F '\t' -v header=$header '
			FILENAME == header && match($0, /^[ \t]*X\([A-Z_]+, *[A-Z0-9_]+,/) {
				split(substr($0, RSTART, RLENGTH), part, /[(,] */)
				status[part[2]] = part[3]
				line[part[2]] = FNR
			}
			FILENAME == header || /^(#|$)/ { next }
			NF != 3 { print FILENAME ":" FNR ": not outcome, how and cause, with a tab in between" }
			!($1 in status) { print FILENAME ":" FNR ": " header " has no " $1 }
			{ caused[$1] = 1 }
			END {
				for (name in status)
					if (status[name] != "OUTCOME_NO_STATUS" && !(name in caused))
						print header ":" line[name] ": " name " has no cause in the list of causes"
			}' $header $list
		sed -n '/OUTCOME_NO_STATUS/{s/^[[:space:]]*X(\([A-Z_]*\), .*/\1/p;}' $header | while read -r name; do
			grep -q "^[^#]*outcome=$name\>" tests/system/*.sh ||
				echo "$header:1: no system test looks for $name in the server's log"
		done
	) | LC_ALL=C sort
}

# shellcheck disable=SC2317
self_test() {
	plant $header 'NOVEL has no cause' '	X(NOVEL, 99, VERIFY, "novel", "nothing")'
	plant $header 'no system test looks for NOVEL' '	X(NOVEL, OUTCOME_NO_STATUS, SERVER, "novel",'
	plant_harmless $header '/* X(NOVEL, 99, VERIFY, in a comment */'
	plant $list 'has no NOVEL' "$(printf 'NOVEL\tgood\ta novelty')"
	plant $list 'not outcome, how and cause' 'OK good a good server'
}

style_main "$@"
