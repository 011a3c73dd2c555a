# SPDX-License-Identifier: MIT
# Files for packagers. None of them is installed.

EXTRA_DIST += \
	flake.nix \
	packaging/README.md \
	packaging/alpine/APKBUILD \
	packaging/deb \
	packaging/debian/changelog \
	packaging/debian/control \
	packaging/debian/copyright \
	packaging/debian/hello-certs.install \
	packaging/debian/hello-client.install \
	packaging/debian/hello-server.dirs \
	packaging/debian/hello-server.install \
	packaging/debian/hello-zoo.install packaging/debian/hello-zoo.lintian-overrides \
	packaging/debian/rules \
	packaging/debian/source/format \
	packaging/debian/tests/control \
	packaging/debian/tests/path \
	packaging/homebrew/hello-tls.rb \
	packaging/image/build \
	packaging/rpm/hello-tls.rpmlintrc \
	packaging/rpm/hello-tls.spec \
	packaging/release \
	packaging/source-date \
	packaging/static/build
