# SPDX-License-Identifier: MIT
# make fills in the units, not configure: the folders in them may contain ${prefix}.

EXTRA_DIST += \
	deploy/systemd/hello-server.service.in \
	deploy/systemd/hello-server-standalone.service.in \
	deploy/systemd/hello-server-udp.conf.in
CLEANFILES += \
	deploy/systemd/hello-server.service \
	deploy/systemd/hello-server-standalone.service \
	deploy/systemd/hello-server-udp.conf

systemd_units = \
	deploy/systemd/hello-server.service \
	deploy/systemd/hello-server-standalone.service
systemd_fill = $(MKDIR_P) deploy/systemd && $(SED) \
	-e 's|@sbindir[@]|$(sbindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g'

deploy/systemd/hello-server.service: $(srcdir)/deploy/systemd/hello-server.service.in Makefile
	$(AM_V_GEN)$(systemd_fill) $(srcdir)/deploy/systemd/hello-server.service.in >$@.tmp && mv $@.tmp $@
deploy/systemd/hello-server-standalone.service: \
		$(srcdir)/deploy/systemd/hello-server-standalone.service.in Makefile
	$(AM_V_GEN)$(systemd_fill) $(srcdir)/deploy/systemd/hello-server-standalone.service.in \
		>$@.tmp && mv $@.tmp $@
deploy/systemd/hello-server-udp.conf: $(srcdir)/deploy/systemd/hello-server-udp.conf.in Makefile
	$(AM_V_GEN)$(systemd_fill) $(srcdir)/deploy/systemd/hello-server-udp.conf.in >$@.tmp && mv $@.tmp $@

# An example to copy, like those of deploy/local.mk: as a drop-in in its place it would be in force.
nodist_deploy_DATA = deploy/systemd/hello-server-udp.conf

# Without a folder to install them in, they are still made, for readers and for the tests.
if SYSTEMD_UNITS
systemdsystemunit_DATA = $(systemd_units)
dist_systemdsystemunit_DATA = \
	deploy/systemd/hello-server.socket \
	deploy/systemd/hello-server-metrics.socket
else
noinst_DATA = $(systemd_units)
EXTRA_DIST += \
	deploy/systemd/hello-server.socket \
	deploy/systemd/hello-server-metrics.socket
endif
if SYSTEMD_SYSUSERS
dist_sysusers_DATA = deploy/systemd/hello-tls.conf
else
EXTRA_DIST += deploy/systemd/hello-tls.conf
endif
