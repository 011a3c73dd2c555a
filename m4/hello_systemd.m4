dnl SPDX-License-Identifier: MIT
dnl Where units and sysusers.d files go. By default under the prefix and not where systemd looks: an ordinary
dnl user can install then, and a packager says where his system has them (systemd.pc knows).

dnl HELLO_SYSTEMD_DIR(VARIABLE, CONDITIONAL, DEFAULT, WHAT)
AC_DEFUN([HELLO_SYSTEMD_DIR], [
	AC_ARG_WITH([$1],
		[AS_HELP_STRING([--with-$1=DIR], [$4, or "no" to install none (default: $3)])],
		[], [with_$1=yes])
	AS_CASE([$with_$1],
		[yes], [AC_SUBST([$1], ['$3'])],
		[no], [AC_SUBST([$1], [no])],
		[/* | '${'*], [AC_SUBST([$1], ["$with_$1"])],
		[AC_MSG_ERROR([--with-$1 takes a folder from the root on, or no; not "$with_$1"])])
	AM_CONDITIONAL([$2], [test "$with_$1" != no])
])

AC_DEFUN([HELLO_SYSTEMD], [
	HELLO_SYSTEMD_DIR([systemdsystemunitdir], [SYSTEMD_UNITS], [${prefix}/lib/systemd/system],
		[folder for the systemd units])
	HELLO_SYSTEMD_DIR([sysusersdir], [SYSTEMD_SYSUSERS], [${prefix}/lib/sysusers.d],
		[folder for the systemd-sysusers file])
])
