# SPDX-License-Identifier: MIT
# `make check`: unit tests (each a program of its own), system tests (shell scripts that run the
# programs) and style tests. All of them may run at the same time.

unit_tests = \
	tests/unit/check_access \
	tests/unit/check_activation \
	tests/unit/check_admission \
	tests/unit/check_addr \
	tests/unit/check_alerts \
	tests/unit/check_answer_io \
	tests/unit/check_client_allow \
	tests/unit/check_audit \
	tests/unit/check_cert_issuer \
	tests/unit/check_cert_info \
	tests/unit/check_cert_name \
	tests/unit/check_certificate_request \
	tests/unit/check_chain_file \
	tests/unit/check_client_auth \
	tests/unit/check_client_cas \
	tests/unit/check_compare \
	tests/unit/check_relay \
	tests/unit/check_conn \
	tests/unit/check_counters \
	tests/unit/check_datagram \
	tests/unit/check_decimal \
	tests/unit/check_datagram_worker \
	tests/unit/check_dialogue \
	tests/unit/check_dtls_client \
	tests/unit/check_workers \
	tests/unit/check_zoo_options \
	tests/unit/check_crl \
	tests/unit/check_crl_memory \
	tests/unit/check_expected_outcome \
	tests/unit/check_explain \
	tests/unit/check_fetch_issuer \
	tests/unit/check_hostname \
	tests/unit/check_identity_file \
	tests/unit/check_input_file \
	tests/unit/check_file_format \
	tests/unit/check_output_file \
	tests/unit/check_http1 \
	tests/unit/check_http_get \
	tests/unit/check_http_status \
	tests/unit/check_lifetime \
	tests/unit/check_limits \
	tests/unit/check_listener \
	tests/unit/check_local_root \
	tests/unit/check_log \
	tests/unit/check_log_output \
	tests/unit/check_misbehave \
	tests/unit/check_verify_time \
	tests/unit/check_server_names \
	tests/unit/check_notify \
	tests/unit/check_server_options \
	tests/unit/check_options \
	tests/unit/check_outcome \
	tests/unit/check_thread_pool \
	tests/unit/check_page \
	tests/unit/check_other_path \
	tests/unit/check_path \
	tests/unit/check_path_quic \
	tests/unit/check_path_shapes \
	tests/unit/check_own_hello \
	tests/unit/check_trace \
	tests/unit/check_endpoint \
	tests/unit/check_pool \
	tests/unit/check_post_quantum \
	tests/unit/check_prometheus \
	tests/unit/check_proxy_header \
	tests/unit/check_proxy_protocol \
	tests/unit/check_quic_packet \
	tests/unit/check_quic_retries \
	tests/unit/check_resigner \
	tests/unit/check_resume \
	tests/unit/check_route \
	tests/unit/check_hello_offers \
	tests/unit/check_histogram \
	tests/unit/check_sandbox \
	tests/unit/check_session \
	tests/unit/check_conn_report \
	tests/unit/check_sock \
	tests/unit/check_staple \
	tests/unit/check_service \
	tests/unit/check_service_manager \
	tests/unit/check_service_target \
	tests/unit/check_tls_alert \
	tests/unit/check_crl_store \
	tests/unit/check_spiffe_id \
	tests/unit/check_stats \
	tests/unit/check_steps \
	tests/unit/check_tds \
	tests/unit/check_text \
	tests/unit/check_time \
	tests/unit/check_tls_context \
	tests/unit/check_tls_conn \
	tests/unit/check_tls_policy \
	tests/unit/check_ticket \
	tests/unit/check_tls_buffer \
	tests/unit/check_udp_wire \
	tests/unit/check_unix_socket \
	tests/unit/check_verdict \
	tests/unit/check_verify \
	tests/unit/check_probe_facts
if KDF_PROVIDER
unit_tests += tests/unit/check_kdf_functions tests/unit/check_kdf_provider \
	tests/unit/check_key_schedule tests/unit/check_prf
