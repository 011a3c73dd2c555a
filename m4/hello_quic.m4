dnl SPDX-License-Identifier: MIT
dnl --with-quic: QUIC in place of TCP, where the TLS library has it: OpenSSL from 3.5 on.

dnl HELLO_QUIC: sets hello_quic_summary and the conditional QUIC, and adds to HELLO_CPPFLAGS.
AC_DEFUN([HELLO_QUIC], [
	AC_ARG_WITH([quic],
		[AS_HELP_STRING([--with-quic=auto|yes|no],
			[QUIC in both programs; needs OpenSSL 3.5 or later (default: auto)])],
		[], [with_quic=auto])
	AS_VAR_IF([with_quic], [no], [], [
		AC_CACHE_CHECK([whether OpenSSL has QUIC], [hello_cv_quic], [
			hello_save_CPPFLAGS=$CPPFLAGS
			hello_save_LIBS=$LIBS
			CPPFLAGS="$OPENSSL_CFLAGS $CPPFLAGS"
			LIBS="$OPENSSL_LIBS $LIBS"
			# Only from 3.5 on do callbacks get the connection of the caller; listeners came with it.
			AC_LINK_IFELSE([AC_LANG_PROGRAM([[
				#include <openssl/ssl.h>
				#include <openssl/quic.h>
			]], [[
				return !OSSL_QUIC_client_method() || !SSL_new_listener(NULL, 0);
			]])], [hello_cv_quic=yes], [hello_cv_quic=no])
			CPPFLAGS=$hello_save_CPPFLAGS
			LIBS=$hello_save_LIBS
		])
		AS_IF([test "$with_quic$hello_cv_quic" = yesno],
			[AC_MSG_ERROR([this OpenSSL has no QUIC: 3.5 or later is needed, built with QUIC])])
		with_quic=$hello_cv_quic
	])
	AS_VAR_IF([with_quic], [yes], [AS_VAR_APPEND([HELLO_CPPFLAGS], [" -DHELLO_QUIC"])])
	AM_CONDITIONAL([QUIC], [test "$with_quic" = yes])
	hello_quic_summary=$with_quic
])
