# SPDX-License-Identifier: MIT
# One convenience library per folder; a spine (main.c) and its libraries are a program. So the
# client does not even see the event library.

noinst_LIBRARIES += libcommon.a libserver.a libclient.a
bin_PROGRAMS += hello-client
sbin_PROGRAMS += hello-server

libcommon_a_SOURCES = \
	src/common/addr.c src/common/addr.h \
	src/common/certid.c src/common/certid.h \
	src/common/certinfo.c src/common/certinfo.h \
	src/common/certlink.c src/common/certlink.h \
	src/common/cidr.c src/common/cidr.h \
	src/common/clock.c src/common/clock.h \
	src/common/crl.c src/common/crl.h \
	src/common/crlwords.c src/common/crlwords.h \
	src/common/filein.c src/common/filein.h \
	src/common/fileout.c src/common/fileout.h \
	src/common/fileformat.c src/common/fileformat.h \
	src/common/firstbytes.c src/common/firstbytes.h \
	src/common/hostname.c src/common/hostname.h \
	src/common/helloscan.c src/common/helloscan.h \
	src/common/http1.c src/common/http1.h \
	src/common/httpaccept.c src/common/httpaccept.h \
	src/common/log.c src/common/log.h \
	src/common/options.c src/common/options.h \
	src/common/options_completion.c src/common/options_completion.h \
	src/common/options_help.c src/common/options_help.h \
	src/common/outcome.c src/common/outcome.h \
	src/common/pemblock.c src/common/pemblock.h \
	src/common/proxyproto.c src/common/proxyproto.h \
	src/common/sighting.c src/common/sighting.h \
	src/common/siglevel.c src/common/siglevel.h \
	src/common/sock.c src/common/sock.h \
	src/common/staple.c src/common/staple.h \
	src/common/streams.c src/common/streams.h \
	src/common/text.c src/common/text.h \
	src/common/tlsalert.c src/common/tlsalert.h \
	src/common/tlsask.c src/common/tlsask.h \
	src/common/tlscrl.c src/common/tlscrl.h \
	src/common/tlsctx.c src/common/tlsctx.h \
	src/common/tlsend.c src/common/tlsend.h \
	src/common/tlsfacts.c src/common/tlsfacts.h \
	src/common/tlsident.c src/common/tlsident.h \
	src/common/tlsio.c src/common/tlsio.h \
	src/common/tlsparams.c src/common/tlsparams.h \
	src/common/tlspem.c src/common/tlspem.h \
	src/common/tlspolicy.c src/common/tlspolicy.h \
	src/common/tlsresume.c src/common/tlsresume.h \
	src/common/tlssni.c src/common/tlssni.h \
	src/common/tlsstaple.c src/common/tlsstaple.h \
	src/common/tlsticket.c src/common/tlsticket.h \
	src/common/tlstrust.c src/common/tlstrust.h \
	src/common/tlswire.c src/common/tlswire.h

libserver_a_SOURCES = \
	src/server/access.c src/server/access.h \
	src/server/activation.c src/server/activation.h \
	src/server/allowlist.c src/server/allowlist.h \
	src/server/answer.c src/server/answer.h \
	src/server/audit.c src/server/audit.h \
	src/server/check.c src/server/check.h \
	src/server/clientauth.c src/server/clientauth.h \
	src/server/clienttrust.c src/server/clienttrust.h \
	src/server/confine.c src/server/confine.h \
	src/server/conn.c src/server/conn.h \
	src/server/connlog.c src/server/connlog.h \
	src/server/connrecord.c src/server/connrecord.h \
	src/server/counters.c src/server/counters.h \
	src/server/crew.c src/server/crew.h \
	src/server/exposition.c src/server/exposition.h \
	src/server/gauges.c src/server/gauges.h \
	src/server/identity.c src/server/identity.h \
	src/server/limits.c src/server/limits.h \
	src/server/listener.c src/server/listener.h \
	src/server/manners.c src/server/manners.h \
	src/server/master.c src/server/master.h \
	src/server/metrics.c src/server/metrics.h \
	src/server/monitor.c src/server/monitor.h \
	src/server/names.c src/server/names.h \
	src/server/notify.c src/server/notify.h \
	src/server/optcheck.c src/server/optcheck.h \
	src/server/options.c src/server/options.h \
	src/server/place.c src/server/place.h \
	src/server/pool.c src/server/pool.h \
	src/server/posts.c src/server/posts.h \
	src/server/privdrop.c src/server/privdrop.h \
	src/server/proxyhead.c src/server/proxyhead.h \
	src/server/request.c src/server/request.h \
	src/server/sandbox.c src/server/sandbox.h \
	src/server/service.c src/server/service.h \
	src/server/servicelog.c src/server/servicelog.h \
	src/server/signals.c src/server/signals.h \
	src/server/supervisor.c src/server/supervisor.h \
	src/server/unixsock.c src/server/unixsock.h \
	src/server/worker.c src/server/worker.h \
	src/server/zoo.c src/server/zoo.h
