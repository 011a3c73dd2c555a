# SPDX-License-Identifier: MIT
"""Start a server on one core, measure its cost, and end it reliably."""

import os
import pwd
import random
import signal
import socket
import subprocess
import time

CPUACCT = "/sys/fs/cgroup/cpuacct"
STOP_SECONDS = 5
START_SECONDS = 10

# Below the ports that the kernel gives to clients (32768 and up), so no connection can use the port
# between the check and the server's bind.
PORTS = range(20000, 32000)
_taken = set()

# The user of servers that do not run as root.
NOBODY = pwd.getpwnam("nobody")


class Failed(Exception):
    """Something did not start or did not work; the text names it."""


def free_port():
    """A free loopback port that was not returned before."""
    for port in random.sample(PORTS, len(PORTS)):
        if port in _taken:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _taken.add(port)
        return port
    raise Failed("no free port")


def tree(pid):
    """The process and all its descendants."""
    pids = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                for child in children.read().split():
                    pids += tree(int(child))
    except OSError:
        pass
    return pids


def descriptors(pids):
    """The number of open files and sockets of the processes; connections increase it."""
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)


def wait_until(condition, seconds, pause=0.01):
    """True as soon as the condition is true; False when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return condition()


class Account:
    """
    The CPU time of a process and of all that descend from it, dead ones and threads included.

    A control group tells it in nanoseconds; where none can be made the processes' CPU clocks are
    read, which miss only children that have died.
    """

    _count = 0

    def __init__(self):
        Account._count += 1
        name = f"hello-bench-{os.getpid()}-{Account._count}"
        self.folder = None
        self._read = None
        for parent, read in ((CPUACCT, self._read_v1), (_own_cgroup_v2(), self._read_v2)):
            if parent and self._make(os.path.join(parent, name), read):
                return

    def _make(self, folder, read):
        try:
            os.mkdir(folder)
            self.folder, self._read = folder, read
            read()
            return True
        except (OSError, ValueError):
            self.close()
            return False

    def join(self):
        """Called in the child, between fork and exec."""
        if self.folder:
            try:
                with open(os.path.join(self.folder, "cgroup.procs"), "w", encoding="ascii") as f:
                    f.write(str(os.getpid()))
            except OSError:
                pass  # noticed by settle()

    def settle(self, pid):
        """Called in the parent: is the child in the cgroup? If not, its clocks are used."""
        if not self.folder:
            return
        with open(os.path.join(self.folder, "cgroup.procs"), encoding="ascii") as f:
            if str(pid) not in f.read().split():
                self.close()

    def _read_v1(self):
        with open(os.path.join(self.folder, "cpuacct.usage"), encoding="ascii") as f:
            return int(f.read()) * 1e-9

    def _read_v2(self):
        with open(os.path.join(self.folder, "cpu.stat"), encoding="ascii") as f:
            fields = dict(line.split() for line in f)
        return int(fields["usage_usec"]) * 1e-6

    def seconds(self, pid):
        if self.folder:
            return self._read()
        total = 0.0
        for one in tree(pid):
            try:
                # The number of another process's CPU clock: see MAKE_PROCESS_CPUCLOCK in the
                # kernel, and clock_getcpuclockid(3).
                total += time.clock_gettime((~one << 3) | 2)
            except OSError:
                pass
        return total

    def close(self):
        folder, self.folder = self.folder, None
        if folder and not wait_until(lambda: _remove_folder(folder), 2):
            print(f"bench: {folder} could not be removed")


def _remove_folder(folder):
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        pass
    except OSError:
        return False
    return True


def _own_cgroup_v2():
    """The folder of our own cgroup v2, or None."""
    try:
        with open("/proc/self/cgroup", encoding="ascii") as f:
            own = next(line.split(":", 2)[2].strip() for line in f if line.startswith("0::"))
        with open("/proc/self/mounts", encoding="utf-8") as f:
            mount = next(line.split()[1] for line in f if line.split()[2] == "cgroup2")
    except (OSError, StopIteration):
        return None
    return mount + own


class Process:
    """A child in its own session, pinned to a core. A context manager, which ends the child."""

    def __init__(self, command, core=None, env=None, log=None, **popen):
        self.command = command
        self.log = log
        self.account = Account()

        def prepare():
            if core is not None:
                os.sched_setaffinity(0, {core})
            self.account.join()

        output = open(log, "ab") if log else subprocess.DEVNULL
        try:
            self.child = subprocess.Popen(
                command, preexec_fn=prepare, start_new_session=True,
                env={**os.environ, **(env or {})},
                **{"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output, **popen})
        except OSError as error:
            self.account.close()
            raise Failed(f"{command[0]}: {error.strerror}") from error
        finally:
            if log:
                output.close()
        self.account.settle(self.child.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.child.pid

    def pids(self):
        return tree(self.pid)

    def cpu_seconds(self):
        return self.account.seconds(self.pid)

    def alive(self):
        return self.child.poll() is None

    def last_words(self):
        """The last line that it wrote, for a message."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                lines = f.read().strip().splitlines()
        except (OSError, TypeError):
            lines = []
        return lines[-1] if lines else "it said nothing"

    def wait_listening(self, port, seconds=START_SECONDS):
        def connects():
            with socket.socket() as probe:
                probe.settimeout(1)
                return not self.alive() or probe.connect_ex(("127.0.0.1", port)) == 0

        if not wait_until(connects, seconds, 0.05) or not self.alive():
            raise Failed(f"{os.path.basename(self.command[0])} does not listen: "
                         f"{self.last_words()}")

    def stop(self):
        """Ends it and its whole session, which is made of its descendants."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            self._signal(number)
            if wait_until(self._has_ended, STOP_SECONDS):
                break
        for stream in (self.child.stdin, self.child.stdout):
            if stream:
                stream.close()
        self.account.close()

    def _signal(self, number):
        """True if a process received the signal."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def _has_ended(self):
        return self.child.poll() is not None and not self._signal(0)


def run(command, seconds, core=None, env=None):
    """Run a command and return the CompletedProcess with text. Raises Failed after a timeout."""
    def prepare():
        if core is not None:
            os.sched_setaffinity(0, {core})

    try:
        return subprocess.run(command, preexec_fn=prepare, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{os.path.basename(command[0])}: still running after {seconds} s") from error
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}") from error


def exit_on_signals():
    """A signal unwinds the stack, so that every server is stopped."""
    def leave(number, _):
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
