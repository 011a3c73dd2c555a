# SPDX-License-Identifier: MIT
"""Our server and its peers: how each is started with one worker on one core."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field

from lib.bench import PEERS
from lib.process import START_SECONDS, Failed, Process, free_port, run

OURS = "hello-server"
PIPED, QUIET = "hello-server-pipe", "hello-server-quiet"
REFERENCE = "nginx"


@dataclass(frozen=True)
class Server:
    """
    @WORDS@ in the command and in the configuration, a file of bench/peers, are replaced: PORT,
    CERT, KEY, PEM (both), DIR (its own folder), CONFIG, BACKEND (a port), MODULES, PEERS.
    """
    name: str
    title: str
    command: tuple
    config: str = ""
    version: tuple = ()          # the command that prints it
    env: dict = field(default_factory=dict)
    backend: bool = False        # forwards to a backend, whose cost is not counted
    tickets: bool = True         # can a session be resumed?
    many: bool = True            # can keep many connections open, for the memory table
    ours: bool = False
    log_to_pipe: bool = False    # and not to a file


def _sbin(name):
    """Finds daemons outside an ordinary user's PATH."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return shutil.which(name, path=path) or name


def _nginx_modules():
    for folder in ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules"):
        if os.path.exists(os.path.join(folder, "ngx_stream_module.so")):
            return folder
    return ""


def known(bench):
    """All servers that can be started, ours first, in the order of measurement."""
    nginx = _sbin("nginx")
    haproxy, hitch = _sbin("haproxy"), _sbin("hitch")
    stunnel = _sbin("stunnel4") if os.path.exists(_sbin("stunnel4")) else _sbin("stunnel")
    # These two require it.
    unprivileged = ("--user=nobody",) if os.geteuid() == 0 else ()
    go, rustls = bench.program("hello-go"), bench.program("hello-rustls")
    shipped = (bench.server, "--cert", "@CERT@", "--key", "@KEY@", "--listen", "127.0.0.1:@PORT@",
               "--workers", "1", *unprivileged)
    print_version = (bench.server, "--version")
    return [
        Server(OURS, "hello-server", shipped, version=print_version, ours=True),
        Server(PIPED, "hello-server, log to a pipe", shipped, version=print_version, ours=True,
               log_to_pipe=True),
        Server(QUIET, "hello-server, log off", (*shipped, "--log-level", "warning"),
               version=print_version, ours=True),
        Server(REFERENCE, "nginx stream, as shipped",
               (nginx, "-p", "@DIR@", "-c", "@CONFIG@"), "nginx.conf", (nginx, "-v")),
        Server("nginx-lean", "nginx stream, no tickets, AES-128",
               (nginx, "-p", "@DIR@", "-c", "@CONFIG@"), "nginx-lean.conf", (nginx, "-v"),
               tickets=False),
        Server("haproxy", "HAProxy, Lua service", (haproxy, "-db", "-f", "@CONFIG@"),
               "haproxy.cfg", (haproxy, "-v")),
        Server("hitch", "hitch, backend not counted", (hitch, "--config=@CONFIG@", *unprivileged),
               "hitch.conf", (hitch, "--version"), backend=True, many=False),
        Server("stunnel", "stunnel, backend not counted", (stunnel, "@CONFIG@"),
               "stunnel.conf", (stunnel, "-version"), backend=True, many=False),
        Server("go", "Go crypto/tls", (go, "@PORT@", "@PEM@"), version=("go", "version"),
               env={"GOMAXPROCS": "1"}),
        Server("rustls", "rustls, blocking loop", (rustls, "@PORT@", "@PEM@"),
               version=("cat", rustls + ".version"), many=False),
    ]


def missing(server):
    """Why it cannot be started here; empty if it can."""
    program = server.command[0]
    if not os.access(program, os.X_OK):
        return f"{os.path.basename(program)} is not installed (or was not built)"
    if server.config.startswith("nginx") and not _nginx_modules():
        return "nginx has no stream module (Debian: libnginx-mod-stream)"
    return ""


def version(server):
    """The line in which it names its version."""
    try:
        done = run(list(server.version), 10)
    except Failed:
        return "unknown"
    lines = [line for line in (done.stdout + done.stderr).splitlines()
             if any(letter.isdigit() for letter in line) and not line.startswith("[")]
    return lines[0].strip() if lines else "unknown"


class Running:
    """A started server, its backend included. A context manager."""

    def __init__(self, bench, server, key="ec", options=(), before=(), env=None):
        """before: a command that runs the server, such as valgrind, and makes it slow."""
        self.bench = bench
        self.server = server
        self.port = free_port()
        self.folder = bench.path(f"{server.name}-{self.port}")
        os.mkdir(self.folder)
        words = {
            "PORT": self.port, "BACKEND": free_port(), "DIR": self.folder, "PEERS": PEERS,
            "MODULES": _nginx_modules(), "CONFIG": os.path.join(self.folder, server.config),
            "CERT": bench.path(key + ".crt"), "KEY": bench.path(key + ".key"),
            "PEM": bench.path(key + ".pem"),
        }
        if server.config:
            self._write_config(os.path.join(PEERS, server.config), words)
        self.backend = self.process = self.log_reader = None
        try:
            if server.backend:
                self.backend = Process([bench.program("backend"), str(words["BACKEND"])],
                                       bench.server_core, log=self._log("backend"))
                self.backend.wait_listening(words["BACKEND"])
            command = [_replace(word, words) for word in server.command]
            self.process = Process([*before, *command, *options], bench.server_core,
                                   {**server.env, **(env or {})}, self._log("server"),
                                   **self._log_pipe())
            self.process.wait_listening(self.port, 300 if before else START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _log(self, name):
        return os.path.join(self.folder, name + ".log")

    def _log_pipe(self):
        """Standard error, if it is not a file. The cost of its reader is not counted."""
        if not self.server.log_to_pipe:
            return {}
        self.log_reader = Process(["cat"], self.bench.client_core, stdin=subprocess.PIPE)
        return {"stderr": self.log_reader.child.stdin}

    def _write_config(self, template, words):
        with open(template, encoding="utf-8") as source:
            text = _replace(source.read(), words)
        with open(words["CONFIG"], "w", encoding="utf-8") as copy:
            copy.write(text)

    def stop(self):
        for process in (self.process, self.backend, self.log_reader):
            if process:
                process.stop()


def _replace(text, words):
    for word, value in words.items():
        text = text.replace(f"@{word}@", str(value))
    return text
