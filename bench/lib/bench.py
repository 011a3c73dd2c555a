# SPDX-License-Identifier: MIT
"""What all measurements share: the programs and their calls, the cores, the certificates."""

import glob
import json
import os
import re
import shutil
import tempfile

from lib import pki
from lib.process import NOBODY, Failed, Process, free_port, run

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(HERE)
PEERS = os.path.join(HERE, "peers")

# The load generator has limits of seconds; this one only ends what hangs.
LOAD_SECONDS = 120


class Bench:
    """
    A measuring session. A context manager: its folder, with keys and logs, goes with it.

    server_core and client_core are different where the machine has two.
    """

    def __init__(self, build, server):
        self.build = os.path.abspath(build)
        self.server = os.path.abspath(server)
        self.failures = []   # failures against our server, over all runs
        self.connections = 0  # good connections of our server
        cores = sorted(os.sched_getaffinity(0))
        self.client_core, self.server_core = cores[0], cores[-1]
        if len(cores) < 2:
            print("bench: server and load share the only core, so ratios will mean little")
        if not os.access(self.server, os.X_OK):
            raise Failed(f"{self.server}: not found; build it, or use --server PATH")
        self._build_programs()
        self._help = run([self.server, "--help"], 10).stdout
        self.folder = tempfile.mkdtemp(prefix="hello-bench-")
        # Workers of root run as another user, and so does a counting tool that writes here.
        os.chmod(self.folder, 0o1777)
        try:
            pki.make(self.folder)
            self.give_files_away()
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def give_files_away(self):
        """A server of root may run as another user, who must read the keys."""
        if os.geteuid() == 0:
            for file in glob.glob(os.path.join(self.folder, "*")):
                os.chown(file, NOBODY.pw_uid, NOBODY.pw_gid)

    def _build_programs(self):
        done = run([os.path.join(HERE, "build"), self.build], 600)
        print(done.stdout, end="")
        if done.returncode != 0:
            raise Failed(f"bench/build: {done.stderr.strip()}")

    def program(self, name):
        """The path of a program that bench/build makes."""
        return os.path.join(self.build, name)

    def server_has(self, option):
        return re.search(rf"(^|\s){re.escape(option)}\b", self._help) is not None

    def path(self, name):
        """A file in the session's own folder."""
        return os.path.join(self.folder, name)

    def load(self, who, port, *options, count, parallel=32, seconds=LOAD_SECONDS):
        """
        A run of the load generator; its figures as a dictionary. Failures against our own server
        are kept for the final account.
        """
        done = run([self.program("tlsload"), "--json", "--port", str(port), "--count", str(count),
                    "--parallel", str(parallel), *options], seconds, self.client_core)
        if done.returncode == 3:
            raise Failed("the server issues no session to resume")
        if done.returncode not in (0, 1):
            raise Failed(f"tlsload: {done.stderr.strip()}")
        result = json.loads(done.stdout)
        if who.startswith("hello-server"):
            self.connections += int(result["ok"])
            if result["failed"]:
                self.failures.append({"options": list(options), "figures": result})
        return result

    def limit(self, scenario, variant, count, pause_us=0):
        """
        Microseconds of CPU per connection in memory, with the client's core kept busy, and with a
        pause before each connection. The mean, like the servers' figures: a median would pick one
        of the machine's two speeds.
        """
        command = [self.program("limit"), "--scenario", scenario.limit, "--variant", variant,
                   "--cert", self.path(scenario.key + ".crt"),
                   "--key", self.path(scenario.key + ".key")]
        with self.busy_client_core(command):
            done = run([*command, "--count", str(count), "--pause", str(pause_us)], 60,
                       self.server_core)
        return _pairs(done, "limit")["mean_us"]

    def floor(self, scenario, count):
        """Microseconds of CPU per connection that the kernel needs for the same messages."""
        busy = [self.program("limit"), "--cert", self.path("ec.crt"), "--key", self.path("ec.key")]
        with self.busy_client_core(busy):
            done = run([self.program("tcpfloor"), "--flights", str(scenario.flights),
                        "--count", str(count), "--server-cpu", str(self.server_core),
                        "--client-cpu", str(self.client_core)], 90)
        return _pairs(done, "tcpfloor")["cpu_us"]

    def busy_client_core(self, command):
        """
        As busy with cryptography as the load generator would keep it. Without this the limit runs
        on a faster machine than the servers do: see README.md. Ended by whoever enters it.
        """
        return Process([*command, "--count", "200000"], self.client_core)

    def scenarios_of_library(self):
        return run([self.program("limit"), "--list"], 10).stdout.split()

    def delay_proxy(self, port, milliseconds):
        """Returns the running proxy and its port."""
        listen = free_port()
        proxy = Process([self.program("delayproxy"), str(listen), str(port), str(milliseconds)],
                        self.client_core, log=self.path("delayproxy.log"))
        try:
            proxy.wait_listening(listen)
        except Failed:
            proxy.stop()
            raise
        return proxy, listen


def _pairs(done, name):
    """The numbers in a line of key=value."""
    if done.returncode != 0:
        raise Failed(f"{name}: {done.stderr.strip()}")
    return {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", done.stdout)}
