#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""quic_aio_abuse.py PORT KIND - a client of hello/1 with aioquic that acknowledges nothing once
the handshake is over. KIND is refuse (it asks to stop the stream of the greeting), flood (padding
without end), crypto (a message that TLS does not have), streams (all that it may open, in one
packet), or credit (all that it may open, again and again; it acknowledges everything, and prints
how many it opened). It prints `closed` when the server closes the connection, or ends after 20
seconds without that."""

import socket
import sys
import time

from aioquic import tls
from aioquic.buffer import encode_uint_var as number
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import HandshakeCompleted
from aioquic.quic.packet import QuicPacketType
from aioquic.quic.packet_builder import QuicPacketBuilder
from aioquic.quic.rangeset import RangeSet

ONE_RTT = tls.Epoch.ONE_RTT
GREETING = number(3)
MANY = range(100)
BYTE = number(0) + number(1) + b"x"
RESET_STREAM, STOP_SENDING = 0x04, 0x05
FRAMES = {
    "refuse": number(0x05) + GREETING + number(7),
    "flood": bytes(1100),
    "crypto": number(0x06) + number(0) + number(4) + b"\x18\xff\xff\xff",
    "streams": b"".join(number(0x0f) + number(4 * i + way) + BYTE for i in MANY for way in (0, 2)),
}


def skip(numbers):
    """A handler of frames about streams that the library does not know."""
    def handle(_context, _kind, buffer):
        for _ in range(numbers):
            buffer.pull_uint_var()
    return handle


class Client:
    """One connection."""

    def __init__(self, port):
        self.peer = ("127.0.0.1", port)
        configuration = QuicConfiguration(alpn_protocols=["hello/1"], is_client=True,
                                          server_name="localhost")
        configuration.verify_mode = 0
        self.quic = QuicConnection(configuration=configuration)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(self.peer)
        self.socket.settimeout(0.002)
        self.begun = False
        self.opened = [0, 0]
        handlers = self.quic._QuicConnection__frame_handlers
        for kind, numbers in ((RESET_STREAM, 3), (STOP_SENDING, 2)):
            handlers[kind] = (skip(numbers), handlers[kind][1])
        self.quic.connect(self.peer, now=time.time())

    def send(self):
        """Sends what the library wants to, without acknowledgements of the greeting."""
        space = self.quic._spaces.get(ONE_RTT)
        if space:
            space.ack_queue = RangeSet()
            space.ack_at = None
        for datagram, _ in self.quic.datagrams_to_send(time.time()):
            self.socket.send(datagram)

    def receive(self):
        """Waits for a moment."""
        try:
            self.quic.receive_datagram(self.socket.recv(65536), self.peer, time.time())
        except TimeoutError:
            return
        event = self.quic.next_event()
        while event:
            self.begun = self.begun or isinstance(event, HandshakeCompleted)
            event = self.quic.next_event()

    def put(self, frames):
        """Sends a packet of these frames."""
        quic = self.quic
        builder = QuicPacketBuilder(
            host_cid=quic.host_cid, is_client=True, max_datagram_size=1400,
            packet_number=quic._packet_number, peer_cid=quic._peer_cid.cid, version=quic._version)
        builder.start_packet(QuicPacketType.ONE_RTT, quic._cryptos[ONE_RTT])
        builder._buffer.push_bytes(frames)
        for datagram in builder.flush()[0]:
            self.socket.send(datagram)
        quic._packet_number = builder.packet_number

    def open_streams(self):
        """Opens all that it may: the last one opens those before it (RFC 9000 section 2.1)."""
        limits = (self.quic._remote_max_streams_bidi, self.quic._remote_max_streams_uni)
        frames = b""
        for way, limit in enumerate(limits):
            if limit > self.opened[way]:
                frames += number(0x0f) + number(4 * (limit - 1) + 2 * way) + BYTE
                self.opened[way] = limit
        if frames:
            self.put(frames)
        for datagram, _ in self.quic.datagrams_to_send(time.time()):
            self.socket.send(datagram)


def main():
    port, kind = sys.argv[1:3]
    client = Client(int(port))
    until = time.time() + 20
    client.send()
    while not client.begun and time.time() < until:
        client.receive()
        client.send()
    if kind != "credit":
        client.put(FRAMES[kind])
    # Set at CONNECTION_CLOSE; the event for it comes much later.
    while not client.quic._close_event and time.time() < until:
        client.receive()
        for _ in range(10 if kind == "flood" else 0):
            client.put(FRAMES[kind])
        if kind == "credit":
            client.open_streams()
    if kind == "credit":
        print("opened", sum(client.opened))
    if client.quic._close_event:
        print("closed")


main()
