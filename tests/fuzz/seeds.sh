#!/bin/sh
# seeds.sh - each fuzz target takes its seeds (tests/fuzz/seeds/) without a complaint. Where to fuzz
# from is there, too: seeds.sh --unpack FOLDER leaves them there as files, a folder for each target.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"

to=$TMP/seeds
[ "${1-}" != --unpack ] || to=$2
for seeds in "$srcdir"/tests/fuzz/seeds/*; do
	target=${seeds##*/}
	mkdir -p "$to/$target" || error "no folder $to/$target"
	"$builddir/tests/fuzz/unpack" "$seeds" "$to/$target" || error "$seeds cannot be unpacked"
	[ "${1-}" != --unpack ] || continue
	"$builddir/tests/fuzz/fuzz_$target" "$to/$target"/* >"$TMP/out" 2>"$TMP/err" ||
		fail "$target: status $? with one of its seeds"
	echo "$target: $(find "$to/$target" -type f | wc -l) seeds"
done
