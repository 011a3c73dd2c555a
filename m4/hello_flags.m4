dnl SPDX-License-Identifier: MIT
dnl Compiler and linker flags. Three rules:
dnl
dnl - CFLAGS, CPPFLAGS and LDFLAGS belong to the user. Ours go into HELLO_*; automake puts these
dnl   first on the command line, so the user's word is the last one.
dnl - A flag is used when a program can be compiled *and* linked with it, without a warning: clang
dnl   only warns about a flag it does not know, and some flags need a library of their own.
dnl - Nothing is run, so all of this works for a cross compiler.

dnl The program that is tried. It has what the flags are about: an array on the stack, a
dnl variable without a value, a call through a pointer, a call that fortify replaces.
m4_define([_HELLO_PROBE], [AC_LANG_SOURCE([[
#include <stdio.h>
#include <string.h>

static size_t length(const char *text)
{
	char copy[4096];
	unsigned used;

	used = (unsigned)snprintf(copy, sizeof copy, "%s", text);
	return used < sizeof copy ? strlen(copy) : 0;
}

int main(int argc, char *argv[])
{
	size_t (*volatile call)(const char *) = length;

	return argc > 1 ? (int)call(argv[1]) : 0;
}
]])])

dnl HELLO_TRY_FLAGS(COMPILER-FLAGS, LINKER-FLAGS, IF-TAKEN, IF-NOT): flags that belong together.
dnl The compiler is asked to compile alone first: asked to do both at once, clang keeps silent about
dnl a flag that is for another processor.
AC_DEFUN([HELLO_TRY_FLAGS], [
	AS_VAR_PUSHDEF([taken], [hello_cv_takes_$1_$2])
	AC_CACHE_CHECK([whether $CC takes[]m4_ifval([$1], [ $1])[]m4_ifval([$2], [ $2])], [taken], [
		hello_save_CFLAGS=$CFLAGS
		hello_save_LDFLAGS=$LDFLAGS
		CFLAGS="$1 $CFLAGS -Werror"
		LDFLAGS="$2 $LDFLAGS"
		AS_VAR_SET([taken], [no])
		AC_COMPILE_IFELSE([_HELLO_PROBE],
			[AC_LINK_IFELSE([_HELLO_PROBE], [AS_VAR_SET([taken], [yes])])])
		CFLAGS=$hello_save_CFLAGS
		LDFLAGS=$hello_save_LDFLAGS
	])
	AS_VAR_IF([taken], [yes], [
		AS_VAR_APPEND([HELLO_CFLAGS], ["m4_ifval([$1], [ $1])"])
		AS_VAR_APPEND([HELLO_LDFLAGS], ["m4_ifval([$2], [ $2])"])
		$3
	], [$4])
	AS_VAR_POPDEF([taken])
])

dnl HELLO_ADD_CFLAGS(FLAG...), HELLO_ADD_LDFLAGS(FLAG...): use each of the words that is taken.
AC_DEFUN([HELLO_ADD_CFLAGS],
	[m4_foreach_w([hello_flag], [$1], [HELLO_TRY_FLAGS(m4_defn([hello_flag]), [])])])
AC_DEFUN([HELLO_ADD_LDFLAGS],
	[m4_foreach_w([hello_flag], [$1], [HELLO_TRY_FLAGS([], m4_defn([hello_flag]))])])

dnl --- warnings -------------------------------------------------------------------------------------

AC_DEFUN([HELLO_WARNINGS], [
	HELLO_ADD_CFLAGS([
		-Wall -Wextra -Wpedantic
		-Wshadow -Wconversion -Wwrite-strings -Wpointer-arith
		-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
		-Wformat=2 -Wvla -Wundef -Wimplicit-fallthrough
	])
])

dnl Off by default: a new compiler with a new warning must not keep anybody from building.
AC_DEFUN([HELLO_WERROR], [
	AC_ARG_ENABLE([werror],
		[AS_HELP_STRING([--enable-werror], [treat warnings as errors (for developers; default: no)])],
		[], [enable_werror=no])
	AS_CASE([$enable_werror],
		[yes], [AS_VAR_APPEND([HELLO_CFLAGS], [" -Werror"])
			hello_werror_summary='are errors'],
		[no], [hello_werror_summary='are shown'],
		[AC_MSG_ERROR([--enable-werror takes yes or no, not "$enable_werror"])])
])

