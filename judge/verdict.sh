
# ---- the verdicts ------------------------------------------------------------------------------

right=0 wrong=0 none=0 untested=0

# Sets $verdict to what $status means, and $remark to why it is no verdict.
read_status() {
	remark=''
	case $status in
	0) verdict=accept ;;
	126 | 127)
		verdict=not-run
		remark="exit status $status: a program could not be started$(quote_gist)" ;;
	*)
		verdict=refuse
		[ "$status" -gt 128 ] && [ "$status" -le 192 ] || [ "$status" -eq 124 ] || return 0
		if [ $spent -ge $((limit * 100)) ]; then
			verdict=timeout remark="did not exit within $limit s"
		elif [ "$status" -gt 128 ]; then
			verdict=crash remark="killed by signal $((status - 128))$(quote_gist)"
		fi ;;
	esac
}

# A client that never requested the certificate has no verdict on it. hello-zoo logs a connection when
# it ends, so the line may come after the client's exit; until then there may be lines for earlier
# connections. A client that rejects a revocation list need not connect.
check_contact() {
	case $verdict in
	accept | refuse) ;;
	*) return 0 ;;
	esac
	tries=20
	while :; do
		read_log
		[ "$contact" != named ] || break
		[ $((tries -= 1)) -gt 0 ] || break
		nap
	done
	case $contact:$verdict:$crl in
	named:* | none:refuse:?*) return 0 ;;
	esac
	! zoo_is_gone || die FILE "hello-zoo exited: $(tail -n 1 "$work/log")" "hello-zoo $(quoted "$zoo")"
	case $contact in
	none) verdict=no-contact remark="did not connect to hello-zoo$(quote_gist)" ;;
	*) verdict=no-name remark="connected, but did not request the name $animal.zoo.test (SNI)" ;;
	esac
}

# Sets $contact: "named" if the client requested $animal, "other" if it only connected.
read_log() {
	contact=$(awk -v seen="$seen" -v wanted="$animal.zoo.test" '
		NR > seen && / outcome=/ {
			name = ""
			for (i = 1; i <= NF; i++)
				if ($i ~ /^sni=/)
					name = tolower(substr($i, 5))
			# hello-zoo shows this one to clients that request no name.
			if (name == wanted || name == "" && wanted == "ip-ok.zoo.test")
				found = "named"
			else if (found == "")
				found = "other"
		}
		END { print NR, found == "" ? "none" : found }' "$work/log")
	lines=${contact% *} contact=${contact#* }
}

# Prints the line of the output that most likely has the reason: the first that speaks of it, or the
# last one.
gist() {
	awk 'NF { last = $0 }
		NF && tolower($0) ~ /error|fail|certificate|verif|alert/ { exit }
		END { sub(/^ +/, "", last); print substr(last, 1, 160) }' "$work/said/$animal"
}

quote_gist() {
	words=$(gist)
	printf '%s' "${words:+; the command printed: $words}"
}

# Sets $class, and $remark to what to print behind it.
classify() {
	case $correct:$verdict in
	accept:accept | refuse:refuse | either:accept | either:refuse)
		class=right right=$((right + 1)) ;;
	accept:refuse)
		class=wrong wrong=$((wrong + 1))
		remark="nothing is wrong with this certificate$(quote_gist)" ;;
	refuse:accept)
		class=wrong wrong=$((wrong + 1)) remark=$fault ;;
	*) class=none none=$((none + 1)) ;;
	esac
}

judge() {
	printf '%-24s %-8s %s\n' CERTIFICATE CORRECT COMMAND
	seen=0 lines=0
	while IFS=$tab read -r animal fault correct crl address lacks <&3; do
		if [ "$lacks" = - ]; then
			show_to "$@"
			read_status
			check_contact
			seen=$lines
			classify
		else
			verdict=- class=untested untested=$((untested + 1)) spent=0
			remark="the command has no $lacks"
		fi
		print_result
	done 3<"$work/plan"
	sum_up
}

print_result() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$animal" "$fault" "$correct" "$verdict" "$class" "$spent" \
		"$remark" >>"$work/results"
	case $class in
	right) printf '%-24s %-8s %s\n' "$animal" "$correct" "$verdict" ;;
	wrong) printf '%-24s %-8s %-10s WRONG: %s\n' "$animal" "$correct" "$verdict" "$remark" ;;
	none) printf '%-24s %-8s %-10s NO VERDICT: %s\n' "$animal" "$correct" "$verdict" "$remark" ;;
	untested) printf '%-24s %-8s %-10s not tested: %s\n' "$animal" "$correct" "$verdict" "$remark" ;;
	esac
}

# Sets $summary and $note, and prints them.
sum_up() {
	summary="$right right, $wrong wrong, $none without a verdict, $untested not tested"
	note=$(awk -F '\t' '
		$4 == "accept" { accepted++; if ($3 == "accept") good++ }
		$4 == "refuse" { refused++ }
		END {
			if (refused && !good)
				print "The command accepted no good certificate, so its refusals prove nothing."
			else if (accepted > 1 && !refused)
				print "The command refused nothing."
		}' "$work/results")
	printf '%s\n' "$summary" ${note:+"$note"}
}