endif

system_tests = \
	tests/system/access.sh \
	tests/system/activation.sh \
	tests/system/all-addresses.sh \
	tests/system/browser.sh \
	tests/system/babble.sh \
	tests/system/certificate-request.sh \
	tests/system/certs-clients.sh \
	tests/system/certs-constraints.sh \
	tests/system/certs-curl.sh \
	tests/system/certs-files.sh \
	tests/system/certs-folders.sh \
	tests/system/certs-interrupted.sh \
	tests/system/certs-kinds.sh \
	tests/system/certs-names.sh \
	tests/system/certs-revoke.sh \
	tests/system/certs-shells.sh \
	tests/system/certs-trust.sh \
	tests/system/certs-zoo.sh \
	tests/system/chain.sh \
	tests/system/check-client.sh \
	tests/system/check.sh \
	tests/system/client-cert.sh \
	tests/system/client-zoo.sh \
	tests/system/client-zoo-hostile.sh \
	tests/system/client-zoo-real.sh \
	tests/system/compare.sh \
	tests/system/completion.sh \
	tests/system/container.sh \
	tests/system/crash.sh \
	tests/system/credentials.sh \
	tests/system/crl-table.sh \
	tests/system/crl.sh \
	tests/system/deadlines.sh \
	tests/system/deploy-firewalld.sh \
	tests/system/deploy-kubernetes.sh \
	tests/system/deploy-nftables.sh \
	tests/system/drain-delay.sh \
	tests/system/drain-late.sh \
	tests/system/drain.sh \
	tests/system/dtls.sh \
	tests/system/dtls-attacks.sh \
	tests/system/dtls-client.sh \
	tests/system/dtls-client-loss.sh \
	tests/system/dtls-client-path.sh \
	tests/system/dtls-limits.sh \
	tests/system/dtls-loss.sh \
	tests/system/dtls-mtls.sh \
	tests/system/dtls-reload.sh \
	tests/system/dtls-sandbox.sh \
	tests/system/endless.sh \
	tests/system/expect-outcome.sh \
	tests/system/fetch-issuer.sh \
	tests/system/files.sh \
	tests/system/firewall.sh \
	tests/system/trace.sh \
	tests/system/fleet.sh \
	tests/system/from-s_client.sh \
	tests/system/greet.sh \
	tests/system/hostile-names.sh \
	tests/system/http.sh \
	tests/system/identity.sh \
	tests/system/interop.sh \
	tests/system/json.sh \
	tests/system/languages.sh \
	tests/system/lifetime.sh \
	tests/system/key-use.sh \
	tests/system/keys.sh \
	tests/system/keys-java.sh \
	tests/system/keys-token.sh \
	tests/system/limit.sh \
	tests/system/key-schedule.sh \
	tests/system/limits.sh \
	tests/system/log-gathered.sh \
	tests/system/log-lost.sh \
	tests/system/log.sh \
	tests/system/master-death.sh \
	tests/system/metrics-killed.sh \
	tests/system/metrics-prometheus.sh \
	tests/system/metrics.sh \
	tests/system/misbehave.sh \
	tests/system/monitor.sh \
	tests/system/monitoring-agents.sh \
	tests/system/monitoring-prometheus.sh \
	tests/system/monitoring-units.sh \
	tests/system/mtls-crl.sh \
	tests/system/mtls-crl-cost.sh \
	tests/system/mtls-reload.sh \
	tests/system/mtls.sh \
	tests/system/notify.sh \
	tests/system/offers.sh \
	tests/system/outcome-chain.sh \
	tests/system/outcome-local.sh \
	tests/system/outcome-peer.sh \
	tests/system/outcome-verify.sh \
	tests/system/outcomes.sh \
	tests/system/own-certificate.sh \
	tests/system/page.sh \
	tests/system/cross-signed.sh \
	tests/system/passthrough.sh \
	tests/system/path-boxes.sh \
	tests/system/path-haproxy.sh \
	tests/system/path-test.sh \
	tests/system/ping.sh \
	tests/system/policy.sh \
	tests/system/post-quantum.sh \
	tests/system/pin.sh \
	tests/system/privileges.sh \
	tests/system/proxy-protocol.sh \
	tests/system/proxy-others.sh \
	tests/system/proxy.sh \
	tests/system/quic.sh \
	tests/system/quic-path.sh \
	tests/system/quic-server.sh \
	tests/system/quic-server-limits.sh \
	tests/system/quic-server-reload.sh \
	tests/system/refuse.sh \
	tests/system/reload.sh \
	tests/system/resigned.sh \
	tests/system/resolver.sh \
	tests/system/resume.sh \
	tests/system/retry.sh \
	tests/system/route.sh \
	tests/system/sandbox-allocators.sh \
	tests/system/sandbox-calls.sh \
	tests/system/sandbox.sh \
	tests/system/servers.sh \
	tests/system/services-quic.sh \
	tests/system/services-real.sh \
	tests/system/services.sh \
	tests/system/signal-group.sh \
	tests/system/sni.sh \
	tests/system/spiffe.sh \
	tests/system/stable.sh \
	tests/system/stalled.sh \
	tests/system/staple.sh \
	tests/system/stdout-full.sh \
	tests/system/terminal.sh \
	tests/system/tickets.sh \
	tests/system/targets-many.sh \
	tests/system/targets-cost.sh \
	tests/system/targets.sh \
	tests/system/units.sh \
	tests/system/unix-socket.sh \
	tests/system/unread.sh \
	tests/system/verbose.sh \
	tests/system/verdicts.sh \
	tests/system/zoo-action.sh \
	tests/system/zoo-judge.sh \
	tests/system/zoo-reports.sh \
	tests/system/zoo.sh

