# SPDX-License-Identifier: MIT
# One convenience library per folder; a spine (main.c) and its libraries are a program. So the
# client does not even see the event library.

noinst_LIBRARIES += libshared.a libserver.a libclient.a libzoo.a
bin_PROGRAMS += hello-client hello-zoo
sbin_PROGRAMS += hello-server

libshared_a_SOURCES = \
	src/base/clock.c src/base/clock.h \
	src/base/decimal.c src/base/decimal.h \
	src/base/input_file.c src/base/input_file.h \
	src/base/lifetime.c src/base/lifetime.h \
	src/base/log.c src/base/log.h \
	src/base/log_output.c src/base/log_output.h \
	src/base/options.c src/base/options.h \
	src/base/options_help.c src/base/options_help.h \
	src/base/outcome.c src/base/outcome.h \
	src/base/prometheus.c src/base/prometheus.h \
	src/base/same_path.c src/base/same_path.h \
	src/base/streams.c src/base/streams.h \
	src/base/text.c src/base/text.h \
	src/base/time.c src/base/time.h \
	src/net/addr.c src/net/addr.h \
	src/net/conn_report.c src/net/conn_report.h \
	src/net/conn_report_json.c src/net/conn_report_json.h \
	src/net/hostname.c src/net/hostname.h \
	src/net/http_char.c src/net/http_char.h \
	src/net/proxy_protocol.c src/net/proxy_protocol.h \
	src/net/sock.c src/net/sock.h \
	src/tls/alert.c src/tls/alert.h \
	src/tls/buffer.c src/tls/buffer.h \
	src/tls/cert_id.c src/tls/cert_id.h \
	src/tls/cert_info.c src/tls/cert_info.h \
	src/tls/cert_issuer.c src/tls/cert_issuer.h \
	src/tls/closing.c src/tls/closing.h \
	src/tls/conn.c src/tls/conn.h \
	src/tls/conn_parts.c src/tls/conn_parts.h \
	src/tls/context.c src/tls/context.h \
	src/tls/context_groups.c src/tls/context_groups.h \
	src/tls/crl.c src/tls/crl.h \
	src/tls/crl_ask.c src/tls/crl_ask.h \
	src/tls/crl_memory.c src/tls/crl_memory.h \
	src/tls/crl_store.c src/tls/crl_store.h \
	src/tls/crl_text.c src/tls/crl_text.h \
	src/tls/datagram.c src/tls/datagram.h \
	src/tls/der.c src/tls/der.h \
	src/tls/dtls.c src/tls/dtls.h \
	src/tls/dtls_limit.c src/tls/dtls_limit.h \
	src/tls/error.c src/tls/error.h \
	src/tls/facts.c src/tls/facts.h \
	src/tls/file_format.c src/tls/file_format.h \
	src/tls/first_bytes.c src/tls/first_bytes.h \
	src/tls/hello_length.c src/tls/hello_length.h \
	src/tls/hello_offers.c src/tls/hello_offers.h \
	src/tls/iana.c src/tls/iana.h \
	src/tls/identity.c src/tls/identity.h \
	src/tls/key_use.c src/tls/key_use.h \
	src/tls/offers_text.c src/tls/offers_text.h \
	src/tls/other_path.c src/tls/other_path.h \
	src/tls/params.c src/tls/params.h \
	src/tls/params_offer.c src/tls/params_offer.h \
	src/tls/pem.c src/tls/pem.h \
	src/tls/pem_block.c src/tls/pem_block.h \
	src/tls/policy.c src/tls/policy.h \
	src/tls/quic.c src/tls/quic.h \
	src/tls/quic_failure.c src/tls/quic_failure.h \
	src/tls/quic_packet.c src/tls/quic_packet.h \
	src/tls/signature.c src/tls/signature.h \
	src/tls/weakness.c src/tls/weakness.h \
	src/tls/staple.c src/tls/staple.h \
	src/tls/tds.c src/tls/tds.h \
	src/tls/trust.c src/tls/trust.h \
	src/tls/udp_wire.c src/tls/udp_wire.h
if QUIC
libshared_a_SOURCES += \
	src/tls/quic_end.c src/tls/quic_end.h \
	src/tls/quic_feed.c src/tls/quic_feed.h \
	src/tls/quic_server.c src/tls/quic_server.h \
	src/tls/quic_wire.c src/tls/quic_wire.h
endif
if KDF_PROVIDER
libshared_a_SOURCES += \
	src/tls/kdf_functions.c src/tls/kdf_functions.h \
	src/tls/kdf_provider.c src/tls/kdf_provider.h \
	src/tls/key_schedule.c src/tls/key_schedule.h
endif

