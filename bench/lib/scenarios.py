# SPDX-License-Identifier: MIT
"""The kinds of handshakes that are compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    key: str              # which certificate: see pki.py
    load: tuple           # options of the load generator
    limit: str            # its name in bench/limit.c
    flights: int          # sends of a server that does not waste any
    server: tuple = ()    # further options of our server


ALL = {scenario.name: scenario for scenario in (
    Scenario("x25519", "TLS 1.3, X25519, ECDSA P-256", "ec",
             ("--tls", "1.3", "--groups", "X25519"), "x25519", 1),
    Scenario("p256", "TLS 1.3, P-256, ECDSA P-256", "ec",
             ("--tls", "1.3", "--groups", "P-256"), "p256", 1),
    Scenario("rsa", "TLS 1.3, X25519, RSA-2048", "rsa",
             ("--tls", "1.3", "--groups", "X25519"), "rsa", 1),
    Scenario("tls12", "TLS 1.2, X25519, ECDSA P-256", "ec",
             ("--tls", "1.2", "--groups", "X25519:P-256"), "tls12", 2),
    Scenario("resumed", "TLS 1.3, X25519, resumed", "ec",
             ("--tls", "1.3", "--groups", "X25519", "--resume"), "resumed", 2,
             ("--tickets", "1")),
    Scenario("mlkem", "TLS 1.3, X25519MLKEM768, ECDSA P-256", "ec",
             ("--tls", "1.3", "--groups", "X25519MLKEM768"), "mlkem", 1),
)}