fuzz_targets = \
	tests/fuzz/fuzz_addr \
	tests/fuzz/fuzz_answer \
	tests/fuzz/fuzz_certificate \
	tests/fuzz/fuzz_chain_file \
	tests/fuzz/fuzz_cidr \
	tests/fuzz/fuzz_client_cert \
	tests/fuzz/fuzz_conn \
	tests/fuzz/fuzz_dtls \
	tests/fuzz/fuzz_dialogue \
	tests/fuzz/fuzz_handshake \
	tests/fuzz/fuzz_hello_offers \
	tests/fuzz/fuzz_http1 \
	tests/fuzz/fuzz_icmp \
	tests/fuzz/fuzz_http_answer \
	tests/fuzz/fuzz_issuer \
	tests/fuzz/fuzz_options \
	tests/fuzz/fuzz_page \
	tests/fuzz/fuzz_proxy_protocol \
	tests/fuzz/fuzz_quic_packet \
	tests/fuzz/fuzz_quic_wire \
	tests/fuzz/fuzz_request \
	tests/fuzz/fuzz_server_cert \
	tests/fuzz/fuzz_conn_report \
	tests/fuzz/fuzz_service_target \
	tests/fuzz/fuzz_sni \
	tests/fuzz/fuzz_staple \
	tests/fuzz/fuzz_tds \
	tests/fuzz/fuzz_text \
	tests/fuzz/fuzz_ticket \
	tests/fuzz/fuzz_proxy

style_tests = \
	tests/style/advice.sh \
	tests/style/dev.sh \
	tests/style/floors.sh \
	tests/style/man.sh \
	tests/style/map.sh \
	tests/style/outcomes.sh \
	tests/style/readme.sh \
	tests/style/recipes.sh \
	tests/style/shell.sh \
	tests/style/source.sh \
	tests/style/version.sh

