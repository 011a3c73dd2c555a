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


def leaf(folder, name, key, usage, alternatives):
    """Writes NAME.crt, NAME.key and NAME.pem, which is both: a leaf of ca.pem."""
    def path(ending):
        return os.path.join(folder, f"{name}.{ending}")

    _openssl("req", "-x509", *key, "-nodes", "-days", "30", "-subj", f"/CN={name}",
             "-CA", os.path.join(folder, "ca.pem"), "-CAkey", os.path.join(folder, "ca.key"),
             "-addext", "basicConstraints=critical,CA:FALSE",
             "-addext", "keyUsage=critical,digitalSignature",
             "-addext", f"extendedKeyUsage={usage}",
             "-addext", "subjectKeyIdentifier=hash",
             "-addext", "authorityKeyIdentifier=keyid",
             "-addext", f"subjectAltName={alternatives}",
             "-keyout", path("key"), "-out", path("crt"))
    with open(path("pem"), "w", encoding="ascii") as both:
        for part in ("key", "crt"):
            with open(path(part), encoding="ascii") as one:
                both.write(one.read())


def make_crl(folder, name, count):
    """Writes NAME, a list of ca.pem with so many entries of certificates that never existed."""
    def path(file):
        return os.path.join(folder, file)

    with open(path("index"), "w", encoding="ascii") as index:
        for number in range(count):
            serial = f"{number + 0x10000000:08X}"
            index.write(f"R\t491231235959Z\t250101000000Z\t{serial}\tunknown\t/CN={number}\n")
    with open(path("crl.cnf"), "w", encoding="ascii") as configuration:
        configuration.write(f"[ca]\ndefault_ca=own\n[own]\ndatabase={path('index')}\n"
                            "default_md=sha256\ndefault_crl_days=30\ncrl_extensions=list\n"
                            "[list]\nauthorityKeyIdentifier=keyid\n")
    done = run(["openssl", "ca", "-config", path("crl.cnf"), "-gencrl", "-cert", path("ca.pem"),
                "-keyfile", path("ca.key"), "-out", path(name)], 300)
    if done.returncode != 0:
        raise Failed(f"openssl ca: {done.stderr.strip().splitlines()[-1:]}")


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
            leaf(folder, kind, key, "serverAuth", "DNS:localhost,IP:127.0.0.1,IP:::1")
    finally:
        os.umask(old_mask)
