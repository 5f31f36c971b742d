"""HTTP transport: sends a call once and returns its outcome.

The generated endpoint builds the request, a connection pool of httpcore sends it. The response does
not pass through the generated parser, which raises arbitrary exceptions for unexpected responses,
or through httpx, which would store cookies and decode without a limit. The response is read within
the limits of size and time.
"""

from __future__ import annotations

import json
import platform
import time
import zlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlencode

import anyio
import httpcore
import httpx

from leadway import errors
from leadway._calls import Call, Failure, HTTPResponse, Outcome
from leadway._network_environment import read_network_environment
from leadway._sender import Result, Steps, run, run_async
from leadway._settings import Settings
from leadway._tokens import check_token_host, is_loopback
from leadway._version import __version__
from leadway_client.types import UNSET

USER_AGENT: Final = (
    f"leadway-python/{__version__} httpcore/{httpcore.__version__}"
    f" python/{platform.python_version()}"
)

# A pool that keeps fewer connections than it opens closes the surplus, and sometimes a connection
# that another task was just given.
_MAX_CONNECTIONS: Final = 100
_KEEPALIVE_SECONDS: Final = 5.0

_UNENCODABLE: Final = (RecursionError, TypeError, ValueError)
_FAILURES: Final = (
    errors.LeadwayError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,
    RuntimeError,
)
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
_COOKIE_HEADERS: Final = (b"set-cookie", b"set-cookie2")
_PLAIN_SERVER: Final = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
"""OpenSSL's names for a first response that is not TLS."""

_START_MOCK: Final = "Check the port; `leadway mock` starts a mock."
_NO_TLS: Final = "The server does not use TLS here: write http:// in the URL, as for a mock."


