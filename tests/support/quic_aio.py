#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""quic_aio.py PORT CHAIN KEY KIND - a server of HTTP/3 with aioquic, on 127.0.0.1: of KIND plain or
retry (which validates addresses first), or one that ends each connection: `error CODE` of QUIC."""

import asyncio
import sys

from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ProtocolNegotiated


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


async def main():
    port, chain, key, kind = sys.argv[1:5]
    configuration = QuicConfiguration(alpn_protocols=H3_ALPN, is_client=False)
    configuration.load_cert_chain(chain, key)
    protocol = Http3
    if kind == "error":
        protocol = Refusing
        Refusing.code = int(sys.argv[5], 0)
    await serve("127.0.0.1", int(port), configuration=configuration, create_protocol=protocol,
                retry=kind == "retry")
    await asyncio.Future()


asyncio.run(main())
