"""TLS on the mock's port: recognized by its first byte, or inside a tunnel of `CONNECT`.

Clients that always call the vendor's host reach the mock through a proxy variable: they send
`CONNECT services.leadconnectorhq.com:443` here, and the tunnel ends at the mock itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Final

TLS_HANDSHAKE: Final = b"\x16"
"""First byte of a TLS connection; no HTTP request begins with it."""

HANDSHAKE_TIMEOUT_SECONDS: Final = 10.0
SHUTDOWN_TIMEOUT_SECONDS: Final = 1.0
ESTABLISHED: Final = b"HTTP/1.1 200 Connection Established\r\n\r\n"


async def open_connection(
    connection: socket.socket,
    make_protocol: Callable[[], asyncio.Protocol],
    context: ssl.SSLContext,
) -> None:
    """Open an accepted connection, with TLS if its first byte says so.

    Raises `OSError` or `TimeoutError` where it sends nothing or no valid handshake.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(HANDSHAKE_TIMEOUT_SECONDS):
            first = await _first_byte(loop, connection)
    except BaseException:
        connection.close()
        raise
    if first == TLS_HANDSHAKE:
        await loop.connect_accepted_socket(
            make_protocol,
            connection,
            ssl=context,
            ssl_handshake_timeout=HANDSHAKE_TIMEOUT_SECONDS,
            ssl_shutdown_timeout=SHUTDOWN_TIMEOUT_SECONDS,
        )
    else:
        await loop.connect_accepted_socket(make_protocol, connection)


async def open_tunnel(
    transport: asyncio.Transport, protocol: asyncio.Protocol, context: ssl.SSLContext
) -> None:
    """Respond to a `CONNECT`, and have `protocol` continue with TLS inside the connection."""
    transport.write(ESTABLISHED)
    early = _EarlyData()
    with contextlib.suppress(OSError, TimeoutError):  # The transport is closed.
        inner = await asyncio.get_running_loop().start_tls(
            transport,
            early,
            context,
            server_side=True,
            ssl_handshake_timeout=HANDSHAKE_TIMEOUT_SECONDS,
            ssl_shutdown_timeout=SHUTDOWN_TIMEOUT_SECONDS,
        )
        if inner is None:  # The client has gone already.
            return
        protocol.connection_made(inner)
        inner.set_protocol(protocol)
        if early.data:
            protocol.data_received(bytes(early.data))


class _EarlyData(asyncio.Protocol):
    """Collects what arrives together with the end of the handshake."""

    def __init__(self) -> None:
        self.data = bytearray()

    def data_received(self, data: bytes) -> None:
        self.data += data


async def _first_byte(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> bytes:
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
        return connection.recv(1, socket.MSG_PEEK)
    finally:
        loop.remove_reader(connection)
