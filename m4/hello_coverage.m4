dnl SPDX-License-Identifier: MIT
dnl --enable-coverage: count which lines run. `make coverage` runs the tests and shows the counts.

AC_DEFUN([HELLO_COVERAGE], [
	AC_ARG_ENABLE([coverage],
		[AS_HELP_STRING([--enable-coverage],
			[count the lines that are executed, for "make coverage" (default: no)])],
		[], [enable_coverage=no])
	AS_CASE([$enable_coverage],
		[no], [],
		[yes], [
			HELLO_TRY_FLAGS([--coverage], [--coverage], [],
				[AC_MSG_ERROR([$CC takes no --coverage])])
			# The client counts from several threads at once.
			HELLO_ADD_CFLAGS([-fprofile-update=atomic])
			# A compiler has its own gcov; another one does not understand the counts.
			AS_CASE(["$CC"],
				[*clang*], [hello_gcov_names=llvm-cov],
				[hello_gcov_names=gcov])
			AC_CHECK_TOOLS([GCOV], [$hello_gcov_names], [no])
			AC_CHECK_PROGS([LCOV], [lcov], [no])
			AS_VAR_IF([GCOV], [no], [AC_MSG_ERROR([--enable-coverage needs $hello_gcov_names])])
			AS_VAR_IF([GCOV], [llvm-cov], [GCOV='llvm-cov gcov'])
		],
		[AC_MSG_ERROR([--enable-coverage takes yes or no, not "$enable_coverage"])])
	hello_coverage=$enable_coverage
	AM_CONDITIONAL([COVERAGE], [test "$enable_coverage" = yes])
	AM_CONDITIONAL([HAVE_LCOV], [test "${LCOV:-no}" != no])
])