# What the tests read.
EXTRA_DIST += $(system_tests) $(style_tests) tests/fuzz/seeds.sh tests/unit/tls13_kdf.txt \
	tests/fuzz/seeds/addr \
	tests/fuzz/seeds/answer \
	tests/fuzz/seeds/certificate \
	tests/fuzz/seeds/chain_file \
	tests/fuzz/seeds/cidr \
	tests/fuzz/seeds/client_cert \
	tests/fuzz/seeds/conn \
	tests/fuzz/seeds/dialogue \
	tests/fuzz/seeds/dtls \
	tests/fuzz/seeds/handshake \
	tests/fuzz/seeds/hello_offers \
	tests/fuzz/seeds/http1 \
	tests/fuzz/seeds/icmp \
	tests/fuzz/seeds/http_answer \
	tests/fuzz/seeds/issuer \
	tests/fuzz/seeds/options \
	tests/fuzz/seeds/page \
	tests/fuzz/seeds/proxy_protocol \
	tests/fuzz/seeds/quic_packet \
	tests/fuzz/seeds/quic_wire \
	tests/fuzz/seeds/request \
	tests/fuzz/seeds/server_cert \
	tests/fuzz/seeds/conn_report \
	tests/fuzz/seeds/service_target \
	tests/fuzz/seeds/sni \
	tests/fuzz/seeds/staple \
	tests/fuzz/seeds/tds \
	tests/fuzz/seeds/text \
	tests/fuzz/seeds/ticket \
	tests/fuzz/seeds/proxy \
	tests/load/kill.sh tests/load/reload.sh tests/load/silent.sh tests/load/targets.sh \
	tests/style/lib.sh \
	tests/packaging/deb.sh tests/packaging/image.sh tests/packaging/lib.sh \
	tests/packaging/release.sh tests/packaging/rpm.sh tests/packaging/static.sh \
	tests/packaging/systemd.macros \
	tests/systemd/boot.sh tests/systemd/inside.sh tests/systemd/packages.sh \
	tests/mtls/page-1.md tests/mtls/page-2.md tests/mtls/servers.sh tests/mtls/table.sh \
	tests/paths/page.md tests/paths/sets.sh tests/paths/table.sh \
	tests/services/table.sh tests/support/servers/mutual.go tests/zoo/table.sh \
	tests/support/badcerts.sh tests/support/pki.sh \
	tests/support/action.py tests/support/browser_page.py tests/support/zoo_reports.py \
	tests/support/hello_capture.py tests/support/issuer_server.py \
	tests/support/manifests.py tests/support/quic_aio.py tests/support/quic_aio_client.py \
	tests/support/quic_aio_abuse.py tests/support/schemas.mjs \
	tests/support/count_contexts.c tests/support/count_crls.c tests/support/late_clock.c \
	tests/support/escape_attempts.c \
	tests/support/clients/Hello.java \
	tests/support/servers/Hello.java tests/support/servers/hello.go \
	tests/support/clients/hello.go \
	tests/support/clients/hello.js \
	tests/support/clients/hello.py \
	tests/system/clients.sh \
	tests/system/chromium.sh \
	tests/system/confined.sh \
	tests/system/datagram.sh \
	tests/system/lib.sh \
	tests/system/monitoring-alerts.yml \
	tests/system/net.sh \
	tests/system/endless-rows.txt \
	tests/system/outcomes.tsv \
	tests/system/real.sh \
	tests/system/revoke.sh \
	tests/system/server.sh \
	tests/system/stable.tsv

if TESTS_ENABLED
# Here and not in Makefile.am: nothing under src/ may lean on a test.
AM_CPPFLAGS += -I$(top_srcdir)/tests $(CHECK_CFLAGS)

