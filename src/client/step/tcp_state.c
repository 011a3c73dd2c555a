/* SPDX-License-Identifier: MIT */
#include "client/step/tcp_state.h"

#ifdef __linux__

/* The C library's <netinet/tcp.h> lacks the most useful fields. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* Kernels before 5.4 fill less than the headers may define: the rest stays 0. */
bool tcp_state_get(int fd, struct tcp_state *out)
{
	struct tcp_info info;
	socklen_t len = sizeof info;

	memset(&info, 0, sizeof info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
	    len < offsetof(struct tcp_info, tcpi_min_rtt))
		return false;
	out->acknowledged = info.tcpi_unacked == 0 && info.tcpi_notsent_bytes == 0;
	out->segment = info.tcpi_snd_mss;
	out->resent = info.tcpi_total_retrans;
	out->beyond_gap = info.tcpi_sacked;
	out->rtt_us = info.tcpi_rtt;
	out->out_of_order = info.tcpi_rcv_ooopack;
	return true;
}

#else

bool tcp_state_get(int fd, struct tcp_state *out)
{
	(void)fd;
	(void)out;
	return false;
}

#endif
