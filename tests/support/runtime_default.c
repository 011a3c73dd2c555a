/* SPDX-License-Identifier: MIT */
/*
 * runtime_default [--deny CALL]... PROGRAM [ARG]... - runs PROGRAM under a system call filter that
 * resembles RuntimeDefault, the one that container engines use unless they are told otherwise. It
 * denies what a process could use against the host: namespaces, mounts, kernel modules, keyrings,
 * tracing and io_uring. As in the real one, a denied call fails with EPERM, and clone3 with ENOSYS.
 * With --deny it denies CALL as well. Needs no_new_privs, see setpriv(1).
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <seccomp.h>

static const char *const denied[] = {
	/* namespaces and mounts */
	"unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "fsopen",
	"fsconfig", "fsmount", "fspick", "open_tree", "move_mount", "mount_setattr",
	/* the kernel itself */
	"bpf", "create_module", "delete_module", "finit_module", "init_module", "query_module",
	"kexec_load", "kexec_file_load", "reboot", "acct", "swapon", "swapoff", "quotactl", "sysfs",
	"syslog", "iopl", "ioperm", "vm86", "vm86old", "uselib", "lookup_dcookie", "fanotify_init",
	"nfsservctl", "ustat", "_sysctl", "vhangup",
	/* the clock and the name of the host */
	"settimeofday", "stime", "clock_settime", "clock_settime64", "clock_adjtime", "adjtimex",
	"sethostname", "setdomainname",
	/* keyrings, other processes, other files */
	"add_key", "request_key", "keyctl", "ptrace", "kcmp", "process_vm_readv",
	"process_vm_writev", "pidfd_getfd", "perf_event_open", "userfaultfd", "open_by_handle_at",
	"name_to_handle_at",
	/* memory of other nodes */
	"mbind", "move_pages", "migrate_pages", "get_mempolicy", "set_mempolicy",
	"set_mempolicy_home_node",
	/* io_uring */
	"io_uring_setup", "io_uring_enter", "io_uring_register"
};

static _Noreturn void die(const char *what, int error)
{
	fprintf(stderr, "runtime_default: %s: %s\n", what, strerror(error));
	exit(99);
}

/* A call that this architecture or this library does not know cannot be made either. */
static void deny(scmp_filter_ctx filter, const char *name)
{
	int call = seccomp_syscall_resolve_name(name), ret;

	if (call == __NR_SCMP_ERROR)
		return;
	ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
	if (ret != 0)
		die(name, -ret);
}

static void deny_arguments(scmp_filter_ctx filter)
{
	static const unsigned long namespaces[] = { CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC,
		CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP };
	int ret = 0;

	for (size_t i = 0; i < sizeof namespaces / sizeof namespaces[0]; i++)
		ret |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]));
	ret |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	ret |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_EQ, AF_VSOCK, 0));
	if (ret != 0)
		die("arguments", EINVAL);
}

int main(int argc, char *argv[])
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int at = 1, ret;

	if (!filter)
		die("seccomp_init", ENOMEM);
	for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++)
		deny(filter, denied[i]);
	deny_arguments(filter);
	for (; at + 1 < argc && strcmp(argv[at], "--deny") == 0; at += 2)
		deny(filter, argv[at + 1]);
	if (at >= argc)
		die("missing PROGRAM", EINVAL);
	ret = seccomp_load(filter);
	if (ret != 0)
		die("seccomp_load", -ret);
	/* It changes nothing, so only a filter makes it fail. */
	if (unshare(0) == 0 || errno != EPERM)
		die("the filter is not in force", errno);
	execv(argv[at], argv + at);
	die(argv[at], errno);
}
