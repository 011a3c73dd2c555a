#!/bin/sh
# zoo-action.sh - the steps of deploy/github/zoo-judge/action.yml do what its inputs say, as a runner of
# GitHub executes them; nothing in an input becomes a command. With ROWS=all a client is really tested.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need bash python3 xargs
python3 -c 'import yaml' 2>/dev/null || skip 'PyYAML is not installed'

action=$srcdir/deploy/github/zoo-judge/action.yml
cd "$TMP" || error 'no folder'
mkdir steps tree temp stubs work || error mkdir

# steps INPUT=VALUE...
steps() {
	python3 "$srcdir/tests/support/action.py" "$action" steps "$@" 2>said || fail "$(cat said)"
}

# step STATUS N FOLDER...: runs a step in the folder work, as a runner does for "shell: bash", with
# these folders in front of PATH.
step() {
	expected=$1 number=$2
	shift 2
	: >summary
	: >path
	# shellcheck disable=SC2016 # for the shell inside
	run_status "$expected" env PATH="$(printf '%s:' "$@")$PATH" GITHUB_ACTION_PATH="$TMP/tree/a/b/c" \
		GITHUB_PATH="$TMP/path" GITHUB_STEP_SUMMARY="$TMP/summary" RUNNER_TEMP="$TMP/temp" \
		sh -c 'cd work && . "../steps/$1.env" && exec bash --noprofile --norc -eo pipefail "../steps/$1.sh"' \
		sh "$number"
}

# ---- the file ---------------------------------------------------------------------------------------

steps command=x
if command -v shellcheck >/dev/null; then
	for each in 1 2; do
		{ echo 'set -eo pipefail' && cat steps/$each.sh; } | shellcheck -s bash - ||
			fail "step $each: see shellcheck above"
	done
else
	echo 'NOTE: shellcheck is not installed, not tried'
fi

# broken SED-COMMAND FINDING
broken() {
	sed "$1" "$action" >broken.yml
	! cmp -s "$action" broken.yml || error "this changes nothing: $1"
	! python3 "$srcdir/tests/support/action.py" broken.yml steps command=x 2>said || fail "not found: $2"
	expect said "$2"
}
# shellcheck disable=SC2016 # an expression
broken 's/"\$JUDGE_TIMEOUT"/"${{ inputs.timeout }}"/' 'step 2: an expression in a script'
broken '/JUDGE_SKIP: /d' 'never used: skip'
broken 's/inputs.junit }}/inputs.xml }}/' 'step 2: JUDGE_JUNIT is not an input'
broken '/shell: bash/d' 'step 1: expected .* the shell bash'
broken "s/default: '30'/default: 30/" 'input timeout: its default is not a text'
broken 's/required: true/required: false/' 'input command: it needs either'

# ---- the first step ---------------------------------------------------------------------------------

# tree/dev stands for the one of the source: it would build for minutes, and install packages.
mkdir -p tree/a/b/c || error mkdir
printf '%s\n' '#!/bin/sh' 'echo "dev $*"' >tree/dev
chmod +x tree/dev
[ -x "$(dirname "$action")/../../../dev" ] || fail 'three folders up there is no dev'
step 0 1
expect out '^dev build$'
# The folders of the programs in a build.
sed "s|^$TMP/tree/build|$builddir|" path >folders
while read -r folder; do
	ls "$folder"
done <folders >programs
for each in hello-zoo hello-certs hello-zoo-judge; do
	grep -qx $each programs || fail "no $each in these folders: $(cat folders)"
done
step 0 1 "$builddir/judge"
[ ! -s out ] || fail 'it builds what is installed'

# ---- the second step --------------------------------------------------------------------------------

cat >stubs/hello-zoo-judge <<'EOF'
#!/bin/sh
printf '[%s]\n' "$@"
while [ "$1" != -- ]; do
	[ "$1" != --markdown ] || echo '# a report' >"$2"
	shift
done
case $* in
*fails*) exit 1 ;;
esac
EOF
chmod +x stubs/hello-zoo-judge
# given WORD...: what the judge got, behind the option for the summary.
given() {
	{
		printf '[%s]\n' --timeout "$timeout" --markdown "$TMP/temp/hello-zoo-judge.md" "$@"
	} | diff - out || fail 'other words for the judge, see above'
}
timeout=30
steps command="curl
	--cacert {ca} 'two words' \"\$(touch pwned)\" '' ; touch pwned"
step 0 2 "$TMP/stubs"
# shellcheck disable=SC2016 # nobody expands it
given -- curl --cacert '{ca}' 'two words' '$(touch pwned)' '' ';' touch pwned
expect summary '^# a report$'
[ -z "$(ls work)" ] || fail "an input was executed: $(ls work)"
timeout=7
steps command='fails' only='a,b*' skip='c d' timeout=7 hosts=true junit='my report.xml'
step 1 2 "$TMP/stubs"
given --only 'a,b*' --skip 'c d' --hosts --junit 'my report.xml' -- fails
expect summary '^# a report$' # also when the client is wrong
steps command="an 'unterminated quotation mark"
step 1 2 "$TMP/stubs"
[ ! -s out ] || fail "it was tested: $(cat out)"

# The real one knows these options, and finds nothing to test.
steps command='true without' only=a skip=b timeout=7 hosts=true junit=report.xml
step 2 2 "$builddir/judge"
expect err 'USAGE: COMMAND has no {port}'
steps command=' '
step 2 2 "$builddir/judge"
expect err 'USAGE: missing COMMAND'

all_rows || exit 0
need openssl
steps only=good-ecdsa,expired junit=report.xml command='hello-client -q --cacert {ca} --connect-to {host}
	{name} {port}'
step 0 2 "$builddir" "$builddir/certs" "$builddir/judge"
expect summary '^2 right, 0 wrong, 0 without a verdict, 0 not tested$'
expect work/report.xml '<testsuites name="hello-zoo-judge" tests="2" failures="0"'
steps only=expired command='openssl s_client -quiet -CAfile {ca} -servername {name} -connect {host}:{port}'
step 1 2 "$builddir" "$builddir/certs" "$builddir/judge"
expect summary '^### expired$'
