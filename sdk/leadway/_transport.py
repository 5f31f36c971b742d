"""HTTP transport: sends a call once and returns its outcome.

The generated endpoint builds the request, a connection pool of httpx sends it. The response does
not pass through the generated parser, which raises arbitrary exceptions for unexpected responses,
or through `httpx.Client`, which would store cookies. The body is read within the limits of size
and time.
"""

from __future__ import annotations

import platform
import time
import zlib
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

import anyio
import httpx

from leadway._calls import Call, Failure, HTTPResponse, Outcome
from leadway._network_environment import NetworkEnvironment, read_network_environment
from leadway._settings import Settings
from leadway._version import __version__
from leadway.errors import (
    ClientClosedError,
    ConnectionFailedError,
    ConnectionLostError,
    InvalidRequestError,
    InvalidResponseError,
    LeadwayError,
    RequestTimeoutError,
)
from leadway_client.api.agents import execute_agent, execute_agent_deprecated
from leadway_client.types import UNSET

USER_AGENT: Final = (
    f"leadway-python/{__version__} httpx/{httpx.__version__} python/{platform.python_version()}"
)

# Tasks share a pool. A pool that keeps fewer connections than it opens closes the surplus, and
# sometimes a connection that another task was just given.
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)

_UNENCODABLE: Final = (httpx.InvalidURL, RecursionError, TypeError, ValueError)
_FAILURES: Final = (LeadwayError, httpx.HTTPError, OSError, RuntimeError)
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
_COOKIE_HEADERS: Final = (b"set-cookie", b"set-cookie2")


class _BaseTransport:
    """Part of the transports that does no I/O. Its constructor raises `SettingsError`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._network = read_network_environment(settings.base_url)
        self._base_url = settings.base_url.rstrip("/")
        self._headers = httpx.Headers(  # It masks the token in its repr.
            {
                "Authorization": f"Bearer {settings.token.reveal()}",
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            }
        )
        timeout = httpx.Timeout(settings.timeout, connect=settings.connect_timeout)
        self._extensions = {"timeout": timeout.as_dict()}
        self._is_closed = False

    def _build_request(self, call: Call) -> httpx.Request | Failure:
        if self._is_closed:
            return Failure(ClientClosedError, "The client is closed")
        operation = execute_agent_deprecated if call.deprecated else execute_agent
        try:
            arguments = operation._get_kwargs(  # noqa: SLF001 - the only builder without parser
                call.agent_id,
                body=call.body,
                version=self._settings.api_version,
                source=self._settings.source or UNSET,
            )
            return httpx.Request(
                arguments["method"].upper(),
                self._base_url + arguments["url"],
                params=arguments["params"] or None,
                headers=[*self._headers.multi_items(), *arguments["headers"].items()],
                json=arguments["json"],
                extensions=self._extensions,
            )
        except _UNENCODABLE as error:
            detail = self._masked(str(error))
            return Failure(InvalidRequestError, f"The message cannot be encoded as JSON: {detail}")

    def _failure(self, error: Exception, request: httpx.Request, started: float) -> Failure:
        if isinstance(error, LeadwayError):
            kind, reason, retry_safe = type(error), error.message, False
        else:
            kind, reason, retry_safe = self._classify_error(error)
        reason = self._masked(reason)
        seconds = time.monotonic() - started
        return Failure(kind, reason, retry_safe, request.url.path, seconds)

    def _classify_error(self, error: Exception) -> tuple[type[LeadwayError], str, bool]:
        """Return the class, the reason, and whether the message was certainly not processed."""
        variable = self._network.proxy_variable
        proxy = f" through the proxy of {variable}" if variable else ""
        failed = f"No connection to {self._settings.base_url}{proxy}"
        detail = f": {error}" if str(error) else ""
        match error:
            case httpx.ConnectTimeout():
                reason = f"{failed} within {self._settings.connect_timeout:g} s{detail}"
                return ConnectionFailedError, reason, True
            case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol():
                return ConnectionFailedError, f"{failed}{detail}", True
            case httpx.PoolTimeout():
                return RequestTimeoutError, f"No connection became free{detail}", True
            case httpx.TimeoutException() | TimeoutError():
                reason = f"No response within {self._settings.timeout:g} s{detail}"
                return RequestTimeoutError, reason, False
            case httpx.HTTPError() | OSError():
                return ConnectionLostError, f"The connection broke{detail}", False
        return ClientClosedError, f"The client is closed{detail}", False

    def _masked(self, text: str) -> str:
        return self._settings.token.mask(text.encode("utf-8", "replace")).decode()


class Transport(_BaseTransport):
    """Sends calls from threads.

    Each request uses a connection pool of its own, which later requests reuse. A pool that threads
    share closes expired connections, and sometimes one that another thread was just given.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._idle_pools: deque[httpx.HTTPTransport] = deque()

    def send(self, call: Call) -> Outcome:
        """Send a call once; return the response or the failure."""
        request = self._build_request(call)
        if isinstance(request, Failure):
            return request
        started = time.monotonic()
        try:
            with self._borrowed_pool() as pool:
                response = pool.handle_request(request)
                try:
                    reader = _ResponseReader(request, response, self._settings, started)
                    for chunk in response.iter_raw():
                        reader.feed(chunk)
                finally:
                    response.close()
            return reader.finish()
        except _FAILURES as error:
            return self._failure(error, request, started)

    @contextmanager
    def _borrowed_pool(self) -> Generator[httpx.HTTPTransport]:
        try:
            pool = self._idle_pools.pop()
        except IndexError:
            pool = httpx.HTTPTransport(**_pool_arguments(self._network))
        try:
            yield pool
        finally:
            self._idle_pools.append(pool)
            if self._is_closed:
                self.close()

    def close(self) -> None:
        """Close all connections; those in use are closed after their response."""
        self._is_closed = True
        while self._idle_pools:
            self._idle_pools.pop().close()