class _BaseTransport:
    """Part of the transports that does no I/O. Its constructor raises `SettingsError`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._network = read_network_environment(settings.base_url)
        self._url = httpx.URL(settings.base_url)
        timeout = httpx.Timeout(settings.timeout, connect=settings.connect_timeout)
        self._extensions = {"timeout": timeout.as_dict()}
        self._pool_arguments: dict[str, Any] = {
            "ssl_context": self._network.ssl_context,
            "proxy": self._network.proxy,
            "max_connections": _MAX_CONNECTIONS,
            "max_keepalive_connections": _MAX_CONNECTIONS,
            "keepalive_expiry": _KEEPALIVE_SECONDS,
        }
        self._is_closed = False

    def _build_request(self, call: Call) -> httpcore.Request:
        """Return the request of a call; raises `LeadwayError`."""
        if self._is_closed:
            raise errors.ClientClosedError("The client is closed")
        if call.token and not self._settings.send_token_anywhere:
            # The settings have checked only the tokens that the program has given.
            check_token_host(call.token, self._settings.base_url)
        operation = import_module(f"leadway_client.api.{call.operation}")
        chosen = dict(call.arguments)
        if call.operation.startswith("agents."):  # Others are of one `Version`, without `source`.
            chosen["version"] = self._settings.api_version
            chosen["source"] = self._settings.source or UNSET
        arguments = operation._get_kwargs(**chosen)  # noqa: SLF001 - the only builder without parser
        try:
            form = arguments.get("data")
            body = urlencode(form).encode() if form else _encode(arguments.get("json"))
            query = urlencode(arguments.get("params", {}))
        except _UNENCODABLE as error:
            reason = f"The message cannot be encoded as JSON: {error}"
            raise errors.InvalidRequestError(reason) from None
        token = call.token or self._settings.token
        is_public = call.operation == "tokens.get_access_token"  # Its form has its secrets.
        headers = {
            "Host": self._url.netloc,
            **({} if is_public else {"Authorization": f"Bearer {token.reveal()}"}),
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            **({"Content-Length": str(len(body))} if body else {}),
            **arguments["headers"],
        }
        target = arguments["url"] + (f"?{query}" if query else "")
        url = httpcore.URL(
            scheme=self._url.raw_scheme,
            host=self._url.raw_host,
            port=self._url.port,
            target=target.encode(),
        )
        method = arguments["method"].upper()
        return httpcore.Request(
            method, url, headers=headers, content=body, extensions=dict(self._extensions)
        )

    def _failure(self, error: Exception, path: str, started: float) -> Failure:
        if isinstance(error, errors.LeadwayError):
            kind, reason = type(error), error.message
        else:
            kind, reason = self._classify_error(error)
        is_unconnected = kind is errors.ConnectionFailedError
        hint = self._connection_hint(reason) if is_unconnected else ""
        retry_safe = is_unconnected or isinstance(error, httpcore.PoolTimeout)
        seconds = time.monotonic() - started
        return Failure(kind, self._mask(reason), retry_safe, hint, path, seconds)

    def _classify_error(self, error: Exception) -> tuple[type[errors.LeadwayError], str]:
        variable = self._network.proxy_variable
        proxy = f" through the proxy of {variable}" if variable else ""
        failed = f"No connection to {self._settings.base_url}{proxy}"
        detail = f": {error}" if str(error) else ""
        match error:
            case httpcore.ConnectTimeout():
                seconds = self._settings.connect_timeout
                return errors.ConnectionFailedError, f"{failed} within {seconds:g} s{detail}"
            case httpcore.ConnectError() | httpcore.ProxyError() | httpcore.UnsupportedProtocol():
                return errors.ConnectionFailedError, f"{failed}{detail}"
            case httpcore.PoolTimeout():
                return errors.RequestTimeoutError, f"No connection became free{detail}"
            case httpcore.TimeoutException() | TimeoutError():
                seconds = self._settings.timeout
                return errors.RequestTimeoutError, f"No response within {seconds:g} s{detail}"
            case httpcore.NetworkError() | httpcore.ProtocolError() | OSError():
                return errors.ConnectionLostError, f"The connection broke{detail}"
        return errors.ClientClosedError, f"The client is closed{detail}"

    def _connection_hint(self, reason: str) -> str:
        """Return a hint that is more precise than that of the class, if there is one."""
        if any(each in reason for each in _PLAIN_SERVER):
            return _NO_TLS
        return _START_MOCK if is_loopback(self._settings.base_url) else ""

    def _mask(self, text: str) -> str:
        return self._settings.token.mask(text.encode("utf-8", "replace")).decode()


class Transport(_BaseTransport):
    """Sends calls from threads.

    Each request uses a connection pool of its own, which later requests reuse. A pool that threads
    share closes expired connections, and sometimes one that another thread was just given.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._pool_arguments["network_backend"] = _DeadlineBackend(settings.timeout)
        self._idle_pools: deque[httpcore.ConnectionPool] = deque()

    def run(self, steps: Steps[Result]) -> Result:
        """Execute the steps; return their result."""
        return run(steps, self.send, time.sleep)

    def send(self, call: Call) -> Outcome:
        """Send a call once; return the response or the failure."""
        path, started = "", time.monotonic()
        try:
            request = self._build_request(call)
            path = _path(request)
            with self._borrowed_pool() as pool, closing(pool.handle_request(request)) as response:
                reader = _ResponseReader(path, response, self._settings, started)
                for chunk in response.iter_stream():
                    reader.feed(chunk)
                if _has_unread_bytes(response):
                    response.extensions["network_stream"].close()
            return reader.finish(call.take_secrets)
        except _FAILURES as error:
            return self._failure(error, path, started)

    @contextmanager
    def _borrowed_pool(self) -> Generator[httpcore.ConnectionPool]:
        try:
            pool = self._idle_pools.pop()
        except IndexError:
            pool = httpcore.ConnectionPool(**self._pool_arguments)
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
        self._pool = httpcore.AsyncConnectionPool(**self._pool_arguments)

    async def run(self, steps: Steps[Result]) -> Result:
        """Execute the steps; return their result."""
        return await run_async(steps, self.send, anyio.sleep)

    async def send(self, call: Call) -> Outcome:
        """Send a call once; return the response or the failure."""
        path, started = "", time.monotonic()
        try:
            request = self._build_request(call)
            path = _path(request)
            async with self._response(request) as response:
                reader = _ResponseReader(path, response, self._settings, started)
                async for chunk in response.aiter_stream():
                    reader.feed(chunk)
                if _has_unread_bytes(response):
                    await response.extensions["network_stream"].aclose()
            return reader.finish(call.take_secrets)
        except _FAILURES as error:
            return self._failure(error, path, started)

    @asynccontextmanager
    async def _response(self, request: httpcore.Request) -> AsyncGenerator[httpcore.Response]:
        """Send a request; until the end of the block, it may take the time of the settings."""
        with anyio.fail_after(self._settings.connect_timeout + self._settings.timeout) as scope:

            async def set_deadline(event: str, _: object) -> None:
                if event == "http11.send_request_headers.started":
                    scope.deadline = anyio.current_time() + self._settings.timeout

            request.extensions["trace"] = set_deadline
            response = await self._pool.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()

    async def close(self) -> None:
        """Close all connections."""
        self._is_closed = True
        await self._pool.aclose()


