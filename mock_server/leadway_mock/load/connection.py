"""Keep-alive HTTP connection of one talker, on asyncio and httptools."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Final

from httptools import HttpParserError, HttpResponseParser

MAX_BODY_BYTES: Final = 16 * 1_048_576


class ExchangeError(Exception):
    """A request got no response; the text says what happened."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect, and the `Host` header."""

    host: str
    port: int
    authority: str
    tls: ssl.SSLContext | None = None


class TalkerConnection(asyncio.Protocol):
    """One request at a time; opened when it is needed. Nothing is sent twice."""

    def __init__(self, address: Address, timeout: float) -> None:
        self._address = address
        self._timeout = timeout
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self._body = bytearray()

    async def exchange(
        self, method: str, path: str, headers: str, body: bytes
    ) -> tuple[int, bytes]:
        """Return status and body of the response; raises `ExchangeError`."""
        try:
            async with asyncio.timeout(self._timeout):
                transport = self._transport or await self._open()
                self._waiter = asyncio.get_running_loop().create_future()
                lines = (
                    f"{method} {path} HTTP/1.1\r\nHost: {self._address.authority}\r\n{headers}"
                    f"Content-Length: {len(body)}\r\n\r\n"
                )
                transport.write(lines.encode("latin-1") + body)
                return await self._waiter
        except TimeoutError:
            self.close()
            raise ExchangeError(f"no response within {self._timeout:g} seconds") from None
        except OSError as error:
            raise ExchangeError(f"no connection: {error.strerror or error}") from error

    def close(self) -> None:
        """Close the connection; the next exchange opens another."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    async def _open(self) -> asyncio.Transport:
        address = self._address
        await asyncio.get_running_loop().create_connection(
            lambda: self, address.host, address.port, ssl=address.tls
        )
        assert self._transport is not None  # noqa: S101 - set by connection_made
        return self._transport

    # Events of the transport and of the parser

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to parse responses."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP connection
        self._transport = transport
        self._parser = HttpResponseParser(self)
        self._body.clear()

    def data_received(self, data: bytes) -> None:
        """Parse a part of a response."""
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._fail(f"no valid HTTP response: {error}")

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body; httptools calls this."""
        self._body += body
        if len(self._body) > MAX_BODY_BYTES:
            self._fail("the response is too large")

    def on_message_complete(self) -> None:
        """Return the response; httptools calls this."""
        status, body = self._parser.get_status_code(), bytes(self._body)
        self._body.clear()
        if status < 200:  # noqa: PLR2004 - informational
            return
        if not self._parser.should_keep_alive():
            self.close()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result((status, body))

    def connection_lost(self, error: Exception | None) -> None:
        """Fail the exchange that waits for a response."""
        self._transport = None
        self._fail("the connection was closed before the response" if not error else str(error))

    def _fail(self, why: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(ExchangeError(why))
        self.close()