libserver_a_SOURCES = \
	src/server/check.c src/server/check.h \
	src/server/options.c src/server/options.h \
	src/server/options_check.c src/server/options_check.h \
	src/server/serve.c src/server/serve.h \
	src/server/confine/confine.c src/server/confine/confine.h \
	src/server/confine/privdrop.c src/server/confine/privdrop.h \
	src/server/confine/sandbox.c src/server/confine/sandbox.h \
	src/server/conn/conn.c src/server/conn/conn.h \
	src/server/conn/conn_dtls.c src/server/conn/conn_dtls.h \
	src/server/conn/conn_log.c src/server/conn/conn_log.h \
	src/server/conn/conn_record.c src/server/conn/conn_record.h \
	src/server/conn/conn_states.c src/server/conn/conn_states.h \
	src/server/conn/http1.c src/server/conn/http1.h \
	src/server/conn/http_accept.c src/server/conn/http_accept.h \
	src/server/conn/limits.c src/server/conn/limits.h \
	src/server/conn/page.c src/server/conn/page.h \
	src/server/conn/pool.c src/server/conn/pool.h \
	src/server/conn/proxy_header.c src/server/conn/proxy_header.h \
	src/server/conn/reply.c src/server/conn/reply.h \
	src/server/conn/request.c src/server/conn/request.h \
	src/server/listen/access.c src/server/listen/access.h \
	src/server/listen/activation.c src/server/listen/activation.h \
	src/server/listen/cidr.c src/server/listen/cidr.h \
	src/server/listen/endpoint.c src/server/listen/endpoint.h \
	src/server/listen/listener.c src/server/listen/listener.h \
	src/server/listen/overlap.c src/server/listen/overlap.h \
	src/server/listen/socket.c src/server/listen/socket.h \
	src/server/listen/udp_socket.c src/server/listen/udp_socket.h \
	src/server/listen/unix_socket.c src/server/listen/unix_socket.h \
	src/server/metrics/counters.c src/server/metrics/counters.h \
	src/server/metrics/exposition.c src/server/metrics/exposition.h \
	src/server/metrics/metrics.c src/server/metrics/metrics.h \
	src/server/process/datagram_clients.c src/server/process/datagram_clients.h \
	src/server/process/datagram_worker.c src/server/process/datagram_worker.h \
	src/server/process/dtls_clients.c src/server/process/dtls_clients.h \
	src/server/process/expiry.c src/server/process/expiry.h \
	src/server/process/gauges.c src/server/process/gauges.h \
	src/server/process/handover.c src/server/process/handover.h \
	src/server/process/master.c src/server/process/master.h \
	src/server/process/metrics_process.c src/server/process/metrics_process.h \
	src/server/process/notify.c src/server/process/notify.h \
	src/server/process/quic_clients.c src/server/process/quic_clients.h \
	src/server/process/quic_retries.c src/server/process/quic_retries.h \
	src/server/process/relay.c src/server/process/relay.h \
	src/server/process/reload.c src/server/process/reload.h \
	src/server/process/service_manager.c src/server/process/service_manager.h \
	src/server/process/signals.c src/server/process/signals.h \
	src/server/process/spawn.c src/server/process/spawn.h \
	src/server/process/worker.c src/server/process/worker.h \
	src/server/process/worker_sockets.c src/server/process/worker_sockets.h \
	src/server/process/workers.c src/server/process/workers.h \
	src/server/service/audit.c src/server/service/audit.h \
	src/server/service/audit_crl.c \
	src/server/service/audit_find.c src/server/service/audit_find.h \
	src/server/service/cert_request.c src/server/service/cert_request.h \
	src/server/service/client_allow.c src/server/service/client_allow.h \
	src/server/service/client_auth.c src/server/service/client_auth.h \
	src/server/service/client_cas.c src/server/service/client_cas.h \
	src/server/service/client_try.c src/server/service/client_try.h \
	src/server/service/context.c src/server/service/context.h \
	src/server/service/cookie.c src/server/service/cookie.h \
	src/server/service/identity.c src/server/service/identity.h \
	src/server/service/server_names.c src/server/service/server_names.h \
	src/server/service/service.c src/server/service/service.h \
	src/server/service/service_log.c src/server/service/service_log.h \
	src/server/service/sni.c src/server/service/sni.h \
	src/server/service/stapling.c src/server/service/stapling.h \
	src/server/service/ticket.c src/server/service/ticket.h
if LANDLOCK
libserver_a_SOURCES += src/server/confine/sandbox_landlock.c
endif
if SECCOMP
libserver_a_SOURCES += src/server/confine/sandbox_seccomp.c
endif
if QUIC
libserver_a_SOURCES += src/server/conn/conn_quic.c src/server/conn/conn_quic.h
endif

