# SPDX-License-Identifier: MIT
"""
Trust stores for the clients: our root alone, and the system's store with our root added to it, as a
file and as a folder looked up by hash; and the system's store itself, where it is, with our root in
it: in a mount namespace of ours, so that nobody else sees it.
"""

import os
import re
import shutil
import sys

from lib.process import Failed, run

BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem")
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.S)


def system_bundle():
    """Its path, or an empty text if the packages of the system's roots are not installed."""
    return next((path for path in BUNDLES if os.path.exists(path)), "")


def platform_default():
    """Does the installed OpenSSL find a file and a folder by default?"""
    found = re.search(r'OPENSSLDIR: "(.+)"', run(["openssl", "version", "-d"], 10).stdout)
    folder = found.group(1) if found else "/usr/lib/ssl"
    certs = os.path.join(folder, "certs")
    return {"file": os.path.exists(os.path.join(folder, "cert.pem")),
            "folder": os.path.isdir(certs) and len(os.listdir(certs)) > 0}


def shadow_obstacle():
    """Why shadow() cannot be done here, or an empty text."""
    folder = os.path.dirname(system_bundle())
    found = re.search(r'OPENSSLDIR: "(.+)"', run(["openssl", "version", "-d"], 10).stdout)
    if not found or os.path.realpath(os.path.join(found.group(1), "certs")) != folder:
        return "OpenSSL's folder of roots is not the one with the system's bundle"
    if shutil.which("unshare") is None:
        return "unshare is not installed"
    if run(["unshare", *namespace(), "true"], 10).returncode != 0:
        return "mount namespaces are not permitted"
    return ""


def namespace():
    return ["--mount"] if os.geteuid() == 0 else ["--map-root-user", "--mount"]


def enter_namespace(mark):
    """Start this program again in a mount namespace; mark in the environment records it."""
    os.environ[mark] = "1"
    os.execvp("unshare", ["unshare", *namespace(), sys.executable, *sys.argv])


class Stores:
    """The copies in the session's folder, and the number of the system's roots."""

    def __init__(self, bench):
        self.root = bench.path("ca.pem")
        self.no_folder = bench.path("no-such-store")
        self.bundle, self.folder = bench.path("bundle.pem"), bench.path("roots")
        with open(self.root, encoding="ascii") as file:
            own = file.read()
        with open(system_bundle(), encoding="utf-8") as file:
            roots = CERTIFICATE.findall(file.read())
        self.count = len(roots)
        os.mkdir(self.folder)
        for number, root in enumerate([*roots, own]):
            with open(os.path.join(self.folder, f"{number}.pem"), "w", encoding="ascii") as file:
                file.write(root)
        # One root that signed nothing here: a file that does not exist is an error of hello-client.
        self.other = os.path.join(self.folder, "0.pem")
        with open(self.bundle, "w", encoding="ascii") as file:
            file.write("".join([*roots, own]))
        done = run(["openssl", "rehash", self.folder], 60)
        if done.returncode != 0:
            raise Failed(f"openssl rehash: {done.stderr.strip()}")

    def environment(self, file, folder):
        """The environment that makes our copies of the file, the folder, or both the default."""
        return {**self.untold(), "SSL_CERT_FILE": self.bundle if file else self.other,
                "SSL_CERT_DIR": self.folder if folder else self.no_folder}

    def shadow(self):
        """In the namespace only: the system's store with its links, and our root added."""
        folder, name = os.path.split(system_bundle())
        copy = self.folder + ".system"
        shutil.copytree(folder, copy, symlinks=True)
        shutil.copy(self.root, os.path.join(copy, "hello-bench.pem"))
        with open(os.path.join(copy, name), "a", encoding="utf-8") as file, \
                open(self.root, encoding="ascii") as own:
            file.write(own.read())
        for command in (["openssl", "rehash", copy], ["mount", "--bind", copy, folder]):
            done = run(command, 60)
            if done.returncode != 0:
                raise Failed(f"{command[0]}: {done.stderr.strip()}")

    @staticmethod
    def untold():
        """The environment without any settings for OpenSSL."""
        told = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
        return {name: value for name, value in os.environ.items() if name not in told}
