dnl SPDX-License-Identifier: MIT
dnl --enable-static-programs: programs without shared libraries, which run on any Linux with this
dnl processor. glibc cannot do this, so it needs another C library, such as musl.

dnl HELLO_STATIC: must come before the libraries, because it changes what pkg-config is asked.
AC_DEFUN([HELLO_STATIC], [
	AC_ARG_ENABLE([static-programs],
		[AS_HELP_STRING([--enable-static-programs],
			[link without shared libraries; needs musl and static libraries (default: no)])],
		[], [enable_static_programs=no])
	AS_CASE([$enable_static_programs],
		[no], [hello_static_summary='no'],
		[yes], [_HELLO_STATIC_LIBC
			PKG_CONFIG="$PKG_CONFIG --static"
			_HELLO_STATIC_LINK([-static-pie], [hello_static_summary='yes, position independent'],
				[_HELLO_STATIC_LINK([-static], [hello_static_summary='yes, at a fixed address'],
					[AC_MSG_ERROR([$CC cannot link a static program; config.log shows why.
  Debian, Ubuntu:  apt-get install musl-tools, and CC=musl-gcc])])])],
		[AC_MSG_ERROR([--enable-static-programs takes yes or no, not "$enable_static_programs"])])
])

AC_DEFUN([_HELLO_STATIC_LIBC], [
	AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include <limits.h>
#ifdef __GLIBC__
#error static programs cannot use glibc
#endif
int main(void) { return 0; }
		]])], [], [AC_MSG_ERROR([--enable-static-programs does not work with glibc (or $CC does not work).
  Even in a static program, glibc's getaddrinfo and getpwnam load shared libraries (NSS) at run
  time, and these must have the very version that the program was linked with. Elsewhere they fail.
  Use musl: packaging/static/build builds the libraries for it, and these programs.])])
])

dnl _HELLO_STATIC_LINK(FLAG, IF-STATIC, IF-NOT)
dnl A compiler may ignore FLAG: musl-gcc of Debian 12 ignores -static-pie. So the linked program
dnl decides: one that is not static requests an interpreter.
AC_DEFUN([_HELLO_STATIC_LINK], [
	AC_REQUIRE([_HELLO_STATIC_READELF])
	AC_MSG_CHECKING([whether $CC links static programs with $1])
	hello_save_LDFLAGS=$LDFLAGS
	LDFLAGS="$1 $LDFLAGS"
	hello_static_taken=no
	AC_LINK_IFELSE([_HELLO_PROBE], [
		AS_IF([$READELF -lW conftest$EXEEXT >conftest.elf 2>&AS_MESSAGE_LOG_FD &&
			grep LOAD conftest.elf >/dev/null && ! grep INTERP conftest.elf >/dev/null],
			[hello_static_taken=yes])
	])
	rm -f conftest.elf
	LDFLAGS=$hello_save_LDFLAGS
	AC_MSG_RESULT([$hello_static_taken])
	AS_VAR_IF([hello_static_taken], [yes],
		[AS_VAR_APPEND([HELLO_LDFLAGS], [" $1"])
		$2], [$3])
])

AC_DEFUN([_HELLO_STATIC_READELF], [
	AC_CHECK_TOOL([READELF], [readelf], [readelf])
])
