#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""quic_aio_client.py PORT CA - a client of hello/1 with aioquic, to localhost. It prints what the
server sent on the stream that the server opened, once that stream has ended."""

import asyncio
import sys

from aioquic.asyncio import QuicConnectionProtocol, connect
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import StreamDataReceived


class Greeted(QuicConnectionProtocol):
    """Collects the greeting."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.text = b""
        self.done = asyncio.get_running_loop().create_future()

    def quic_event_received(self, event):
        if isinstance(event, StreamDataReceived):
            self.text += event.data
            if event.end_stream and not self.done.done():
                self.done.set_result(self.text)


async def main():
    port, trusted = sys.argv[1:3]
    configuration = QuicConfiguration(alpn_protocols=["hello/1"], is_client=True,
                                      server_name="localhost")
    configuration.load_verify_locations(trusted)
    async with connect("127.0.0.1", int(port), configuration=configuration,
                       create_protocol=Greeted) as client:
        text = await asyncio.wait_for(client.done, 10)
    sys.stdout.write(text.decode())


asyncio.run(main())
