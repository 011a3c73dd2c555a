dnl SPDX-License-Identifier: MIT
dnl --enable-fuzzing: link the targets in tests/fuzz with libFuzzer, which mutates their seeds; `make
dnl fuzzers` builds them. Without it `make check` only runs the seeds.

AC_DEFUN([HELLO_FUZZING], [
	AC_REQUIRE([HELLO_SANITIZER])
	AC_ARG_ENABLE([fuzzing],
		[AS_HELP_STRING([--enable-fuzzing],
			[build the fuzz targets with libFuzzer, for "make fuzzers"; needs clang (default: no)])],
		[], [enable_fuzzing=no])
	AS_CASE([$enable_fuzzing],
		[no], [],
		[yes], [
			AS_VAR_IF([hello_sanitizer], [no], [],
				[AC_MSG_ERROR([--enable-fuzzing brings its own sanitizers])])
			# Hardening and the sandbox ask for this.
			hello_sanitizer=address,undefined
			HELLO_TRY_FLAGS(
				[-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer],
				[-fsanitize=address,undefined], [],
				[AC_MSG_ERROR([$CC cannot build that: --enable-fuzzing needs clang])])
		],
		[AC_MSG_ERROR([--enable-fuzzing takes yes or no, not "$enable_fuzzing"])])
	AM_CONDITIONAL([FUZZING], [test "$enable_fuzzing" = yes])
])
