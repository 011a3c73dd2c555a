# SPDX-License-Identifier: MIT
# configure makes hello-certs from hello-certs.in (and puts that into the tarball).

bin_SCRIPTS += certs/hello-certs
EXTRA_DIST += certs/README.md
