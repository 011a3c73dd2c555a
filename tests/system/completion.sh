#!/bin/sh
# completion.sh - the completions for bash, zsh and fish have every option of --help, bash offers what
# fits, and the shells that are installed can read their files.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"

made=$builddir/src/completion
[ -s "$made/hello-client" ] || skip 'there are no completions: this is a cross build'

for program in "$HELLO_CLIENT" "$HELLO_SERVER" "$HELLO_ZOO"; do
	name=${program##*/}
	"$program" --help | sed -nE 's/^ +(-[A-Za-z0-9], )?--([a-z0-9-]+).*/\2/p' >"$TMP/options"
	[ "$(wc -l <"$TMP/options")" -ge 10 ] || fail "$name --help shows no options"
	while read -r option; do
		expect "$made/$name" "[ ']--$option " # in the list of all options
		expect "$made/_$name" "^	'\\*--${option}[=[]"
		expect "$made/$name.fish" " -l $option "
	done <"$TMP/options"
done
for shell in zsh fish; do
	command -v $shell >/dev/null 2>&1 || continue
	for program in hello-client hello-server hello-zoo; do
		file=$made/_$program
		[ $shell = zsh ] || file=$made/$program.fish
		$shell -n "$file" || fail "$shell cannot read $file"
	done
done

need bash
# offers WORDS EXPECTED [LAST]: what bash offers behind the last of these words.
offers() {
	# shellcheck disable=SC2016,SC2086 # for the shell inside; words
	bash -c '. "$0/hello-$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hello_client
		printf "%s " "${COMPREPLY[@]}"' "$made" client hello-client $1 "${3-}" >"$TMP/out"
	expect "$TMP/out" "$2"
}
offers '--tls-min' '^1\.2 1\.3 $'
offers '--tls-min =' '^1\.2 1\.3 $'
offers '--haproxy-protocol' '^v1 v2 $'
offers '--expect-outcome' '^CONNECT_REFUSED $' CONNECT_R
offers '--json' '^--connect-to --connect-timeout $' --connect
offers '--max-time' '^ $' 1
: >"$TMP/roots.pem"
offers '--cacert' "^$TMP/roots.pem \$" "$TMP/roo"

# hello-zoo takes a folder, and no file.
{ mkdir "$TMP/zoo-folder" && : >"$TMP/zoo-file"; } || error 'no folder'
# shellcheck disable=SC2016 # for the shell inside
bash -c '. "$0/hello-zoo"; COMP_WORDS=(hello-zoo "$1"); COMP_CWORD=1; _hello_zoo
	printf "%s " "${COMPREPLY[@]}"' "$made" "$TMP/zoo-" >"$TMP/out"
expect "$TMP/out" "^$TMP/zoo-folder \$"
expect "$made/hello-zoo.fish" '^complete -c hello-zoo .*__fish_complete_directories'
