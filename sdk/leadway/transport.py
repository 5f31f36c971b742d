"""The wire: the one module that knows httpx.

The generated endpoints build the request and send it. Each answer is taken from under them, by an
exception, before they look at it: they crash on what they do not expect. What it means is for
others to say.
"""

from __future__ import annotations

import platform
import ssl
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import anyio
import httpx

from leadway.calls import Call
from leadway.destinations import no_address
from leadway.errors import (
    ClosedError,
    ConnectionFailedError,
    ConnectionLostError,
    InvalidRequestError,
    LeadwayError,
    MalformedAnswerError,
    TimedOutError,
)
from leadway.outcomes import Failure, Outcome
from leadway.reading import Reading, Taken
from leadway.settings import Settings
from leadway.surroundings import Proxy, proxy_for, trust
from leadway.version import __version__
from leadway_client import AuthenticatedClient
from leadway_client.api.agents import execute_agent, execute_agent_deprecated
from leadway_client.types import UNSET

USER_AGENT: Final = (
    f"leadway-python/{__version__} httpx/{httpx.__version__} python/{platform.python_version()}"
)

# Tasks share a pool. One that keeps fewer connections than it opens closes what it thinks too many,
# and with them now and then one that another task was just given.
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)

# What may go wrong outside httpx: a body that is no JSON, a client that is closed, the network.
_ESCAPING: Final = (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, TypeError, ValueError)


class Transport:
    """Sends calls and returns what came of them; raises nothing on purpose.

    Only making it raises `SettingsError`, where proxy, certificates or address cannot be.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._proxy = _proxy(settings)
        taking = _Taking(settings, _wire(settings, self._proxy))
        self._http = httpx.Client(transport=taking, **_options(settings))
        self._client = _generated(settings).set_httpx_client(self._http)

    def send(self, call: Call) -> Outcome:
        """Send one call, once."""
        operation = execute_agent_deprecated if call.deprecated else execute_agent
        started = time.monotonic()
        try:
            operation.sync_detailed(client=self._client, **_arguments(call, self._settings))
        except Taken as taken:
            return taken.outcome
        except _ESCAPING as error:
            return _failure(error, self._settings, self._proxy, time.monotonic() - started)
        raise AssertionError("every answer is taken")  # pragma: no cover

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


class _Taking(httpx.BaseTransport):
    """Raises each answer instead of returning it.

    Each request has a pool to itself while it lasts, for the next one to reuse. A pool that threads
    share closes what has expired, and with it now and then what another thread was just given.
    """

    def __init__(self, settings: Settings, wire: dict[str, Any]) -> None:
        self._settings = settings
        self._wire = wire
        self._free: deque[httpx.HTTPTransport] = deque()
        self._closed = False

    def handle_request(self, request: httpx.Request) -> NoReturn:
        taking = Reading(request.url.path, self._settings)
        with self._lent() as inner:
            response = inner.handle_request(request)
            try:
                for piece in response.iter_bytes():
                    taking.add(piece)
            finally:
                response.close()
        raise Taken(taking.answer(response.status_code, response.headers.raw))

    @contextmanager
    def _lent(self) -> Generator[httpx.HTTPTransport]:
        try:
            inner = self._free.pop()
        except IndexError:
            inner = httpx.HTTPTransport(**self._wire)
        try:
            yield inner
        finally:
            self._free.append(inner)
            if self._closed:
                self.close()

    def close(self) -> None:
        self._closed = True
        while self._free:
            self._free.pop().close()


class AsyncTransport:
    """Sends calls and returns what came of them; raises nothing on purpose.

    Only making it raises `SettingsError`, where proxy, certificates or address cannot be.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._proxy = _proxy(settings)
        inner = httpx.AsyncHTTPTransport(**_wire(settings, self._proxy), limits=_LIMITS)
        taking = _AsyncTaking(inner, settings)
        self._http = httpx.AsyncClient(transport=taking, **_options(settings))
        self._client = _generated(settings).set_async_httpx_client(self._http)

    async def send(self, call: Call) -> Outcome:
        """Send one call, once."""
        operation = execute_agent_deprecated if call.deprecated else execute_agent
        started = time.monotonic()
        try:
            with anyio.fail_after(self._settings.timeout + self._settings.connect_timeout):
                await operation.asyncio_detailed(
                    client=self._client, **_arguments(call, self._settings)
                )
        except Taken as taken:
            return taken.outcome
        except _ESCAPING as error:
            return _failure(error, self._settings, self._proxy, time.monotonic() - started)
        raise AssertionError("every answer is taken")  # pragma: no cover

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