libclient_a_SOURCES = \
	src/client/judge/admission.c src/client/judge/admission.h \
	src/client/judge/certificate_request.c src/client/judge/certificate_request.h \
	src/client/judge/certificate_request_cause.c src/client/judge/certificate_request_cause.h \
	src/client/judge/cert_name.c src/client/judge/cert_name.h \
	src/client/judge/compare.c src/client/judge/compare.h \
	src/client/judge/distrust.c src/client/judge/distrust.h \
	src/client/judge/expected.c src/client/judge/expected.h \
	src/client/judge/cert_error.c src/client/judge/cert_error.h \
	src/client/judge/expected_outcome.c src/client/judge/expected_outcome.h \
	src/client/judge/findings.c src/client/judge/findings.h \
	src/client/judge/own_certificate.c src/client/judge/own_certificate.h \
	src/client/judge/path.c src/client/judge/path.h \
	src/client/judge/path_quic.c src/client/judge/path_quic.h \
	src/client/judge/post_quantum.c src/client/judge/post_quantum.h \
	src/client/judge/resigner.c src/client/judge/resigner.h \
	src/client/judge/revocation.c src/client/judge/revocation.h \
	src/client/judge/spiffe_id.c src/client/judge/spiffe_id.h \
	src/client/judge/staple.c src/client/judge/staple.h \
	src/client/judge/trace.c src/client/judge/trace.h \
	src/client/judge/verdict.c src/client/judge/verdict.h \
	src/client/options/options.c src/client/options/options.h \
	src/client/options/options_check.c src/client/options/options_check.h \
	src/client/options/target_list.c src/client/options/target_list.h \
	src/client/options/verify_time.c src/client/options/verify_time.h \
	src/client/output/address_table.c src/client/output/address_table.h \
	src/client/output/explain.c src/client/output/explain.h \
	src/client/output/histogram.c src/client/output/histogram.h \
	src/client/output/json.c src/client/output/json.h \
	src/client/output/keylog.c src/client/output/keylog.h \
	src/client/output/metrics_file.c src/client/output/metrics_file.h \
	src/client/output/nagios.c src/client/output/nagios.h \
	src/client/output/output_file.c src/client/output/output_file.h \
	src/client/output/client_zoo_table.c src/client/output/client_zoo_table.h \
	src/client/output/path_json.c src/client/output/path_json.h \
	src/client/output/path_sentences.c src/client/output/path_sentences.h \
	src/client/output/path_table.c src/client/output/path_table.h \
	src/client/output/path_text.c src/client/output/path_text.h \
	src/client/output/probe_facts.c src/client/output/probe_facts.h \
	src/client/output/report.c src/client/output/report.h \
	src/client/output/report_line.c src/client/output/report_line.h \
	src/client/output/result.c src/client/output/result.h \
	src/client/output/stats.c src/client/output/stats.h \
	src/client/output/summary.c src/client/output/summary.h \
	src/client/output/target_table.c src/client/output/target_table.h \
	src/client/output/terminal.c src/client/output/terminal.h \
	src/client/output/trace_json.c src/client/output/trace_json.h \
	src/client/output/trace_table.c src/client/output/trace_table.h \
	src/client/output/trace_text.c src/client/output/trace_text.h \
	src/client/probe/addresses.c \
	src/client/probe/modes.h \
	src/client/probe/client_list.c src/client/probe/client_list.h \
	src/client/probe/client_zoo.c \
	src/client/probe/path_test.c \
	src/client/probe/resume.c \
	src/client/probe/runner.c src/client/probe/runner.h \
	src/client/probe/series.c \
	src/client/probe/single.c \
	src/client/probe/targets.c \
	src/client/probe/thread_pool.c src/client/probe/thread_pool.h \
	src/client/probe/trace.c \
	src/client/services/dialogue.c src/client/services/dialogue.h \
	src/client/services/http_status.c src/client/services/http_status.h \
	src/client/services/ldap_dialogue.c src/client/services/ldap_dialogue.h \
	src/client/services/line_dialogue.c src/client/services/line_dialogue.h \
	src/client/services/line_scripts.c src/client/services/line_scripts.h \
	src/client/services/message_dialogue.c src/client/services/message_dialogue.h \
	src/client/services/postgres_dialogue.c src/client/services/postgres_dialogue.h \
	src/client/services/service.c src/client/services/service.h \
	src/client/services/target.c src/client/services/target.h \
	src/client/services/xmpp_dialogue.c src/client/services/xmpp_dialogue.h \
	src/client/session/chain_file.c src/client/session/chain_file.h \
	src/client/session/context.c src/client/session/context.h \
	src/client/session/hello_variant.c src/client/session/hello_variant.h \
	src/client/session/identity_file.c src/client/session/identity_file.h \
	src/client/session/key_file.c src/client/session/key_file.h \
	src/client/session/own_hello.c src/client/session/own_hello.h \
	src/client/session/passphrase.c src/client/session/passphrase.h \
	src/client/session/pbe.c src/client/session/pbe.h \
	src/client/session/pbe_rounds.c src/client/session/pbe_rounds.h \
	src/client/session/pkcs12_file.c src/client/session/pkcs12_file.h \
	src/client/session/pkcs12_rounds.c src/client/session/pkcs12_rounds.h \
	src/client/session/local_root.c src/client/session/local_root.h \
	src/client/session/phases.c src/client/session/phases.h \
	src/client/session/proxy.c src/client/session/proxy.h \
	src/client/session/resumption.c src/client/session/resumption.h \
	src/client/session/route.c src/client/session/route.h \
	src/client/session/session.c src/client/session/session.h \
	src/client/session/token.c src/client/session/token.h \
	src/client/session/settings.h \
	src/client/step/announce.c \
	src/client/step/answer.c src/client/step/answer.h \
	src/client/step/answer_http.c src/client/step/answer_http.h \
	src/client/step/answer_io.c src/client/step/answer_io.h \
	src/client/step/chain.c \
	src/client/step/compare.c \
	src/client/step/connect.c \
	src/client/step/connect_failure.c src/client/step/connect_failure.h \
	src/client/step/connect_udp.c src/client/step/connect_udp.h \
	src/client/step/fetch_issuer.c src/client/step/fetch_issuer.h \
	src/client/step/greet.c \
	src/client/step/handshake.c src/client/step/handshake.h \
	src/client/step/http_answer.c src/client/step/http_answer.h \
	src/client/step/http_get.c src/client/step/http_get.h \
	src/client/step/icmp.c src/client/step/icmp.h \
	src/client/step/issuer_answer.c src/client/step/issuer_answer.h \
	src/client/step/issuer_url.c src/client/step/issuer_url.h \
	src/client/step/proxy.c src/client/step/proxy.h \
	src/client/step/resolve.c \
	src/client/step/socket.c src/client/step/socket.h \
	src/client/step/starttls.c src/client/step/starttls.h \
	src/client/step/tcp_state.c src/client/step/tcp_state.h \
	src/client/step/trace.h \
	src/client/step/trace_hello.c \
	src/client/step/trace_socket.c src/client/step/trace_socket.h \
	src/client/step/trace_syn.c \
	src/client/step/verify.c src/client/step/verify.h \
	src/client/step/wait.c src/client/step/wait.h