class _DeadlineBackend(httpcore.SyncBackend):
    """Opens connections on which a request and its whole response take at most `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:  # noqa: ANN401 - passed on
        return _DeadlineStream(super().connect_tcp(*args, **options), self._seconds)


class _DeadlineStream(httpcore.NetworkStream):
    """Connection with a deadline, which the first write after a read resets.

    The timeouts of httpcore are for each read, and a response may need any number of them.
    """

    def __init__(self, stream: httpcore.NetworkStream, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds
        self._deadline = 0.0
        self._has_read = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline counts
        self._has_read = True
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, remaining)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._has_read:
            self._has_read = False
            self._deadline = time.monotonic() + self._seconds
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *args: Any, **options: Any) -> httpcore.NetworkStream:  # noqa: ANN401 - passed on
        return _DeadlineStream(self._stream.start_tls(*args, **options), self._seconds)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the base class
        return self._stream.get_extra_info(info)


def _has_unread_bytes(response: httpcore.Response) -> bool:
    """Return whether bytes were received after the response, so that the next one may be wrong.

    httpcore would reuse the connection, and take these bytes for the response to the next request.
    """
    stream: Any = response.stream
    try:
        received = stream._stream._connection._h11_state.trailing_data[0]  # noqa: SLF001 - no public way
    except AttributeError:
        return True  # Another version of httpcore: better slow than wrong.
    return bool(received)


def _encode(body: object) -> bytes:
    """Return the JSON text of a body, empty for none; raises one of `_UNENCODABLE`."""
    if body is None:
        return b""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _path(request: httpcore.Request) -> str:
    return request.url.target.partition(b"?")[0].decode()


class _ResponseReader:
    """Decodes one response body within the limits of size and time.

    A few KiB can decode to gigabytes, so at most the limit is decoded, and only one coding.
    """

    def __init__(
        self, path: str, response: httpcore.Response, settings: Settings, started: float
    ) -> None:
        self._path = path
        self._response = response
        self._settings = settings
        self._started = started
        self._body = bytearray()
        names = [value for name, value in response.headers if name.lower() == b"content-encoding"]
        encoding = b", ".join(names).decode("latin-1").strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise errors.InvalidResponseError(f"The Content-Encoding must be gzip, not {encoding}")
        is_compressed = encoding not in {"", "identity"}
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
                reason = f"The content encoding is broken: {error}"
                raise errors.InvalidResponseError(reason) from None
        self._body += chunk
        if len(self._body) > limit:
            raise errors.InvalidResponseError(f"The response is longer than {limit} bytes")
        if self._seconds() > self._settings.timeout:
            seconds = self._settings.timeout
            raise errors.RequestTimeoutError(f"The response was not complete after {seconds:g} s")

    def finish(self, take_secrets: Callable[[bytes], bytes] | None = None) -> HTTPResponse:
        """Return the complete response, with the token masked and without cookies."""
        status, body = self._response.status, bytes(self._body)
        if take_secrets and 200 <= status <= 299:  # noqa: PLR2004 - the class of successes
            body = take_secrets(body)
        lines = [
            b"%b:%b" % (name.lower(), value)
            for name, value in self._response.headers
            if name.lower() not in _COOKIE_HEADERS
        ]
        mask = self._settings.token.mask
        text = mask(b"\n".join(lines)).decode("latin-1")
        headers = dict(line.split(":", 1) for line in text.split("\n") if line)
        return HTTPResponse(status, mask(body), headers, self._path, self._seconds())

    def _seconds(self) -> float:
        return time.monotonic() - self._started
