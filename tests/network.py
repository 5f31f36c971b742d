"""TCP proxy that can reset, stall, delay and lose connections, on any machine.

One thread carries all connections. Data that is held back while the proxy stalls is sent when it is
healed, as by TCP after a partition: a write may arrive long after its client timed out.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Self

CHUNK = 65_536
PATIENCE = 30.0
RESET = struct.pack("ii", 1, 0)
"""Value of SO_LINGER with which `close` resets the connection."""

Connect = Callable[[], socket.socket]
Lost = Literal["request", "response"]


@dataclass(slots=True)
class Losses:
    """Commands to lose, with their connections: one of `many` that match a pattern.

    Either the `request` is lost before the server, or the `response` after it.
    """

    fits: re.Pattern[bytes]
    many: int
    what: Lost
    seen: int = 0
    lost: int = 0

    def picks(self, chunk: bytes) -> bool:
        """Return whether this command is lost."""
        if not self.fits.search(chunk):
            return False
        self.seen += 1
        picked = self.seen % self.many == 0
        self.lost += picked
        return picked


def free_port(highest: int = 65_535) -> int:
    """Return a loopback port that nothing listens on, at most `highest`."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port <= highest:
            return port


class Proxy:
    """Proxy from a free port to the port of a server, or to what `connect` returns.

    With `tls`, its clients use TLS, and the server does not.
    """

    def __init__(
        self, port: int = 0, connect: Connect | None = None, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._connect = connect or (lambda: socket.create_connection(("127.0.0.1", port)))
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._ready = threading.Event()
        self.delay = 0.0
        self.losses: Losses | None = None
        self._rejecting = False
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._ended.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """URL of database 0 of a Redis server at the other end."""
        return f"redis{'s' if self._tls else ''}://127.0.0.1:{self.port}/0"

    @property
    def connections(self) -> int:
        """Number of open connections."""
        return len(self._links)

    def reset(self) -> None:
        """Reset all connections, and any new one, until healed."""
        self._rejecting = True
        self._do(self._abort)

    def silence(self) -> None:
        """Hold back all data in both directions until healed."""
        self._do(self.flowing.clear)

    def strand(self) -> None:
        """Drop all data of the present connections for good; new ones work."""
        self._do(self._strand)

    def slow(self, seconds: float) -> None:
        """Delay all data in both directions until healed."""
        self.delay = seconds

    def lose(self, what: Lost, fits: re.Pattern[bytes], *, every: int) -> Losses:
        """Lose some of the commands that match a pattern until healed."""
        self.losses = Losses(fits, every, what)
        return self.losses

    def heal(self) -> None:
        """Work normally again, and send what was held back."""
        self.delay, self.losses, self._rejecting = 0.0, None, False
        self._do(self.flowing.set)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended, self.flowing = asyncio.Event(), asyncio.Event()
        self.flowing.set()
        server = await asyncio.start_server(self._accept, sock=self._listening, ssl=self._tls)
        self._ready.set()
        await self._ended.wait()
        server.close()
        self.flowing.set()
        self._abort()
        await asyncio.gather(*self._tasks)

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._lead(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _lead(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            if self._rejecting:
                raise ConnectionRefusedError
            far = await asyncio.open_connection(sock=await asyncio.to_thread(self._connect))
        except OSError:
            _reset(writer, _socket(writer))
            return
        link = _Link(self, (reader, writer), far)
        self._links.add(link)
        try:
            await link.carry()
        finally:
            link.abort()
            self._links.discard(link)

    def _abort(self) -> None:
        for link in self._links:
            link.abort()

    def _strand(self) -> None:
        for link in self._links:
            link.stranded = True

    def _do(self, action: Callable[[], object]) -> None:
        async def act() -> None:
            action()

        asyncio.run_coroutine_threadsafe(act(), self._loop).result(PATIENCE)


End = tuple[StreamReader, StreamWriter]


class _Link:
    """A connection with its two ends."""

    def __init__(self, line: Proxy, near: End, far: End) -> None:
        self.stranded = False
        self._line = line
        self._near = near
        self._far = far
        # An aborted connection with TLS does not return its socket any more.
        self._sockets = [(writer, _socket(writer)) for _, writer in (near, far)]
        self._doomed = False

    async def carry(self) -> None:
        """Carry data in both directions until both ends are closed."""
        onward = self._pump(self._near[0], self._far[1], self._asked)
        back = self._pump(self._far[0], self._near[1], self._answered)
        await asyncio.gather(onward, back)

    def abort(self) -> None:
        """Reset both ends."""
        for writer, its in self._sockets:
            _reset(writer, its)

    async def _pump(
        self, source: StreamReader, sink: StreamWriter, lost: Callable[[bytes], bool]
    ) -> None:
        with suppress(OSError):
            while chunk := await source.read(CHUNK):
                await asyncio.sleep(self._line.delay)
                await self._line.flowing.wait()
                if lost(chunk):
                    self.abort()
                elif not self.stranded:
                    sink.write(chunk)
                    await sink.drain()
        await self._line.flowing.wait()
        sink.close()

    def _asked(self, chunk: bytes) -> bool:
        losses = self._line.losses
        picked = losses is not None and losses.picks(chunk)
        self._doomed = picked and losses is not None and losses.what == "response"
        return picked and not self._doomed

    def _answered(self, _: bytes) -> bool:
        return self._doomed


def _socket(writer: StreamWriter) -> socket.socket | None:
    its: socket.socket | None = writer.get_extra_info("socket")
    return its


def _reset(writer: StreamWriter, its: socket.socket | None) -> None:
    if its is not None and not writer.transport.is_closing():
        with suppress(OSError):
            its.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
