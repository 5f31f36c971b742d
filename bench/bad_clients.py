"""Badly behaved clients, in a process of their own, to the end of a context."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing.connection import Connection

from bench.system import HOST, LOAD_CORE, child_process, pin
from bench.workloads import MESSAGE, build_request, first_body

SECONDS_PER_BYTE = 0.05
SECONDS_PER_RESET = 0.01
READ_LIMIT = 4_096
"""Bytes after which a connection that is not read from stops to receive."""

RESET = struct.pack("ii", 1, 0)
"""Value of SO_LINGER with which `close` resets the connection."""

REQUEST = build_request(first_body(MESSAGE.format(0)))
CHUNKED_HEADERS = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1000\r\n" + b"x" * 4_096 + b"\r\n"
LARGE_FILES = b"GET /__mock/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10
CONTRACT = b"GET /__mock/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
JOURNAL = b"GET /__mock/journal?order=newest&limit=200 HTTP/1.1\r\nHost: localhost\r\n\r\n"

Behaviour = Callable[[StreamReader, StreamWriter], Coroutine[None, None, None]]
"""What a client does on a connection; then it opens another one."""


async def idle(_: StreamReader, __: StreamWriter) -> None:
    """Send nothing."""
    await asyncio.Event().wait()


async def non_reading(reader: StreamReader, writer: StreamWriter) -> None:
    """Request ten responses of more than a megabyte, and read none."""
    writer.write(LARGE_FILES)
    await idle(reader, writer)


async def slow(reader: StreamReader, writer: StreamWriter) -> None:
    """Send requests one byte at a time, from a random byte on."""
    position = random.randrange(len(REQUEST))
    writer.write(REQUEST[:position])
    while True:
        for number in range(position, len(REQUEST)):
            await asyncio.sleep(SECONDS_PER_BYTE)
            writer.write(REQUEST[number : number + 1])
        await reader.readuntil(b"}")
        position = 0


async def resetting(_: StreamReader, writer: StreamWriter) -> None:
    """Send a random part of a request, and reset the connection."""
    writer.write(REQUEST[: random.randrange(len(REQUEST) + 1)])
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
    await asyncio.sleep(SECONDS_PER_RESET)


async def endless(_: StreamReader, writer: StreamWriter) -> None:
    """Send chunks without an end, until the server closes the connection."""
    writer.write(CHUNKED_HEADERS)
    while True:
        writer.write(CHUNK)
        await writer.drain()


async def repeating(request: bytes, reader: StreamReader, writer: StreamWriter) -> None:
    """Send a request, again after each response."""
    while True:
        writer.write(request)
        headers = await reader.readuntil(b"\r\n\r\n")
        length = headers.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))


BEHAVIOURS: Mapping[str, Behaviour] = {
    **{each.__name__: each for each in (idle, slow, non_reading, resetting, endless)},
    "control_api": partial(repeating, CONTRACT),
    "journal": partial(repeating, JOURNAL),
}


def _run(pipe: Connection, behaviour: str, port: int, number: int) -> None:
    """Connect `number` clients, send their number through `pipe`, and go on until killed."""
    pin(LOAD_CORE)
    os.nice(5)  # The measured client shares this core and must not wait for it.
    asyncio.run(_clients(pipe, BEHAVIOURS[behaviour], port, number))


async def _clients(pipe: Connection, behaviour: Behaviour, port: int, number: int) -> None:
    async def client(connection: tuple[StreamReader, StreamWriter]) -> None:
        while True:
            try:
                await behaviour(*connection)
            except (OSError, EOFError):
                connection[1].close()
            connection = await asyncio.open_connection(HOST, port, limit=READ_LIMIT)

    opened = [await asyncio.open_connection(HOST, port, limit=READ_LIMIT) for _ in range(number)]
    clients = [client(each) for each in opened]
    asyncio.get_running_loop().call_soon(pipe.send, number)
    await asyncio.gather(*clients)


def bad_clients(behaviour: str, port: int, number: int) -> AbstractContextManager[int]:
    """Run clients of one behaviour with `number` connections to the end of the context."""
    return child_process(_run, behaviour, port, number)
