dnl SPDX-License-Identifier: MIT
dnl `make dist` writes the same tarball from the same source: names in order, no owner, and (by the hook in
dnl Makefile.am) one date and the same modes. Only GNU tar has the options; with another tar the tarball
dnl is complete, but not the same each time.

AC_DEFUN([HELLO_DIST], [
	hello_tar_flags='--format=ustar --sort=name --owner=0 --group=0 --numeric-owner'
	AC_CACHE_CHECK([whether ${TAR-tar} can write the same archive twice], [hello_cv_tar_repeats], [
		AS_IF([eval "${TAR-tar} $hello_tar_flags -chf - config.log" >/dev/null 2>&AS_MESSAGE_LOG_FD],
			[hello_cv_tar_repeats=yes], [hello_cv_tar_repeats=no])
	])
	AS_VAR_IF([hello_cv_tar_repeats], [yes],
		[am__tar='$${TAR-tar} '"$hello_tar_flags"' -chf - "$$tardir"'])
])