if LANDLOCK
libserver_a_SOURCES += src/server/sandbox_landlock.c
endif
if SECCOMP
libserver_a_SOURCES += src/server/sandbox_seccomp.c
endif

libclient_a_SOURCES = \
	src/client/keylog.c src/client/keylog.h \
	src/client/optcheck.c src/client/optcheck.h \
	src/client/options.c src/client/options.h \
	src/client/proxy.c src/client/proxy.h \
	src/client/route.c src/client/route.h \
	src/client/session.c src/client/session.h \
	src/client/cert/certname.c src/client/cert/certname.h \
	src/client/cert/distrust.c src/client/cert/distrust.h \
	src/client/cert/expected.c src/client/cert/expected.h \
	src/client/cert/findings.c src/client/cert/findings.h \
	src/client/cert/moment.c src/client/cert/moment.h \
	src/client/cert/pin.c src/client/cert/pin.h \
	src/client/cert/revocation.c src/client/cert/revocation.h \
	src/client/cert/staple.c src/client/cert/staple.h \
	src/client/cert/verdict.c src/client/cert/verdict.h \
	src/client/mode/addresses.c src/client/mode/addresses.h \
	src/client/mode/interrupt.c src/client/mode/interrupt.h \
	src/client/mode/parallel.c src/client/mode/parallel.h \
	src/client/mode/pathjudge.c src/client/mode/pathjudge.h \
	src/client/mode/pathtest.c src/client/mode/pathtest.h \
	src/client/mode/ping.c src/client/mode/ping.h \
	src/client/mode/resume.c src/client/mode/resume.h \
	src/client/mode/targetlist.c src/client/mode/targetlist.h \
	src/client/mode/targets.c src/client/mode/targets.h \
	src/client/show/addrtable.c src/client/show/addrtable.h \
	src/client/show/explain.c src/client/show/explain.h \
	src/client/show/json.c src/client/show/json.h \
	src/client/show/line.c src/client/show/line.h \
	src/client/show/nagios.c src/client/show/nagios.h \
	src/client/show/output.c src/client/show/output.h \
	src/client/show/pathtable.c src/client/show/pathtable.h \
	src/client/show/pathwords.c src/client/show/pathwords.h \
	src/client/show/prometheus.c src/client/show/prometheus.h \
	src/client/show/recorder.c src/client/show/recorder.h \
	src/client/show/report.c src/client/show/report.h \
	src/client/show/screen.c src/client/show/screen.h \
	src/client/show/summary.c src/client/show/summary.h \
	src/client/show/table.c src/client/show/table.h \
	src/client/show/tally.c src/client/show/tally.h \
	src/client/show/vitals.c src/client/show/vitals.h \
	src/client/step/announce.c \
	src/client/step/compare.c src/client/step/compare.h \
	src/client/step/connect.c \
	src/client/step/greet.c \
	src/client/step/handshake.c \
	src/client/step/httpanswer.c src/client/step/httpanswer.h \
	src/client/step/httpget.c src/client/step/httpget.h \
	src/client/step/icmp.c src/client/step/icmp.h \
	src/client/step/phases.c src/client/step/phases.h \
	src/client/step/resolve.c \
	src/client/step/tcpinfo.c src/client/step/tcpinfo.h \
	src/client/step/tunnel.c \
	src/client/step/verify.c src/client/step/verify.h \
	src/client/step/witness.c

hello_server_SOURCES = src/server/main.c
hello_server_LDADD = libserver.a libcommon.a $(EVENT_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) \
	$(SECCOMP_LIBS)

hello_client_SOURCES = src/client/main.c
hello_client_LDADD = libclient.a libcommon.a $(JANSSON_LIBS) $(OPENSSL_LIBS)

# Completions for shells, printed from the tables of options by a program of this build.
if COMPLETIONS
noinst_PROGRAMS += src/completion/completion
src_completion_completion_SOURCES = src/completion/main.c
src_completion_completion_LDADD = libclient.a libserver.a libcommon.a $(JANSSON_LIBS) \
	$(OPENSSL_LIBS) $(EVENT_LIBS) $(SECCOMP_LIBS)

bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_bashcompletion_DATA = src/completion/hello-client src/completion/hello-server
nodist_zshcompletion_DATA = src/completion/_hello-client src/completion/_hello-server
nodist_fishcompletion_DATA = src/completion/hello-client.fish src/completion/hello-server.fish
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
