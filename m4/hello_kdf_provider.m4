dnl SPDX-License-Identifier: MIT
dnl --disable-kdf-provider: leave the key schedules to OpenSSL.

dnl HELLO_KDF_PROVIDER: sets enable_kdf_provider, the conditional KDF_PROVIDER, and adds to
dnl HELLO_CPPFLAGS.
AC_DEFUN([HELLO_KDF_PROVIDER], [
	AC_ARG_ENABLE([kdf-provider],
		[AS_HELP_STRING([--disable-kdf-provider],
			[let OpenSSL derive the TLS keys, which costs a server more])],
		[], [enable_kdf_provider=yes])
	AS_CASE([$enable_kdf_provider], [yes | no], [],
		[AC_MSG_ERROR([--enable-kdf-provider=$enable_kdf_provider: use yes or no])])
	AS_VAR_IF([enable_kdf_provider], [yes], [AS_VAR_APPEND([HELLO_CPPFLAGS], [" -DHELLO_KDF_PROVIDER"])])
	AM_CONDITIONAL([KDF_PROVIDER], [test "$enable_kdf_provider" = yes])
])
