# SPDX-License-Identifier: MIT
"""What the figures were measured on."""

import datetime
import os
import platform
import re

from lib.process import Failed, run


def _first(path, pattern, default="unknown"):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(pattern, file.read(), re.M)
    except OSError:
        return default
    return found.group(1).strip() if found else default


def describe():
    return {
        "cpu": _first("/proc/cpuinfo", r"^(?:model name|Model|Processor)\s*:\s*(.+)$"),
        "cores": len(os.sched_getaffinity(0)),
        "virtual": "hypervisor" in _first("/proc/cpuinfo", r"^flags\s*:\s*(.+)$", ""),
        "kernel": platform.release(),
        "arch": platform.machine(),
        "system": _first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]+)'),
        "when": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def one_line(machine):
    kind = "virtual machine, " if machine["virtual"] else ""
    return (f"{machine['cpu']}, {kind}{machine['cores']} cores, {machine['system']}, "
            f"Linux {machine['kernel']} {machine['arch']}")


def openssl_version(server):
    """ "3.0.19" of the library that the server loads; it prints it after its own version."""
    try:
        found = re.search(r"OpenSSL (\d+\.\d+\.\S+)", run([server, "--version"], 10).stdout)
    except Failed:
        found = None
    return found.group(1) if found else "unknown"