class _AsyncTaking(httpx.AsyncBaseTransport):
    """Raises each answer instead of returning it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, settings: Settings) -> None:
        self._inner = inner
        self._settings = settings

    async def handle_async_request(self, request: httpx.Request) -> NoReturn:
        taking = Reading(request.url.path, self._settings)
        response = await self._inner.handle_async_request(request)
        try:
            async for piece in response.aiter_bytes():
                taking.add(piece)
        finally:
            await response.aclose()
        raise Taken(taking.answer(response.status_code, response.headers.raw))

    async def aclose(self) -> None:
        await self._inner.aclose()


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "base_url": settings.base_url,
        "headers": {
            "Authorization": f"Bearer {settings.token.reveal()}",
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
        },
        "timeout": httpx.Timeout(settings.timeout, connect=settings.connect_timeout),
        "trust_env": False,
    }


def _proxy(settings: Settings) -> Proxy | None:
    if not _is_usable(settings.base_url):
        raise no_address()
    proxy = proxy_for(settings.base_url)
    if proxy and not _is_usable(proxy.address.reveal()):
        raise proxy.flawed()
    return proxy


def _is_usable(address: str) -> bool:
    """Whether httpx, and the system beneath it, can look for the host of an address."""
    try:
        url = httpx.URL(address)
        return bool(url.host) and bool(url.raw_host.decode().encode("idna"))
    except (httpx.InvalidURL, ValueError):
        return False


def _wire(settings: Settings, proxy: Proxy | None) -> dict[str, Any]:
    # Certificates take 30 ms to read. Where none is shown, none is read, and none believed.
    is_shown = settings.base_url.lower().startswith("https:") or (proxy and proxy.is_encrypted)
    plain = ssl.PROTOCOL_TLS_CLIENT
    context = trust(httpx.create_ssl_context) if is_shown else ssl.SSLContext(plain)
    return {"verify": context, "proxy": _as_httpx(proxy, context) if proxy else None}


def _as_httpx(proxy: Proxy, context: ssl.SSLContext) -> httpx.Proxy:
    made = httpx.Proxy(proxy.address.reveal())
    if proxy.is_encrypted:
        made.ssl_context = context  # As an argument, the oldest versions do not know it.
    return made


def _generated(settings: Settings) -> AuthenticatedClient:
    # It would show a token that it holds in its repr, so it holds none: httpx sends it.
    return AuthenticatedClient(settings.base_url, token="")


def _arguments(call: Call, settings: Settings) -> dict[str, Any]:
    return {
        "agent_id": call.agent_id,
        "body": call.body,
        "version": settings.api_version,
        "source": settings.source or UNSET,
    }


def _failure(error: Exception, settings: Settings, proxy: Proxy | None, seconds: float) -> Failure:
    kind, what, safe = _meaning(error, settings, proxy)
    detail = settings.token.masked(str(error).encode("utf-8", "replace")).decode()
    reason = f"{what}: {detail}" if detail else what
    return Failure(kind, reason, retry_safe=safe, path=_path(error), seconds=seconds)


def _path(error: Exception) -> str:
    try:
        return error.request.url.path if isinstance(error, httpx.RequestError) else ""
    except RuntimeError:  # It has no request, and says so in this way.
        return ""


def _meaning(
    error: Exception, settings: Settings, proxy: Proxy | None
) -> tuple[type[LeadwayError], str, bool]:
    through = f" through the proxy of {proxy.variable}" if proxy else ""
    where = f"No connection to {settings.base_url}{through}"
    match error:
        case httpx.ConnectTimeout():
            what = f"{where} within {settings.connect_timeout:g} s"
            return ConnectionFailedError, what, True
        case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol():
            return ConnectionFailedError, where, True
        case httpx.PoolTimeout():
            return TimedOutError, "No connection became free", True
        case httpx.TimeoutException() | TimeoutError():
            return TimedOutError, f"No answer within {settings.timeout:g} s", False
    return (*_meaning_otherwise(error), False)


def _meaning_otherwise(error: Exception) -> tuple[type[LeadwayError], str]:
    match error:
        case httpx.DecodingError():
            return MalformedAnswerError, "The answer's content encoding is broken"
        case httpx.HTTPError() | OSError():
            return ConnectionLostError, "The connection broke"
        case RuntimeError() if not isinstance(error, RecursionError):
            return ClosedError, "The client is closed"
    return InvalidRequestError, "The message cannot be written as JSON"