libzoo_a_SOURCES = \
	src/zoo/misbehave.c src/zoo/misbehave.h \
	src/zoo/options.c src/zoo/options.h \
	src/zoo/zoo.c src/zoo/zoo.h

hello_server_SOURCES = src/server/main.c
hello_server_LDADD = libserver.a libshared.a $(EVENT_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) \
	$(SECCOMP_LIBS)

hello_client_SOURCES = src/client/main.c
hello_client_LDADD = libclient.a libshared.a $(JANSSON_LIBS) $(OPENSSL_LIBS)

hello_zoo_SOURCES = src/zoo/main.c
hello_zoo_LDADD = libzoo.a libserver.a libshared.a $(EVENT_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) \
	$(SECCOMP_LIBS)

# Completions for shells, printed from the tables of options by a program of this build.
if COMPLETIONS
noinst_PROGRAMS += src/completion/completion
src_completion_completion_SOURCES = src/completion/main.c \
	src/completion/options_completion.c src/completion/options_completion.h
src_completion_completion_LDADD = libclient.a libzoo.a libserver.a libshared.a $(JANSSON_LIBS) \
	$(OPENSSL_LIBS) $(EVENT_LIBS) $(SECCOMP_LIBS)

bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_bashcompletion_DATA = src/completion/hello-client src/completion/hello-server \
	src/completion/hello-zoo
nodist_zshcompletion_DATA = src/completion/_hello-client src/completion/_hello-server \
	src/completion/_hello-zoo
nodist_fishcompletion_DATA = src/completion/hello-client.fish src/completion/hello-server.fish \
	src/completion/hello-zoo.fish
CLEANFILES += $(nodist_bashcompletion_DATA) $(nodist_zshcompletion_DATA) \
	$(nodist_fishcompletion_DATA)

completion = $(AM_V_GEN)src/completion/completion$(EXEEXT)
$(nodist_bashcompletion_DATA): src/completion/completion$(EXEEXT)
	$(completion) $(@F) bash >$@.new && mv $@.new $@
$(nodist_zshcompletion_DATA): src/completion/completion$(EXEEXT)
	$(completion) $$(echo $(@F) | sed s/_//) zsh >$@.new && mv $@.new $@
$(nodist_fishcompletion_DATA): src/completion/completion$(EXEEXT)
	$(completion) $$(basename $@ .fish) fish >$@.new && mv $@.new $@
endif
