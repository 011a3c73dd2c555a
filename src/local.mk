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
	src/common/cidr.c src/common/cidr.h \
	src/common/clock.c src/common/clock.h \
	src/common/firstbytes.c src/common/firstbytes.h \
	src/common/http1.c src/common/http1.h \
	src/common/httpaccept.c src/common/httpaccept.h \
	src/common/log.c src/common/log.h \
	src/common/optparse.c src/common/optparse.h \
	src/common/outcome.c src/common/outcome.h \
	src/common/sighting.c src/common/sighting.h \
	src/common/proxyproto.c src/common/proxyproto.h \
	src/common/sock.c src/common/sock.h \
	src/common/streams.c src/common/streams.h \
	src/common/tlsalert.c src/common/tlsalert.h \
	src/common/tlsask.c src/common/tlsask.h \
	src/common/tlscrl.c src/common/tlscrl.h \
	src/common/tlsctx.c src/common/tlsctx.h \
	src/common/tlsfacts.c src/common/tlsfacts.h \
	src/common/tlsident.c src/common/tlsident.h \
	src/common/tlsio.c src/common/tlsio.h \
	src/common/tlspolicy.c src/common/tlspolicy.h \
	src/common/staple.c src/common/staple.h \
	src/common/tlssni.c src/common/tlssni.h \
	src/common/tlsstaple.c src/common/tlsstaple.h \
	src/common/tlsresume.c src/common/tlsresume.h \
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
	src/server/conn.c src/server/conn.h \
	src/server/connlog.c src/server/connlog.h \
	src/server/connrecord.c src/server/connrecord.h \
	src/server/counters.c src/server/counters.h \
	src/server/crew.c src/server/crew.h \
	src/server/exposition.c src/server/exposition.h \
	src/server/identity.c src/server/identity.h \
	src/server/limits.c src/server/limits.h \
	src/server/listener.c src/server/listener.h \
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
	src/server/sandbox.c src/server/sandbox.h \
	src/server/service.c src/server/service.h \
	src/server/servicelog.c src/server/servicelog.h \
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
	src/client/announce.c \
	src/client/compare.c src/client/compare.h \
	src/client/connect.c \
	src/client/expected.c src/client/expected.h \
	src/client/explain.c src/client/explain.h \
	src/client/findings.c src/client/findings.h \
	src/client/greet.c \
	src/client/handshake.c \
	src/client/httpget.c src/client/httpget.h \
	src/client/icmp.c src/client/icmp.h \
	src/client/keylog.c src/client/keylog.h \
	src/client/moment.c src/client/moment.h \
	src/client/interrupt.c src/client/interrupt.h \
	src/client/json.c src/client/json.h \
	src/client/nagios.c src/client/nagios.h \
	src/client/optcheck.c src/client/optcheck.h \
	src/client/options.c src/client/options.h \
	src/client/output.c src/client/output.h \
	src/client/parallel.c src/client/parallel.h \
	src/client/phases.c src/client/phases.h \
	src/client/pin.c src/client/pin.h \
	src/client/ping.c src/client/ping.h \
	src/client/prometheus.c src/client/prometheus.h \
	src/client/proxy.c src/client/proxy.h \
	src/client/recorder.c src/client/recorder.h \
	src/client/report.c src/client/report.h \
	src/client/resolve.c \
	src/client/resume.c src/client/resume.h \
	src/client/revocation.c src/client/revocation.h \
	src/client/route.c src/client/route.h \
	src/client/screen.c src/client/screen.h \
	src/client/session.c src/client/session.h \
	src/client/summary.c src/client/summary.h \
	src/client/table.c src/client/table.h \
	src/client/tally.c src/client/tally.h \
	src/client/targetlist.c src/client/targetlist.h \
	src/client/targets.c src/client/targets.h \
	src/client/tcpinfo.c src/client/tcpinfo.h \
	src/client/staple.c src/client/staple.h \
	src/client/tunnel.c \
	src/client/verdict.c src/client/verdict.h \
	src/client/verify.c src/client/verify.h \
	src/client/vitals.c src/client/vitals.h \
	src/client/witness.c

hello_server_SOURCES = src/server/main.c
hello_server_LDADD = libserver.a libcommon.a $(EVENT_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) \
	$(SECCOMP_LIBS)

hello_client_SOURCES = src/client/main.c
hello_client_LDADD = libclient.a libcommon.a $(JANSSON_LIBS) $(OPENSSL_LIBS)
