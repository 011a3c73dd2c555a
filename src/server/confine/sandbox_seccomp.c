/* SPDX-License-Identifier: MIT */
/*
 * seccomp(2) by libseccomp: a call that is not on the list fails with EPERM, which
 * libraries handle if the call is optional. Nothing in this program needs exec or
 * ptrace, so those end the process as an attack.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/seccomp.h>
#include <seccomp.h>

#include "server/confine/sandbox.h"

/*
 * Allowed calls, and why: in all processes, and those of one kind. tests/system/sandbox-calls.sh
 * and dtls-sandbox.sh compare real workers with these lists.
 */
static const int common[] = {
	/* the tutorial: read, write, close; heartbeats and the relay of datagrams */
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(read),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(write), /* also the log */
	SCMP_SYS(writev),
	SCMP_SYS(close),

	/* waiting, and the log's check of a pipe that it could not reopen */
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),

	/* time; usually without a system call (vdso(7)) */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),

	/* memory; mmap and mprotect have their own rules below */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),

	/* randomness for the handshake */
	SCMP_SYS(getrandom),

	/* locks of the libraries, and their short waits */
	SCMP_SYS(futex),
	SCMP_SYS(futex_time64),
	SCMP_SYS(sched_yield),
	SCMP_SYS(membarrier),
	SCMP_SYS(rseq),
	SCMP_SYS(getcpu),

	/* signals: SIGTERM, and abort() */
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(restart_syscall),

	/* its own ids */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),

	/* exit */
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

static const int streams[] = {
	/* the tutorial: accept; shutdown has its own rule below */
	SCMP_SYS(accept4),
	SCMP_SYS(accept),
	SCMP_SYS(readv), /* libevent's buffers, in the metrics process */

	/* the event loop */
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),

	/* what libevent asks about an accepted socket */
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
};

/* A sign of an attack, not an error. */
static const int deadly[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
};

/* Allowed with these arguments only. */
static int add_common_conditions(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp not_executable = { .arg = 2,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = PROT_EXEC,
		.datum_b = 0 };
	const struct scmp_arg_cmp own_process = { .arg = 0,
		.op = SCMP_CMP_EQ,
		.datum_a = (scmp_datum_t)getpid(),
		.datum_b = 0 };
	/* Changes nothing. */
	const struct scmp_arg_cmp getfl = { .arg = 1,
		.op = SCMP_CMP_EQ,
		.datum_a = F_GETFL,
		.datum_b = 0 };
	int ret = 0;

	ret |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &not_executable);
	ret |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap2), 1, &not_executable);
	ret |=
	    seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &not_executable);
	/* abort(): glibc, then musl. A worker has one thread, with the id of the process. */
	ret |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &own_process);
	ret |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tkill), 1, &own_process);
	ret |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, &getfl);
	return ret;
}

static int add_stream_conditions(scmp_filter_ctx filter)
{
	/*
	 * The other arguments would end a listener, which all workers share, and with
	 * it the service.
	 */
	const struct scmp_arg_cmp write_end = { .arg = 1,
		.op = SCMP_CMP_EQ,
		.datum_a = SHUT_WR,
		.datum_b = 0 };
	/* Asked by libevent's buffers: how much is there to read? */
	const struct scmp_arg_cmp fionread = { .arg = 1,
		.op = SCMP_CMP_EQ,
		.datum_a = FIONREAD,
		.datum_b = 0 };
	int ret = 0;

	ret |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, &fionread);
	ret |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(shutdown), 1, &write_end);
	return ret;
}

static int fill_streams(scmp_filter_ctx filter)
{
	int ret = 0;

	for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
		ret |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, streams[i], 0);
	return ret | add_stream_conditions(filter);
}

static int fill(scmp_filter_ctx filter, enum sandbox_kind kind)
{
	int ret = kind == SANDBOX_STREAMS ? fill_streams(filter) : 0;

	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
		ret |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, common[i], 0);
	for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
		ret |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	return ret | add_common_conditions(filter);
}

int sandbox_seccomp_version(void)
{
	int ret = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0);

	/* EFAULT: the kernel supports filters and tried to read one. */
	return ret == -1 && errno == EFAULT ? 1 : 0;
}

int sandbox_seccomp_enter(enum sandbox_kind kind, struct outcome *oc)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int ret;

	if (!filter)
		return outcome_set(oc, OC_PRIVILEGES, "seccomp: out of memory");
	/* A search tree: otherwise each call is compared with the whole list, entry by entry. */
	ret = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (ret == 0)
		ret = fill(filter, kind);
	if (ret == 0)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	if (ret != 0)
		return outcome_set(oc, OC_PRIVILEGES, "seccomp: %s",
		    strerror(ret < 0 ? -ret : ret));
	return 0;
}
