dnl SPDX-License-Identifier: MIT
dnl --with-sanitizer=LIST: builds that watch themselves, for tests. A finding ends the program, so
dnl that no test can pass over it.

AC_DEFUN([HELLO_SANITIZER], [
	AC_ARG_WITH([sanitizer],
		[AS_HELP_STRING([--with-sanitizer=LIST],
			[build with these sanitizers; without LIST: address,undefined (default: no)])],
		[], [with_sanitizer=no])
	AS_CASE([$with_sanitizer],
		[no], [hello_sanitizer=no],
		[yes], [hello_sanitizer=address,undefined],
		[hello_sanitizer=$with_sanitizer])

	AS_VAR_IF([hello_sanitizer], [no], [], [
		# Frame pointers: stack traces that can be trusted.
		HELLO_TRY_FLAGS(
			[-fsanitize=$hello_sanitizer -fno-sanitize-recover=all -fno-omit-frame-pointer],
			[-fsanitize=$hello_sanitizer], [],
			[AC_MSG_ERROR([$CC cannot build that; config.log has its words])])
	])
])