dnl --- hardening ------------------------------------------------------------------------------------

AC_DEFUN([HELLO_HARDENING], [
	AC_REQUIRE([HELLO_SANITIZER])

	# Position independent programs: the loader may put them anywhere. Objects and
	# program must agree, so it is both or neither. The linker would take -pie in place
	# of -static-pie.
	AS_VAR_IF([enable_static_programs], [yes],
		[HELLO_ADD_CFLAGS([-fPIE])],
		[HELLO_TRY_FLAGS([-fPIE], [-pie])])

	# Canaries; every page of a big frame is touched; returns and jumps only to where
	# they belong (the first flag for x86, the second for ARM).
	HELLO_ADD_CFLAGS([
		-fstack-protector-strong -fstack-clash-protection
		-fcf-protection=full -mbranch-protection=standard
	])

	# All symbols are bound before main, then their table is read-only (full RELRO); the
	# stack is never executable.
	HELLO_ADD_LDFLAGS([-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack])

	# Two kinds of armour would hide from a sanitizer what it is to find.
	AS_VAR_IF([hello_sanitizer], [no], [
		# clang before 16 wants to be told that we know the flag may go away.
		HELLO_TRY_FLAGS([-ftrivial-auto-var-init=zero], [], [],
			[HELLO_TRY_FLAGS([-ftrivial-auto-var-init=zero _HELLO_OLD_CLANG], [])])
		_HELLO_FORTIFY
	], [hello_fortify_summary='no, there is a sanitizer'])
])

m4_define([_HELLO_OLD_CLANG],
	[-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang])

dnl Fortified string functions: only where the user says nothing about them, and only where the
dnl user's flags optimise, because without that the C library answers with a warning per file.
AC_DEFUN([_HELLO_FORTIFY], [
	AS_CASE([" $CC $CPPFLAGS $CFLAGS "],
		[*_FORTIFY_SOURCE*], [hello_fortify_summary='as your flags say'],
		[AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#ifndef __OPTIMIZE__
#error the user does not optimise
#endif
int main(void) { return 0; }
			]])],
			[_HELLO_FORTIFY_LEVEL([3], [_HELLO_FORTIFY_LEVEL([2], [hello_fortify_summary=no])])],
			[hello_fortify_summary='no, your flags do not optimise'])])
])

dnl _HELLO_FORTIFY_LEVEL(LEVEL, IF-NOT)
dnl -U first: some distributions define a lower level in the compiler itself. glibc says whether it
dnl can do LEVEL with this compiler; other libraries take the definition or ignore it.
AC_DEFUN([_HELLO_FORTIFY_LEVEL], [
	AC_CACHE_CHECK([whether _FORTIFY_SOURCE=$1 works], [hello_cv_fortify_$1], [
		hello_save_CPPFLAGS=$CPPFLAGS
		hello_save_CFLAGS=$CFLAGS
		CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$1 $CPPFLAGS"
		CFLAGS="$CFLAGS -Werror"
		AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <string.h>
#if defined __GLIBC__ && __USE_FORTIFY_LEVEL < $1
#error glibc falls back to a lower level
#endif
int main(int argc, char *argv[])
{
	char copy[8];

	memcpy(copy, argv[0], argc < 8 ? (size_t)argc : sizeof copy);
	return copy[0];
}
			]])],
			[hello_cv_fortify_$1=yes], [hello_cv_fortify_$1=no])
		CPPFLAGS=$hello_save_CPPFLAGS
		CFLAGS=$hello_save_CFLAGS
	])
	AS_VAR_IF([hello_cv_fortify_$1], [yes], [
		AS_VAR_APPEND([HELLO_CPPFLAGS], [" -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$1"])
		hello_fortify_summary='level $1'
		AS_VAR_IF([enable_static_programs], [yes],
			[AS_VAR_APPEND([hello_fortify_summary], [', if the C library has it'])])
	], [$2])
])
