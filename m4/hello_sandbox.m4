dnl SPDX-License-Identifier: MIT
dnl --with-landlock, --with-seccomp: what confines the workers. Both are taken where they are found; a
dnl build without them says so at every start.

dnl HELLO_SANDBOX: sets SECCOMP_LIBS, SECCOMP_CFLAGS, hello_sandbox_summary, the conditionals LANDLOCK
dnl and SECCOMP, and adds to HELLO_CPPFLAGS.
AC_DEFUN([HELLO_SANDBOX], [
	AC_ARG_WITH([landlock],
		[AS_HELP_STRING([--with-landlock=auto|yes|no], [deny the workers access to files (default: auto)])],
		[], [with_landlock=auto])
	AC_ARG_WITH([seccomp],
		[AS_HELP_STRING([--with-seccomp=auto|yes|no],
			[limit the system calls of the workers; needs libseccomp (default: auto)])],
		[], [with_seccomp=auto])

	# A build that watches itself opens files and traces itself, and nobody serves with it.
	AS_IF([test "$hello_sanitizer$hello_coverage" != nono], [
		AS_IF([test "$with_landlock" = yes || test "$with_seccomp" = yes],
			[AC_MSG_ERROR([a build with a sanitizer or with coverage has no sandbox])])
		with_landlock=no with_seccomp=no
		AS_VAR_APPEND([HELLO_CPPFLAGS], [" -DHELLO_INSTRUMENTED"])
	])

	AS_VAR_IF([with_landlock], [no], [], [
		AC_CHECK_DECL([SYS_landlock_create_ruleset], [hello_landlock=yes], [hello_landlock=no],
			[[#include <sys/syscall.h>]])
		AS_IF([test "$with_landlock$hello_landlock" = yesno],
			[AC_MSG_ERROR([the headers of this system do not know landlock])])
		with_landlock=$hello_landlock
	])
	AS_VAR_IF([with_seccomp], [no], [], [
		PKG_CHECK_MODULES([SECCOMP], [libseccomp >= 2.5], [hello_seccomp=yes], [hello_seccomp=no])
		AS_IF([test "$with_seccomp$hello_seccomp" = yesno],
			[AC_MSG_ERROR([libseccomp >= 2.5 is missing.
  Debian, Ubuntu:  apt-get install libseccomp-dev
  Fedora:          dnf install libseccomp-devel])])
		with_seccomp=$hello_seccomp
	])
	AS_VAR_IF([with_landlock], [yes], [AS_VAR_APPEND([HELLO_CPPFLAGS], [" -DHELLO_LANDLOCK"])])
	AS_VAR_IF([with_seccomp], [yes], [AS_VAR_APPEND([HELLO_CPPFLAGS], [" -DHELLO_SECCOMP"])])
	AM_CONDITIONAL([LANDLOCK], [test "$with_landlock" = yes])
	AM_CONDITIONAL([SECCOMP], [test "$with_seccomp" = yes])
	hello_sandbox_summary="landlock $with_landlock, seccomp $with_seccomp"
])
