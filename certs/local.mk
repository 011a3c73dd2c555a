# SPDX-License-Identifier: MIT
# hello-certs is one file, to be copied wherever there is a shell; its source is cut by concern. The
# order matters for readers alone, but for the last.

certs_parts = \
	certs/head.sh \
	certs/names.sh \
	certs/dates.sh \
	certs/work.sh \
	certs/ca.sh \
	certs/issue.sh \
	certs/revoke.sh \
	certs/look.sh \
	certs/trust.sh \
	certs/main.sh

bin_SCRIPTS += certs/hello-certs
EXTRA_DIST += certs/README.md $(certs_parts)
CLEANFILES += certs/hello-certs

certs/hello-certs: $(certs_parts) config.status
	$(AM_V_GEN)$(MKDIR_P) certs && for part in $(certs_parts); do \
		cat $(srcdir)/$$part || exit 1; \
	done | $(SED) 's/@VERSION[@]/$(VERSION)/' >$@.tmp && chmod +x $@.tmp && mv -f $@.tmp $@
