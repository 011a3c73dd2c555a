dnl SPDX-License-Identifier: MIT
dnl What we cannot do without: say what to install, not only what is missing.

dnl HELLO_LIBRARY(VARIABLE, PKG-CONFIG-MODULE, DEBIAN-PACKAGE, FEDORA-PACKAGE)
dnl Sets VARIABLE_CFLAGS and VARIABLE_LIBS for makefiles, and VARIABLE_VERSION for the summary.
AC_DEFUN([HELLO_LIBRARY], [
	PKG_CHECK_MODULES([$1], [$2], [
		# The user may have given the flags by hand; then nobody knows the version.
		$1_VERSION=`$PKG_CONFIG --modversion m4_car(m4_unquote(m4_split([$2]))) 2>/dev/null || echo found`
	], [
		AC_MSG_ERROR([$2 is missing.
  Debian, Ubuntu:  apt-get install $3
  Fedora:          dnf install $4
It is somewhere else? Name the folder of its .pc file in PKG_CONFIG_PATH, or set $1_CFLAGS and $1_LIBS.])
	])
])

dnl HELLO_HEADER(HEADER, DEBIAN-PACKAGE, FEDORA-PACKAGE): a library that is only a header.
AC_DEFUN([HELLO_HEADER], [
	AC_CHECK_HEADER([$1], [], [
		AC_MSG_ERROR([<$1> is missing.
  Debian, Ubuntu:  apt-get install $2
  Fedora:          dnf install $3])
	])
])
