"""The wire: the one module that knows httpx.

The generated endpoints build the request and send it. A hook takes each answer before they look at
it, since they crash on what they do not expect; what it means is for others to say.
"""

from __future__ import annotations

import platform
import ssl
import time
from collections.abc import Callable
from typing import Any, Final, NoReturn

import anyio
import httpx

from leadway.calls import Call
from leadway.destinations import is_loopback
from leadway.errors import (
    ClosedError,
    ConnectionFailedError,
    ConnectionLostError,
    InvalidRequestError,
    LeadwayError,
    MalformedAnswerError,
    TimedOutError,
)
from leadway.outcomes import Answer, Failure, Outcome
from leadway.settings import Settings
from leadway.version import __version__
from leadway_client import AuthenticatedClient
from leadway_client.api.agents import execute_agent, execute_agent_deprecated
from leadway_client.types import UNSET

USER_AGENT: Final = (
    f"leadway-python/{__version__} httpx/{httpx.__version__} python/{platform.python_version()}"
)
_STARTED: Final = "leadway_started"
_NOT_KEPT: Final = frozenset({"set-cookie", "set-cookie2"})

# What may go wrong outside httpx: a body that is no JSON, a client that is closed, the network.
_ESCAPING: Final = (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, TypeError, ValueError)


_Hooks = dict[str, list[Callable[..., Any]]]


class _Taken(Exception):  # noqa: N818 - not an error: the answer, taken before anybody parses it
    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class Transport:
    """Sends calls and returns what came of them; raises nothing on purpose."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        hooks: _Hooks = {"request": [_start], "response": [self._take]}
        self._http = httpx.Client(event_hooks=hooks, **_options(settings))
        self._client = _generated(settings).set_httpx_client(self._http)

    def send(self, call: Call) -> Outcome:
        """Send one call, once."""
        operation = execute_agent_deprecated if call.deprecated else execute_agent
        started = time.monotonic()
        try:
            operation.sync_detailed(client=self._client, **_arguments(call, self._settings))
        except _Taken as taken:
            return taken.outcome
        except _ESCAPING as error:
            return _failure(error, self._settings, time.monotonic() - started)
        raise AssertionError("the hook takes every answer")  # pragma: no cover

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _take(self, response: httpx.Response) -> NoReturn:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            _check_progress(response, len(body), self._settings)
        raise _Taken(_answer(response, body, self._settings))


class AsyncTransport:
    """Sends calls and returns what came of them; raises nothing on purpose."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        hooks: _Hooks = {"request": [_start_async], "response": [self._take]}
        self._http = httpx.AsyncClient(event_hooks=hooks, **_options(settings))
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
        except _Taken as taken:
            return taken.outcome
        except _ESCAPING as error:
            return _failure(error, self._settings, time.monotonic() - started)
        raise AssertionError("the hook takes every answer")  # pragma: no cover

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _take(self, response: httpx.Response) -> NoReturn:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            _check_progress(response, len(body), self._settings)
        raise _Taken(_answer(response, body, self._settings))


def _options(settings: Settings) -> dict[str, Any]:
    plain = settings.base_url.startswith("http://")
    return {
        "base_url": settings.base_url,
        "headers": {
            "Authorization": f"Bearer {settings.token.reveal()}",
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
        },
        "timeout": httpx.Timeout(settings.timeout, connect=settings.connect_timeout),
        # Certificates take 30 ms to read. Where none is shown, none is read, and none believed.
        "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else True,
        # A proxy of the environment is for the world outside, not for a mock on this machine.
        "trust_env": not is_loopback(settings.base_url),
        "follow_redirects": False,
    }


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


def _start(request: httpx.Request) -> None:
    request.extensions = {**request.extensions, _STARTED: time.monotonic()}


async def _start_async(request: httpx.Request) -> None:
    _start(request)


def _seconds(response: httpx.Response) -> float:
    return time.monotonic() - float(response.request.extensions[_STARTED])


def _check_progress(response: httpx.Response, length: int, settings: Settings) -> None:
    """Give up an answer that is too long, or that drips for too long."""
    path, seconds = response.request.url.path, _seconds(response)
    if length > settings.max_answer_bytes:
        reason = f"The answer is longer than {settings.max_answer_bytes} bytes"
        raise _Taken(Failure(MalformedAnswerError, reason, path=path, seconds=seconds))
    if seconds > settings.timeout:
        reason = f"The answer was not complete after {settings.timeout:g} s"
        raise _Taken(Failure(TimedOutError, reason, path=path, seconds=seconds))


def _answer(response: httpx.Response, body: bytearray, settings: Settings) -> Answer:
    masked = settings.token.masked
    return Answer(
        response.status_code,
        masked(bytes(body)),
        {
            name: masked(value.encode()).decode()
            for name, value in response.headers.items()
            if name not in _NOT_KEPT
        },
        path=response.request.url.path,
        seconds=_seconds(response),
    )


def _failure(error: Exception, settings: Settings, seconds: float) -> Failure:
    kind, what, safe = _meaning(error, settings)
    detail = settings.token.masked(str(error).encode("utf-8", "replace")).decode()
    reason = f"{what}: {detail}" if detail else what
    return Failure(kind, reason, retry_safe=safe, path=_path(error), seconds=seconds)


def _path(error: Exception) -> str:
    try:
        return error.request.url.path if isinstance(error, httpx.RequestError) else ""
    except RuntimeError:  # It has no request, and says so in this way.
        return ""


def _meaning(error: Exception, settings: Settings) -> tuple[type[LeadwayError], str, bool]:
    match error:
        case httpx.ConnectTimeout():
            what = f"No connection to {settings.base_url} within {settings.connect_timeout:g} s"
            return ConnectionFailedError, what, True
        case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol():
            return ConnectionFailedError, f"No connection to {settings.base_url}", True
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
