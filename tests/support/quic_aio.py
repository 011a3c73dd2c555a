#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""quic_aio.py PORT CHAIN KEY KIND - a server of HTTP/3 with aioquic, on 127.0.0.1: of KIND plain or
retry (which validates addresses first), or one that ends each connection: `error CODE` of QUIC, at
the first datagram; after the handshake, with the protocol hello/1: `leave` without an error, `forget`
with a stateless reset, `idle`, which vanishes after an idle timeout of a second."""

import asyncio
import os
import sys

from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import HandshakeCompleted, ProtocolNegotiated


class Http3(QuicConnectionProtocol):
    """The control streams are enough: the client asks for nothing."""

    def quic_event_received(self, event):
        if isinstance(event, ProtocolNegotiated):
            self.http = H3Connection(self._quic)


class Refusing(QuicConnectionProtocol):
    """Ends the connection with a transport error at the first datagram."""

    code = 0

    def datagram_received(self, data, addr):
        super().datagram_received(data, addr)
        self._quic.close(error_code=self.code, frame_type=0, reason_phrase="not \"today\"")
        self.transmit()


class Ending(QuicConnectionProtocol):
    """Ends the connection after the handshake."""

    kind = ""
    deaf = False

    def datagram_received(self, data, addr):
        if not self.deaf:
            super().datagram_received(data, addr)

    def quic_event_received(self, event):
        if not isinstance(event, HandshakeCompleted):
            return
        if self.kind == "leave":
            self._quic.close(error_code=0, frame_type=0, reason_phrase="bye")
            self.transmit()
        elif self.kind == "forget":
            token = self._quic._host_cids[0].stateless_reset_token
            packet = b"\x55" + os.urandom(40) + token
            self._transport.sendto(packet, self._quic._network_paths[0].addr)
        else:
            self.deaf = True


async def main():
    port, chain, key, kind = sys.argv[1:5]
    own = kind in ("leave", "forget", "idle")
    protocols = ["hello/1"] if own else H3_ALPN
    configuration = QuicConfiguration(alpn_protocols=protocols, is_client=False)
    if kind == "idle":
        configuration.idle_timeout = 1.0
    configuration.load_cert_chain(chain, key)
    protocol = Http3
    if own:
        protocol = Ending
        Ending.kind = kind
    if kind == "error":
        protocol = Refusing
        Refusing.code = int(sys.argv[5], 0)
    await serve("127.0.0.1", int(port), configuration=configuration, create_protocol=protocol,
                retry=kind == "retry")
    await asyncio.Future()


asyncio.run(main())