class AsyncTransport(_BaseTransport):
    """Sends calls from tasks, on asyncio or trio."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._pool = httpx.AsyncHTTPTransport(**_pool_arguments(self._network), limits=_LIMITS)

    async def send(self, call: Call) -> Outcome:
        """Send a call once; return the response or the failure."""
        request = self._build_request(call)
        if isinstance(request, Failure):
            return request
        started = time.monotonic()
        try:
            with anyio.fail_after(self._settings.timeout + self._settings.connect_timeout):
                response = await self._pool.handle_async_request(request)
                try:
                    reader = _ResponseReader(request, response, self._settings, started)
                    async for chunk in response.aiter_raw():
                        reader.feed(chunk)
                finally:
                    await response.aclose()
            return reader.finish()
        except _FAILURES as error:
            return self._failure(error, request, started)

    async def close(self) -> None:
        """Close all connections."""
        self._is_closed = True
        await self._pool.aclose()


def _pool_arguments(network: NetworkEnvironment) -> dict[str, Any]:
    return {"verify": network.ssl_context, "proxy": network.proxy}


class _ResponseReader:
    """Decodes one response body within the limits of size and time.

    httpx's own decoders have no limit: a few KiB can decode to gigabytes.
    """

    def __init__(
        self, request: httpx.Request, response: httpx.Response, settings: Settings, started: float
    ) -> None:
        self._path = request.url.path
        self._response = response
        self._settings = settings
        self._started = started
        self._body = bytearray()
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise InvalidResponseError(f"The Content-Encoding must be gzip, not {encoding}")
        is_compressed = "gzip" in encoding or encoding == "deflate"
        self._decompressor = zlib.decompressobj(_GZIP_OR_ZLIB) if is_compressed else None

    def feed(self, chunk: bytes) -> None:
        """Add a chunk of the encoded body.

        Raises `InvalidResponseError` or `RequestTimeoutError`.
        """
        limit = self._settings.max_response_bytes
        if self._decompressor:
            try:
                chunk = self._decompressor.decompress(chunk, limit - len(self._body) + 1)
            except zlib.error as error:
                raise InvalidResponseError(f"The content encoding is broken: {error}") from None
        self._body += chunk
        if len(self._body) > limit:
            raise InvalidResponseError(f"The response is longer than {limit} bytes")
        if self._seconds() > self._settings.timeout:
            seconds = self._settings.timeout
            raise RequestTimeoutError(f"The response was not complete after {seconds:g} s")

    def finish(self) -> HTTPResponse:
        """Return the complete response, with the token masked and without cookies."""
        mask = self._settings.token.mask
        headers = {
            name.lower().decode("latin-1"): mask(value).decode("latin-1")
            for name, value in self._response.headers.raw
            if name.lower() not in _COOKIE_HEADERS
        }
        body = mask(bytes(self._body))
        return HTTPResponse(self._response.status_code, body, headers, self._path, self._seconds())

    def _seconds(self) -> float:
        return time.monotonic() - self._started