check_LIBRARIES += libtestsupport.a
libtestsupport_a_SOURCES = \
	tests/fuzz/certificate.c tests/fuzz/certificate.h \
	tests/fuzz/client.c tests/fuzz/client.h \
	tests/fuzz/service.c tests/fuzz/service.h \
	tests/fuzz/target.h \
	tests/support/check_main.h \
	tests/support/bytes.c tests/support/bytes.h \
	tests/support/crl_context.c tests/support/crl_context.h \
	tests/support/crl_rows.c tests/support/crl_rows.h \
	tests/support/datagram_clients.c tests/support/datagram_clients.h \
	tests/support/datagram_floods.c tests/support/datagram_floods.h \
	tests/support/endless_peer.c tests/support/endless_peer.h \
	tests/support/floods.c tests/support/floods.h \
	tests/support/listening.c tests/support/listening.h \
	tests/support/notified.c tests/support/notified.h \
	tests/support/tls_peer_client.c tests/support/tls_peer_client.h \
	tests/support/path_vectors.c tests/support/path_vectors.h \
	tests/support/quic_floods.c tests/support/quic_floods.h \
	tests/support/quic_maker.c tests/support/quic_maker.h \
	tests/support/scene.c tests/support/scene.h \
	tests/support/sealing.c tests/support/sealing.h \
	tests/support/served.c tests/support/served.h \
	tests/support/raw_record.c tests/support/raw_record.h \
	tests/support/tds_server.c tests/support/tds_server.h \
	tests/support/test_pki.c tests/support/test_pki.h

# The source of a test is the file of its name. The linker takes from the libraries what a test
# uses; the order is from those that call to those that are called.
check_PROGRAMS += $(unit_tests) tests/support/garbage_server tests/support/load_clients tests/support/delayproxy \
	tests/support/dtls_attacks tests/support/dtls_clients tests/support/endless tests/support/endless_datagrams tests/support/endless_quic tests/support/free_port tests/support/middlebox tests/support/mutual_peer \
	tests/support/quic_clients tests/support/quic_peer \
	tests/support/service_manager \
	tests/support/service_peer tests/support/tls_peer tests/support/udp_peer \
	tests/support/udp_relay tests/support/write_crls
LDADD = libtestsupport.a libzoo.a libserver.a libclient.a libshared.a \
	$(CHECK_LIBS) $(EVENT_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) $(SECCOMP_LIBS)

# A test of what happens when memory is used up: its own malloc and calloc come first.
tests_unit_check_pool_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc

# A test of what is done again, and what is not: it counts.
tests_unit_check_crl_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=X509_CRL_verify \
	-Wl,--wrap=X509_REVOKED_get0_extensions

# The CA that system tests copy, see make_pki. It is made anew after some hours, because they count on
# its days. Where it cannot be made each test shows why.
check_DATA += tests/pki/ca.pem
tests/pki/ca.pem: certs/hello-certs always
	@test -n "`find $@ -newer certs/hello-certs -mmin -300 2>/dev/null`" || { \
		rm -rf tests/pki tests/pki.new; \
		if $(srcdir)/tests/support/pki.sh certs/hello-certs tests/pki.new >/dev/null 2>&1; then \
			mv tests/pki.new tests/pki; \
		fi; \
	}

# The same with the zoo, see make_zoo.
check_DATA += tests/pki-zoo/zoo.tsv
tests/pki-zoo/zoo.tsv: certs/hello-certs always
	@test -n "`find $@ -newer certs/hello-certs -mmin -300 2>/dev/null`" || { \
		rm -rf tests/pki-zoo tests/pki-zoo.new; \
		if certs/hello-certs zoo tests/pki-zoo.new >/dev/null 2>&1; then \
			mv tests/pki-zoo.new tests/pki-zoo; \
		fi; \
	}
.PHONY: always
mostlyclean-local:
	rm -rf tests/pki tests/pki.new tests/pki-zoo tests/pki-zoo.new
MOSTLYCLEANFILES += tests/style/shell.clean

