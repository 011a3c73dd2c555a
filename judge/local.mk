# SPDX-License-Identifier: MIT
# hello-zoo-judge is one file, as hello-certs is; its source is cut by concern. The last part runs it.

judge_parts = \
	judge/head.sh \
	judge/plan.sh \
	judge/zoo.sh \
	judge/run.sh \
	judge/verdict.sh \
	judge/reports.sh \
	judge/main.sh

bin_SCRIPTS += judge/hello-zoo-judge
EXTRA_DIST += $(judge_parts)
CLEANFILES += judge/hello-zoo-judge

judge/hello-zoo-judge: $(judge_parts) config.status
	$(AM_V_GEN)$(MKDIR_P) judge && for part in $(judge_parts); do \
		cat $(srcdir)/$$part || exit 1; \
	done | $(SED) -e 's/@VERSION[@]/$(VERSION)/' >$@.tmp && \
		chmod +x $@.tmp && mv -f $@.tmp $@
