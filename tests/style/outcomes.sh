#!/bin/sh
# outcomes.sh [--self-test] - no outcome without a test: an exit status has a cause in
# tests/system/outcomes.tsv, where each is provoked; what only the server's log knows is looked for in
# the log by a system test. An explanation that mentions UDP is of an outcome that a test over UDP looks
# for; and each outcome of those tests is explained without what only TCP has, unless TCP is named.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

header=src/base/outcome.h
list=tests/system/outcomes.tsv
explained=src/client/output/explain.c

# check_udp: in the tree that is the current folder.
# shellcheck disable=SC2317  # called by style_main
check_udp() {
	awk -v explained=$explained '
		FILENAME == explained && match($0, /^\t\[OC_[A-Z_]+\] =/) {
			name = substr($0, 6, RLENGTH - 8)
			line[name] = FNR
			next
		}
		FILENAME == explained {
			part = $0
			if (!name || !sub(/^[ \t]*"/, "", part))
				next
			ends = sub(/",$/, "", part)
			sub(/"$/, "", part)
			text[name] = text[name] part
			if (ends)
				name = ""
			next
		}
		/^[ \t]*#/ { next }
		{
			n = split($0, word, /[^A-Z_]+/)
			for (i = 1; i <= n; i++)
				reached[word[i]] = 1
		}
		END {
			for (name in text) {
				if (!reached[name]) {
					if (text[name] ~ /over UDP|Over UDP|DTLS|QUIC|datagram/)
						print explained ":" line[name] ": no system test over UDP looks for " name
					continue
				}
				n = split(text[name], paragraph, /\\n\\n/)
				for (i = 1; i <= n; i++) {
					if (paragraph[i] ~ /TCP|UDP|DTLS|QUIC|datagram/)
						continue
					if (match(paragraph[i], /SYN|RST|reset|segment|STARTTLS|PROXY protocol|haproxy|--trace|--path-test/))
						print explained ":" line[name] ": " name " happens over UDP, too, which has no " \
							substr(paragraph[i], RSTART, RLENGTH)
				}
			}
		}' $explained tests/system/dtls*.sh tests/system/quic*.sh tests/system/services-quic.sh tests/system/datagram.sh
}

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
		check_udp
	) | LC_ALL=C sort
}

# shellcheck disable=SC2317
self_test() {
	plant $header 'NOVEL has no cause' '	X(NOVEL, 99, VERIFY, "novel", "nothing")'
	plant $header 'no system test looks for NOVEL' '	X(NOVEL, OUTCOME_NO_STATUS, SERVER, "novel",'
	plant_harmless $header '/* X(NOVEL, 99, VERIFY, in a comment */'
	plant $list 'has no NOVEL' "$(printf 'NOVEL\tgood\ta novelty')"
	plant $list 'not outcome, how and cause' 'OK good a good server'
	plant $explained 'no system test over UDP looks for PRIVILEGES' "$(printf '\t[OC_PRIVILEGES] =\n\t    "Over UDP.",')"
	plant $explained 'CONNECT_REFUSED happens over UDP, too, which has no SYN' \
		"$(printf '\t[OC_CONNECT_REFUSED] =\n\t    "\\n\\nA SYN is lost "\n\t    "on the path.",')"
	plant_harmless $explained "$(printf '\t[OC_CONNECT_REFUSED] =\n\t    "\\n\\nOver TCP a SYN is lost "\n\t    "on the path.",')"
}

style_main "$@"
