"""Client of the control API of a running mock, for commands; imports little, to start fast."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from leadway_command import CommandParser, print_error
from leadway_mock.cli.terminal import FAILED, OK, USAGE_ERROR, print_json
from leadway_mock.util.authority import is_local, parse_host

if TYPE_CHECKING:
    import ssl

DEFAULT_PORT: Final = "4010"
TIMEOUT_SECONDS: Final = 40.0
"""Longer than the longest wait of the control API."""

MAX_RESPONSE_BYTES: Final = 256 * 1_048_576
MAX_QUOTE_CHARS: Final = 80
PAGE: Final = 1_000
"""Items of a list in one response, the limit of the control API."""

TOKEN: Final = "pit-12345678-1234-4234-8234-123456789abc"  # noqa: S105 - made up
LOCATION: Final = "C2QujeCh8ZnC7al2InWR"
API_VERSION: Final = "2021-07-28"
REAL_SERVICE: Final = "leadconnectorhq.com"
INVALID_INPUT: Final = frozenset({400, 413, 422})
"""Statuses that mean wrong arguments."""


class CommandError(Exception):
    """A command failed; the text says why and what to do.

    Attributes:
        exit_code: 1 where the mock does not do it, 2 for wrong arguments.
        status: the HTTP status of the error response, or 0 where there is none.
        retry_after: seconds after which the mock may do it, if it says so.
    """

    def __init__(
        self, message: str, *, exit_code: int = FAILED, status: int = 0, retry_after: float = 0.0
    ) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.status = status
        self.retry_after = retry_after


usage_error = partial(CommandError, exit_code=USAGE_ERROR)


class NoResponse(CommandError):  # noqa: N818 - what it is
    """Nothing responds at the URL, or no mock does."""


class ControlClient:
    """Calls operations of the control API. Raises `CommandError`.

    `url` is where the mock is, `token` the one whose namespace is meant, or an empty text.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self.token = token
        self._parts = urlsplit(url)
        self._tls: ssl.SSLContext | None = None

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - any JSON value
        """Return the response to a GET; `query` has no values that are None."""
        words = {name: value for name, value in query.items() if value is not None}
        return self.call("GET", f"{path}?{urlencode(words)}" if words else path)

    def pages(self, path: str, **query: object) -> Iterator[Any]:
        """Yield each page of a list, of `PAGE` items."""
        after: int | None = 0
        while after is not None:
            page = self.get(path, **query, limit=PAGE, after=after)
            yield page
            after = page["next"]

    def post(self, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON value
        """Return the response to a POST."""
        return self.call("POST", path, body)

    def execute(self, agent_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a message to an agent; return status, rule, hint and body of the response."""
        path = f"/agent-studio/agent/{quote(agent_id, safe='')}/execute"
        content = {"locationId": os.environ.get("LEADWAY_LOCATION_ID") or LOCATION, **body}
        headers = {"Version": API_VERSION, "Authorization": f"Bearer {self.token or TOKEN}"}
        status, fields, text = self._exchange("POST", path, content, TIMEOUT_SECONDS, headers)
        try:
            value = json.loads(text)
        except ValueError:  # The page of a proxy, as a fault.
            value = text.decode("utf-8", "replace")
        found = {"status": status, "rule": fields.get("x-mock-rule", "")}
        hint = fields.get("x-mock-hint")
        return found | ({"hint": hint} if hint else {}) | {"body": value}

    def call(
        self, method: str, path: str, body: object = None, *, timeout: float = TIMEOUT_SECONDS
    ) -> Any:  # noqa: ANN401 - any JSON value
        """Return the JSON of the response to one request below `/__mock`."""
        status, headers, content = self._exchange(method, f"/__mock{path}", body, timeout, {})
        try:
            value = json.loads(content)
        except ValueError:
            raise self._no_mock() from None
        if status < 400:  # noqa: PLR2004 - where errors begin
            return value
        message = _message(value)
        if not message:
            raise self._no_mock()
        code = USAGE_ERROR if status in INVALID_INPUT else FAILED
        after = headers.get("retry-after", "")
        seconds = float(after) if after.isdecimal() else 0.0
        raise CommandError(message, exit_code=code, status=status, retry_after=seconds)

    def _exchange(
        self, method: str, path: str, body: object, timeout: float, more: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        headers |= more
        data = None if body is None else json.dumps(body).encode()
        connection = self._connect(timeout)
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            content = response.read(MAX_RESPONSE_BYTES)
        except (OSError, HTTPException) as error:
            raise self._no_mock(error) from error
        finally:
            connection.close()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, content

    def _connect(self, timeout: float) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return HTTPConnection(host, port, timeout=timeout)
        if self._tls is None:
            from leadway_mock.util.certificates import (  # noqa: PLC0415 - for a fast start
                client_context,
            )

            self._tls = client_context()
        return HTTPSConnection(host, port, timeout=timeout, context=self._tls)

    def _no_mock(self, error: Exception | None = None) -> NoResponse:
        what = "another program responds" if error is None else "no mock responds"
        why = f" ({error})" if isinstance(error, TimeoutError) or "SSL" in repr(error) else ""
        hint = "Start one with `leadway mock`, or name another with --url or LEADWAY_MOCK_URL."
        return NoResponse(f"{what} at {self.url}{why}. {hint}")


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add the options that locate the mock and select a namespace."""
    parser.add_argument(
        "--url",
        metavar="URL",
        help="base URL of the mock; by default LEADWAY_MOCK_URL, LEADWAY_BASE_URL, or"
        " http://127.0.0.1:4010",
    )
    parser.add_argument(
        "--token",
        metavar="TOKEN",
        help="whose namespace is used, if that token has one; by default LEADWAY_TOKEN, which is"
        " sent to loopback only",
    )


def find_target(options: argparse.Namespace, environment: Mapping[str, str]) -> ControlClient:
    """Return a client of the mock; raises `CommandError` for an unusable URL or token."""
    port = environment.get("LEADWAY_MOCK_PORT") or DEFAULT_PORT
    variables = environment.get("LEADWAY_MOCK_URL") or environment.get("LEADWAY_BASE_URL")
    parts = _check_url(options.url or variables or f"http://127.0.0.1:{port}")
    is_here = is_local(parse_host(parts.hostname or ""))
    token = options.token or (environment.get("LEADWAY_TOKEN", "") if is_here else "")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise usage_error("--token must be printable ASCII.")
    return ControlClient(f"{parts.scheme}://{parts.netloc}", token)


def run(
    arguments: Sequence[str],
    parser: CommandParser,
    command: Callable[[ControlClient, argparse.Namespace], Any],
) -> int:
    """Run a command on the mock and print the JSON that it returns; return the exit code."""
    add_target(parser)
    options = parser.parse_args(arguments)
    try:
        result = command(find_target(options, os.environ), options)
    except CommandError as error:
        print_error(f"{parser.prog}: {error}")
        return error.exit_code
    if result is not None:
        print_json(result)
    return OK


def _message(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the message of an error of the control API, with the name of what is wrong."""
    if not isinstance(value, dict) or not isinstance(value.get("message"), str):
        return ""
    message: str = value["message"]
    pointers = [each.get("pointer", "") for each in value.get("problems", [])[:1]]
    names = [pointer.rpartition("/")[2] for pointer in pointers]
    return f"{names[0]}: {message}" if names and names[0] not in message else message


def _check_url(url: str) -> SplitResult:
    shown = repr(url[:MAX_QUOTE_CHARS])
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise usage_error(f"{shown} is no URL: {error}.") from error
    if parts.scheme not in {"http", "https"} or not host or parts.path.strip("/"):
        raise usage_error(f"{shown} must be the base URL of a mock, such as http://127.0.0.1:4010.")
    if host == REAL_SERVICE or host.endswith(f".{REAL_SERVICE}"):
        hint = "Name the URL of a mock."
        raise usage_error(f"{host} is the real service, which has no control API. {hint}")
    return parts
