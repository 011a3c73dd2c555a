#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Records what clients send to a server, and reads their ClientHellos without any code of ours.

    hello_capture.py relay PORT FOLDER     forward connections to 127.0.0.1:PORT; what client N sent
                                           is in FOLDER/N; prints its own port as the first line
    hello_capture.py send PORT NAME        send a ClientHello of the table below, wait for the end
    hello_capture.py names FILE            print what the recorded client offers, as hello-server
                                           writes it; names of ciphers come from openssl(1)
    hello_capture.py sni FILE              print the requested name, or nothing
"""

import socket
import struct
import subprocess
import sys
import threading

SHOWN = 8

VERSIONS = {0x300: "SSLv3", 0x301: "TLSv1.0", 0x302: "TLSv1.1", 0x303: "TLSv1.2", 0x304: "TLSv1.3"}
GROUPS = {
    19: "secp192r1", 21: "secp224r1", 22: "secp256k1", 23: "secp256r1", 24: "secp384r1",
    25: "secp521r1", 26: "brainpoolP256r1", 27: "brainpoolP384r1", 28: "brainpoolP512r1",
    29: "x25519", 30: "x448", 31: "brainpoolP256r1tls13", 32: "brainpoolP384r1tls13",
    33: "brainpoolP512r1tls13", 256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096",
    259: "ffdhe6144", 260: "ffdhe8192", 0x11eb: "SecP256r1MLKEM768", 0x11ec: "X25519MLKEM768",
    0x11ed: "SecP384r1MLKEM1024", 0x11ee: "curveSM2MLKEM768", 41: "curveSM2",
    0x6399: "X25519Kyber768Draft00", 0x639a: "SecP256r1Kyber768Draft00",
    0x200: "MLKEM512", 0x201: "MLKEM768", 0x202: "MLKEM1024",
}
SIGNATURES = {
    0x201: "rsa_pkcs1_sha1", 0x203: "ecdsa_sha1", 0x401: "rsa_pkcs1_sha256",
    0x403: "ecdsa_secp256r1_sha256", 0x501: "rsa_pkcs1_sha384", 0x503: "ecdsa_secp384r1_sha384",
    0x601: "rsa_pkcs1_sha512", 0x603: "ecdsa_secp521r1_sha512", 0x804: "rsa_pss_rsae_sha256",
    0x805: "rsa_pss_rsae_sha384", 0x806: "rsa_pss_rsae_sha512", 0x807: "ed25519", 0x808: "ed448",
    0x809: "rsa_pss_pss_sha256", 0x80a: "rsa_pss_pss_sha384", 0x80b: "rsa_pss_pss_sha512",
    0x81a: "ecdsa_brainpoolP256r1tls13_sha256", 0x81b: "ecdsa_brainpoolP384r1tls13_sha384",
    0x81c: "ecdsa_brainpoolP512r1tls13_sha512", 0x904: "mldsa44", 0x905: "mldsa65",
    0x906: "mldsa87", 0x708: "sm2sig_sm3",
}
# Those of the table below that openssl(1) does not list.
OLD_CIPHERS = {
    0x00ff: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", 0x5600: "TLS_FALLBACK_SCSV",
    0xc025: "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256",
    0xc026: "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA384",
}
GREASE = {high << 12 | 0xa00 | high << 4 | 0xa for high in range(16)}


# ---- records to a ClientHello ---------------------------------------------------------------------

def first_message(stream):
    """The payloads of handshake records joined: the first message in them."""
    joined = b""
    while len(stream) >= 5 and stream[0] == 22:
        length, = struct.unpack(">H", stream[3:5])
        joined += stream[5:5 + length]
        stream = stream[5 + length:]
    assert joined[0] == 1, "no ClientHello"
    return joined[4:4 + int.from_bytes(joined[1:4], "big")]


def numbers(data):
    return list(struct.unpack(f">{len(data) // 2}H", data))


def parse(hello):
    """Version, ciphers, and a dictionary of the extensions."""
    at = 34
    at += 1 + hello[at]
    length, = struct.unpack(">H", hello[at:at + 2])
    ciphers = numbers(hello[at + 2:at + 2 + length])
    at += 2 + length
    at += 1 + hello[at]
    extensions = {}
    at += 2
    while at < len(hello):
        kind, length = struct.unpack(">HH", hello[at:at + 4])
        extensions[kind] = hello[at + 4:at + 4 + length]
        at += 4 + length
    return int.from_bytes(hello[:2], "big"), ciphers, extensions


# ---- names ----------------------------------------------------------------------------------------

def cipher_names():
    out = subprocess.run(["openssl", "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL@SECLEVEL=0"],
                         check=True, capture_output=True, text=True).stdout
    names = dict(OLD_CIPHERS)
    for line in out.splitlines():
        number, _, name = line.split()[:3]
        high, low = number.split(",")
        names[int(high, 16) << 8 | int(low, 16)] = name
    return names


def shown(title, values, names):
    if not values:
        return f"{title} none"
    words = ["GREASE" if v in GREASE else names.get(v, f"0x{v:04x}") for v in values[:SHOWN]]
    more = " ..." if len(values) > SHOWN else ""
    return f"{title} {len(values)}: {' '.join(words)}{more}"


def describe(hello):
    version, ciphers, extensions = parse(hello)
    versions = numbers(extensions[43][1:]) if 43 in extensions else []
    parts = [shown("versions", versions, VERSIONS) if versions else
             f"versions up to {VERSIONS[version]}",
             shown("groups", numbers(extensions.get(10, b"\0\0")[2:]), GROUPS),
             shown("ciphers", ciphers, cipher_names()),
             shown("signatures", numbers(extensions.get(13, b"\0\0")[2:]), SIGNATURES)]
    return "; ".join(parts)


# ---- ClientHellos of clients that are not installed here -------------------------------------------

def pack(values):
    return struct.pack(f">{len(values)}H", *values)


def vector(width, data):
    return len(data).to_bytes(width, "big") + data


def make(version, ciphers, extensions):
    body = struct.pack(">H", version) + bytes(32) + b"\0" + vector(2, pack(ciphers)) + b"\1\0"
    body += vector(2, b"".join(struct.pack(">H", kind) + vector(2, data)
                               for kind, data in extensions))
    return b"\x16\3\1" + vector(2, b"\1" + vector(3, body))


def lists(versions, groups, signatures):
    return [(43, vector(1, pack(versions))), (10, vector(2, pack(groups))),
            (13, vector(2, pack(signatures)))]


# Shares that no server accepts: each handshake fails after the ClientHello, or at it.
TABLE = {
    "tls-1.0": make(0x301, [0x002f, 0x0035, 0xc013], []),
    "post-quantum": make(0x303, [0x1301, 0x1302], lists([0x304], [0x11ec, 0x11ed, 0x6399],
                                                        [0x904, 0x403]) + [(51, b"\0\0")]),
    "200-ciphers": make(0x303, list(range(0xc020, 0xc020 + 200)), lists([0x303], [29], [0x403])),
    "grease": make(0x303, [0x8a8a, 0x1303, 0xc0ff], [(0x3a3a, b"")] +
                   lists([0xeaea, 0x304, 0x303], [0xcaca, 25], [0x0a0a, 0x807]) +
                   [(51, b"\0\0"), (0xbaba, b"\0")]),
    # The library rejects a second list before any callback of its own.
    "twice": make(0x303, [0x1301], 2 * lists([0x304], [29], [0x403])),
}


# ---- the network ----------------------------------------------------------------------------------

def copy(source, target, record):
    try:
        while data := source.recv(65536):
            if record:
                record.write(data)
                record.flush()
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


def relay(port, folder):
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    number = 0
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", port))
        number += 1
        record = open(f"{folder}/{number}", "wb")  # pylint: disable=consider-using-with
        threading.Thread(target=copy, args=(client, server, record), daemon=True).start()
        threading.Thread(target=copy, args=(server, client, None), daemon=True).start()


def send(port, name):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as server:
        server.sendall(TABLE[name])
        server.shutdown(socket.SHUT_WR)
        while server.recv(65536):
            pass


def main():
    mode, first = sys.argv[1:3]
    if mode == "relay":
        relay(int(first), sys.argv[3])
    elif mode == "send":
        send(int(first), sys.argv[3])
    else:
        with open(first, "rb") as file:
            hello = first_message(file.read())
        if mode == "names":
            print(describe(hello))
        else:
            print(parse(hello)[2].get(0, b"")[5:].decode())


main()