# Targets for a fuzzer: each takes one input. By themselves they run what they are given; their
# seeds are a test. libFuzzer, with --enable-fuzzing, brings a main of its own.
check_PROGRAMS += $(fuzz_targets) tests/fuzz/unpack
tests_fuzz_unpack_LDADD =
if FUZZING
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_ldflags = $(AM_LDFLAGS)
libtestsupport_a_SOURCES += tests/fuzz/driver.c
endif
tests_fuzz_fuzz_addr_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_answer_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_certificate_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_chain_file_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_cidr_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_client_cert_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_conn_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_dialogue_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_dtls_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_handshake_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_hello_offers_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http1_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_icmp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http_answer_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_issuer_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_options_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_page_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_proxy_protocol_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_quic_packet_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_quic_wire_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_request_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_server_cert_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_conn_report_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_service_target_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_sni_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_staple_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tds_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_text_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ticket_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_proxy_LDFLAGS = $(fuzz_ldflags)

.PHONY: fuzzers mtls-table paths-table services-table stable-names zoo-table
fuzzers: $(fuzz_targets) tests/fuzz/unpack

# doc/zoo.md, measured anew with the clients that are installed.
zoo-table: all
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/zoo/table.sh >zoo.md
	mv zoo.md $(srcdir)/doc/zoo.md

# doc/services.md, the same for real servers; as root, who may start them.
services-table: all tests/support/service_peer tests/support/tls_peer tests/support/udp_peer
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/services/table.sh >services.md
	mv services.md $(srcdir)/doc/services.md

# doc/mtls.md, the same for servers with mutual TLS.
mtls-table: all tests/support/free_port
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/mtls/table.sh >mtls.md
	mv mtls.md $(srcdir)/doc/mtls.md

# doc/paths.md, the same for clients and cross-signed chains.
paths-table: all
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/paths/table.sh >paths.md
	mv paths.md $(srcdir)/doc/paths.md

# What doc/stability.md promises, as the programs say it: for a release, see doc/release.md.
stable-names: all
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/system/stable.sh --print >stable.tsv
	mv stable.tsv $(srcdir)/tests/system/stable.tsv

# The long way on a short wire, of which bench/ has need too.
tests_support_delayproxy_SOURCES = bench/delayproxy.c
tests_support_delayproxy_LDADD =
tests_support_free_port_LDADD =

if SECCOMP
check_PROGRAMS += tests/support/runtime_default
tests_support_runtime_default_LDADD = $(SECCOMP_LIBS)
endif

# Shared libraries to preload; a rule, because for four of them libtool is too much.
preloads = tests/support/count_contexts.so tests/support/count_crls.so tests/support/late_clock.so \
	tests/support/escape_attempts.so
check_DATA += $(preloads)
MOSTLYCLEANFILES += $(preloads)
$(preloads): tests/support/count_contexts.c tests/support/count_crls.c tests/support/late_clock.c \
		tests/support/escape_attempts.c
	$(AM_V_CCLD)$(MKDIR_P) tests/support && $(CC) $(AM_CPPFLAGS) $(CPPFLAGS) -std=gnu11 -fPIC \
		-shared -o $@ $(top_srcdir)/$(@:.so=.c) -ldl

# What takes longest begins first, or one processor would wait for the end of it.
TESTS += $(style_tests) $(system_tests) tests/fuzz/seeds.sh $(unit_tests)
else
# Without tests nothing may look as if they had passed.
check-local:
	@echo 'make check: nothing was tested. The unit tests need Check (Debian: check,'; \
	echo 'Fedora: check-devel): install it, then run configure again with --enable-tests=yes.'; \
	exit 1
endif

# Scripts run in the top build folder and find everything by these.
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = sh
AM_TESTS_ENVIRONMENT = \
	top_builddir='$(top_builddir)' top_srcdir='$(top_srcdir)' \
	abs_top_builddir='$(abs_top_builddir)' abs_top_srcdir='$(abs_top_srcdir)'; \
	export top_builddir top_srcdir abs_top_builddir abs_top_srcdir; \
	unset SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE;
