dnl SPDX-License-Identifier: MIT
dnl --enable-tests=auto|yes|no: the unit tests need Check, the product does not.

AC_DEFUN([HELLO_TESTS], [
	AC_ARG_ENABLE([tests],
		[AS_HELP_STRING([--enable-tests=auto|yes|no],
			[prepare "make check", which needs the Check library (default: auto, if Check is
			 found)])],
		[], [enable_tests=auto])
	hello_tests=no
	hello_tests_summary='no'
	AS_CASE([$enable_tests],
		[auto], [PKG_CHECK_MODULES([CHECK], [check >= 0.11], [hello_tests=yes],
			[hello_tests_summary='no, Check was not found'])],
		[yes], [HELLO_LIBRARY([CHECK], [check >= 0.11], [check], [check-devel])
			hello_tests=yes],
		[no], [],
		[AC_MSG_ERROR([--enable-tests takes auto, yes or no, not "$enable_tests"])])
	AS_VAR_IF([hello_tests], [yes], [hello_tests_summary=yes])
	AM_CONDITIONAL([TESTS_ENABLED], [test "$hello_tests" = yes])
])
