"""HTTP server that sends the same response to every request, in a process of its own.

The benches use it to measure clients: the SDK, and the load generator itself.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection

from httptools import HttpRequestParser

from bench.system import HOST, SERVER_CORE, child_process, pin

BODY = (
    b'{"success":true,"executionId":"a1b2c3d4e5f6g7h8i9j0k1l2",'
    b'"interactionId":"m9n8o7p6q5r4s3t2u1v0w9x8","response":"I can help you with various tasks.",'
    b'"type":"text","nextExpectedInput":"text","goalCompletion":false,'
    b'"executionStatus":"completed","flowSwitch":false,"attachments":[],"generativeOutputs":[]}'
)
RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
) + BODY


class ConstantProtocol(asyncio.Protocol):
    """A connection whose every complete request gets the response."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._parser = HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        """Parse a part of a request."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Respond; httptools calls this."""
        self._transport.write(RESPONSE)


async def serve(port: int, pipe: Connection | None = None) -> None:
    """Serve on a port, 0 for any, until killed; send the port through `pipe`."""
    server = await asyncio.get_running_loop().create_server(ConstantProtocol, HOST, port)
    if pipe is not None:
        pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(pipe: Connection) -> None:
    pin(SERVER_CORE)
    asyncio.run(serve(0, pipe))


def constant_server() -> AbstractContextManager[int]:
    """Run the server to the end of the context, which yields its port on the loopback."""
    return child_process(_run)
