# SPDX-License-Identifier: MIT
"""Throw-away certificates, made with openssl: a root, and a leaf of it for each kind of key."""

import os

from lib.process import Failed, run

KINDS = {
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-newkey", "rsa:2048"],
}


def _openssl(*arguments):
    # Nothing of the machine's own configuration, so that no extension comes in unasked.
    done = run(["openssl", *arguments], 60, env={**os.environ, "OPENSSL_CONF": "/dev/null"})
    if done.returncode != 0:
        raise Failed(f"openssl {arguments[0]}: {done.stderr.strip().splitlines()[-1:]}")


def make(folder):
    """Writes ca.pem, and for each kind KIND.crt, KIND.key and KIND.pem, which is both."""
    def path(name):
        return os.path.join(folder, name)

    old_mask = os.umask(0o077)
    try:
        _openssl("req", "-x509", *KINDS["ec"], "-nodes", "-days", "30", "-subj", "/CN=bench root",
                 "-addext", "basicConstraints=critical,CA:TRUE",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                 "-addext", "subjectKeyIdentifier=hash",
                 "-keyout", path("ca.key"), "-out", path("ca.pem"))
        for kind, key in KINDS.items():
            _openssl("req", "-x509", *key, "-nodes", "-days", "30", "-subj", "/CN=localhost",
                     "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
                     "-addext", "basicConstraints=critical,CA:FALSE",
                     "-addext", "keyUsage=critical,digitalSignature",
                     "-addext", "extendedKeyUsage=serverAuth",
                     "-addext", "subjectKeyIdentifier=hash",
                     "-addext", "authorityKeyIdentifier=keyid",
                     "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
                     "-keyout", path(f"{kind}.key"), "-out", path(f"{kind}.crt"))
            with open(path(f"{kind}.pem"), "w", encoding="ascii") as both:
                for part in ("key", "crt"):
                    with open(path(f"{kind}.{part}"), encoding="ascii") as one:
                        both.write(one.read())
    finally:
        os.umask(old_mask)
