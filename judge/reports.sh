
# ---- the reports -------------------------------------------------------------------------------

# Both reports are emptied first, so an old one cannot be mistaken for the report of this run.
prepare_reports() {
	[ -z "$junit" ] || [ "$junit" != "$markdown" ] ||
		usage_error '--junit and --markdown need different files'
	for each in ${junit:+"$junit"} ${markdown:+"$markdown"}; do
		{ true >"$each"; } 2>/dev/null || cannot_write "$each"
	done
}

cannot_write() {
	die FILE "cannot write to $1" 'use another file; ls -ld and df show what is wrong'
}

write_reports() {
	# shellcheck disable=SC2094 # each is written once
	[ -z "$junit" ] || write_junit "$@" >"$junit" || cannot_write "$junit"
	[ -z "$markdown" ] || write_markdown "$@" >"$markdown" || cannot_write "$markdown"
}

# The words of COMMAND as a user would type them.
command_line() {
	separator=''
	for word; do
		printf '%s%s' "$separator" "$(quoted "$word")"
		separator=' '
	done
}

# A verdict that is wrong is a failure, no verdict is an error. The attributes are those that the
# schema of Jenkins (junit-10.xsd) permits.
write_junit() {
	SAID=$work/said STARTED=$started HOST=$(uname -n) SUITE=$(one_line "${1##*/}") \
		COMMAND=$(one_line "$(command_line "$@")") SUMMARY="$summary${note:+. $note}" \
		LC_ALL=C awk -F '\t' '
	function xml(text) {
		gsub(/&/, "\\&amp;", text)
		gsub(/</, "\\&lt;", text)
		gsub(/>/, "\\&gt;", text)
		gsub(/"/, "\\&quot;", text)
		return text
	}

	function attribute(name, value) { return " " name "=\"" xml(value) "\"" }
	function seconds(n) { return sprintf("%d.%02d", n / 100, n % 100) }

	function output(animal,    file, line, text) {
		file = ENVIRON["SAID"] "/" animal
		while ((getline line <file) > 0)
			text = text xml(line) "\n"
		close(file)
		return text
	}

	function finding(element, type, message) {
		print "      <" element attribute("type", type) attribute("message", message) ">"
		printf "%s</%s>\n", output($1), element
	}

	# The counts come first, so each line is read twice.
	FNR == NR {
		tests++
		count[$5]++
		time += $6
		next
	}
	FNR == 1 {
		counts = attribute("tests", tests) attribute("failures", count["wrong"] + 0) \
			attribute("errors", count["none"] + 0)
		print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		print "<testsuites name=\"hello-zoo-judge\"" counts attribute("time", seconds(time)) ">"
		print "  <testsuite" attribute("name", ENVIRON["SUITE"]) counts \
			attribute("skipped", count["untested"] + 0) attribute("time", seconds(time)) \
			attribute("timestamp", ENVIRON["STARTED"]) attribute("hostname", ENVIRON["HOST"]) ">"
		print "    <properties>"
		print "      <property name=\"command\"" attribute("value", ENVIRON["COMMAND"]) "/>"
		print "    </properties>"
	}
	{
		head = "    <testcase" attribute("classname", "hello-zoo." ENVIRON["SUITE"]) \
			attribute("name", $1) attribute("time", seconds($6))
	}
	$5 == "right" {
		print head "/>"
		next
	}
	{ print head ">" }
	$5 == "wrong" { finding("failure", $4, $4 " is wrong: " $7) }
	$5 == "none" { finding("error", $4, $7) }
	$5 == "untested" { print "      <skipped" attribute("message", $7) "/>" }
	{ print "    </testcase>" }
	END {
		print "    <system-out>" xml(ENVIRON["SUMMARY"]) "</system-out>"
		print "  </testsuite>"
		print "</testsuites>"
	}' "$work/results" "$work/results"
}

# Output of the command and the command itself are in indented blocks, where nothing has a meaning.
write_markdown() {
	SAID=$work/said COMMAND=$(one_line "$(command_line "$@")") SUMMARY=$summary NOTE=$note \
		NAME=$(one_line "${1##*/}") LC_ALL=C awk -F '\t' '
	function literal(text) {
		gsub(/[][\\`*_<>|&#~!]/, "\\\\&", text)
		return text
	}

	function output(animal,    file, line, lines, n, i) {
		file = ENVIRON["SAID"] "/" animal
		while ((getline line <file) > 0)
			lines[++n] = line
		close(file)
		for (i = n > 10 ? n - 9 : 1; i <= n; i++)
			print "    " lines[i]
		if (n > 0)
			print ""
	}

	function finding(text) {
		print "### " literal($1) "\n"
		print text "\n"
		output($1)
	}

	FNR == NR {
		if ($5 == "wrong")
			finding("Its fault: " literal($2) ". A correct client would " $3 " it; this one did not.")
		else if ($5 == "none")
			finding("No verdict: " literal($7) ".")
		next
	}
	FNR == 1 {
		print "<details><summary>All certificates</summary>\n"
		print "| certificate | what is wrong with it | a correct client | the command |"
		print "|---|---|---|---|"
	}
	{
		verdict = $5 == "right" ? $4 : $5 == "untested" ? "not tested" : "**" $4 "**"
		print "| " literal($1) " | " literal($2) " | " $3 " | " verdict " |"
	}
	BEGIN {
		print "## hello-zoo-judge: " literal(ENVIRON["NAME"]) "\n"
		print ENVIRON["SUMMARY"] (ENVIRON["NOTE"] == "" ? "" : ". " ENVIRON["NOTE"]) "\n"
		print "    " ENVIRON["COMMAND"] "\n"
	}
	END { print "\n</details>" }' "$work/results" "$work/results"
}
