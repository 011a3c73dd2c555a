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
	certs/zoo.sh \
	certs/animals.sh \
	certs/clients.sh \
	certs/main.sh

bin_SCRIPTS += certs/hello-certs
EXTRA_DIST += certs/README.md certs/zoo.tsv certs/clients.tsv $(certs_parts)
CLEANFILES += certs/hello-certs

# The lists of the zoo become here-documents, where zoo.sh and clients.sh have a line for them.
certs/hello-certs: $(certs_parts) certs/zoo.tsv certs/clients.tsv config.status
	$(AM_V_GEN)$(MKDIR_P) certs && for part in $(certs_parts); do \
		cat $(srcdir)/$$part || exit 1; \
	done | $(SED) -e 's/@VERSION[@]/$(VERSION)/' \
		-e '/^@ZOO[@]$$/{' -e 'r $(srcdir)/certs/zoo.tsv' -e 'd' -e '}' \
		-e '/^@CLIENTS[@]$$/{' -e 'r $(srcdir)/certs/clients.tsv' -e 'd' -e '}' >$@.tmp && \
		chmod +x $@.tmp && mv -f $@.tmp $@
