# SPDX-License-Identifier: MIT

dist_man_MANS = doc/hello-certs.1 doc/hello-client.1 doc/hello-server.8 doc/hello-zoo.1 doc/hello-zoo-judge.1
dist_doc_DATA = README.md README.ko.md NEWS.md SECURITY.md CONTRIBUTING.md LICENSE doc/architecture.md doc/from-s_client.md doc/mtls.md doc/paths.md doc/release.md doc/services.md doc/stability.md doc/zoo.md doc/hello-client.schema.json
