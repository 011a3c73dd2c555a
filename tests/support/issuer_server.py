#!/usr/bin/env python3
"""issuer_server.py FOLDER LOG - an HTTP server for certificates, good and bad.

It listens at 127.0.0.1 and 127.0.0.2, and prints its port. The first part of a path says what it does:

    file/NAME      sends this file of FOLDER
    moved/PATH     redirects to PATH
    away/WORD      redirects to https (secure), a file (file), or nowhere (none)
    loop           redirects to itself, with all that follows
    else/WORD/ADDRESS/PATH   does PATH at this address, and WORD at the other
    missing        answers 404
    html           sends a page
    empty          sends no content
    cut            announces more than it sends
    huge           announces 10 GB, and sends as much as is read
    endless        sends content without a length, as much as is read
    chunks         the same, in chunks
    head           the same, in a head that never ends
    slow           sends one byte every 50 ms
    silent         sends nothing
    garbage        does not speak HTTP

Asked for a whole URL it does the same; it also is a proxy for tunnels (CONNECT).

LOG gets a line for each request: its target, and how many bytes were sent.
"""
import os
import socket
import sys
import threading
import time

FOLDER, LOG = sys.argv[1:]
LIMIT = 1 << 30
OK = b"HTTP/1.0 200 OK\r\n"


def repeat(send, piece, pause=0.0):
    sent = 0
    while sent < LIMIT:
        send(piece)
        sent += len(piece)
        time.sleep(pause)


def redirect(send, to):
    send(b"HTTP/1.0 302 Found\r\nLocation: " + to.encode() + b"\r\n\r\n")


def answer(send, target, here):
    path = target.split("http://", 1)[-1]
    what, _, rest = path.split("/", 1)[1].partition("/")
    if what == "else":
        word, address, path = rest.split("/", 2)
        answer(send, "/" + (path if address == here else word), here)
    elif what == "file":
        with open(os.path.join(FOLDER, rest), "rb") as f:
            content = f.read()
        send(OK + b"Content-Length: %d\r\n\r\n" % len(content) + content)
    elif what == "moved":
        redirect(send, "/" + rest)
    elif what == "away":
        redirect(send, {"secure": "https://127.0.0.1/x", "file": "file:///etc/passwd",
                        "none": ""}[rest])
    elif what == "loop":
        redirect(send, "/" + path.split("/", 1)[1])
    elif what == "missing":
        send(b"HTTP/1.0 404 Not Found\r\n\r\nnothing")
    elif what == "html":
        send(OK + b"\r\n<html><body>Log in, please</body></html>")
    elif what == "empty":
        send(OK + b"\r\n")
    elif what == "cut":
        send(OK + b"Content-Length: 1000\r\n\r\n0")
    elif what == "huge":
        send(OK + b"Content-Length: 10000000000\r\n\r\n")
        repeat(send, b"0" * 65536)
    elif what == "endless":
        send(OK + b"\r\n")
        repeat(send, b"0" * 65536)
    elif what == "chunks":
        send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        repeat(send, b"1\r\n0\r\n" * 4096)
    elif what == "head":
        send(OK)
        repeat(send, b"X: y\r\n" * 4096)
    elif what == "slow":
        send(OK + b"\r\n")
        repeat(send, b"0", 0.05)
    elif what == "silent":
        time.sleep(60)
    elif what == "garbage":
        send(b"220 mail.test ESMTP\r\n")


def relay(source, to):
    try:
        while piece := source.recv(65536):
            to.sendall(piece)
    except OSError:
        pass
    to.shutdown(socket.SHUT_WR)


def tunnel(conn, target):
    host, port = target.split(":")
    with socket.create_connection((host, int(port))) as other:
        conn.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        back = threading.Thread(target=relay, args=(other, conn), daemon=True)
        back.start()
        relay(conn, other)
        back.join()


def serve(conn):
    sent, target = 0, "?"

    def send(piece):
        nonlocal sent
        conn.sendall(piece)
        sent += len(piece)

    try:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = conn.recv(4096)
            if not piece:
                break
            head += piece
        method, target = head.decode().split(" ")[:2]
        if method == "CONNECT":
            tunnel(conn, target)
        else:
            answer(send, target, conn.getsockname()[0])
    except OSError:
        pass
    finally:
        conn.close()
        with open(LOG, "a") as log:
            log.write("%s %d\n" % (target, sent))


def listen_on_both():
    while True:
        first = socket.create_server(("127.0.0.1", 0))
        try:
            return first, socket.create_server(("127.0.0.2", first.getsockname()[1]))
        except OSError:
            first.close()


def accept(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


here, there = listen_on_both()
print(here.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(there,), daemon=True).start()
accept(here)
