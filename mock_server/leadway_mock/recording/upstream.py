"""HTTP client for one origin, whose address is resolved once and then pinned.

It follows no redirects, uses no proxy, and limits size and time of each response. An address in a
private network is rejected, which prevents the recording of an internal service.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from socket import SOCK_STREAM, getaddrinfo
from typing import Final, Self
from urllib.parse import urlsplit

import httpx

from leadway_mock.recording.exchanges import (
    Exchange,
    Headers,
    ReceivedResponse,
    SentRequest,
    UpstreamFailure,
)
from leadway_mock.util.authority import Address

MAX_RESPONSE_BYTES: Final = 8 * 1_048_576
TIMEOUT_SECONDS: Final = 120.0
"""Limit of a whole exchange; agents take seconds."""

CONNECT_TIMEOUT_SECONDS: Final = 10.0

HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"}
    | {"te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers of one connection, which a proxy does not pass on (RFC 9110, section 7.6.1)."""

_REPLACED: Final = frozenset({"accept-encoding", "content-length", "expect", "host"})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_HOST = re.compile(r"[\w.-]{1,253}|[0-9a-f:.]{2,45}", re.ASCII | re.IGNORECASE)


class UpstreamError(Exception):
    """A URL must not be called; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> Origin:
        """Return the origin of a URL without path; raises `UpstreamError`."""
        hint = "write scheme and host only, as in https://services.leadconnectorhq.com"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise UpstreamError(f"the upstream is no URL; {hint}.") from None
        if parts.username or parts.password:
            raise UpstreamError("the upstream must not contain a user name or a password.")
        scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
        is_bare = parts.path in {"", "/"} and not parts.query and not parts.fragment
        if scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or not is_bare or port == 0:
            raise UpstreamError(f"the upstream must be an origin, not {url[:100]!r}; {hint}.")
        return cls(scheme, host, port or _DEFAULT_PORTS[scheme])

    @property
    def authority(self) -> str:
        """Host and port as in a `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


class Upstream:
    """Client for one origin. Use it as a context manager. Safe to share by threads.

    Args:
        url: scheme and host, such as `https://services.leadconnectorhq.com`.
        allow_private: allow addresses of this machine and of private networks.
        allow_http: allow http, without encryption, for addresses of this machine only.
        max_response_bytes: limit of a response's body.
        timeout_seconds: limit of a whole exchange.

    Raises:
        UpstreamError: the URL is none, its host has no address, or one that is not allowed.
    """

    def __init__(
        self,
        url: str,
        *,
        allow_private: bool = False,
        allow_http: bool = False,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.origin = Origin.parse(url)
        if self.origin.scheme == "http" and not allow_http:
            raise UpstreamError(
                f"{self.origin} is not encrypted, so the token could be read on the way. Use "
                "https; for a mock on this machine, --allow-http permits it."
            )
        self.address = _pin(self.origin, allow_private=allow_private)
        """The address of every connection."""

        if self.origin.scheme == "http" and not self.address.is_loopback:
            raise UpstreamError(f"{self.origin} is not on this machine, so only https is allowed.")
        self._max_bytes = max_response_bytes
        self._timeout = timeout_seconds
        self._client = httpx.Client(
            verify=httpx.create_ssl_context() if self.origin.scheme == "https" else False,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS),
        )

    def send(self, request: SentRequest) -> Exchange:
        """Send a request once; return the exchange, which has a failure where no response came.

        The headers of the connection are replaced, and an uncompressed response is requested.
        """
        started_at = time.monotonic()
        try:
            response: ReceivedResponse | None = self._send(request, started_at + self._timeout)
            failure = None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            response, failure = None, _failure(error)
        except _TooLargeError:
            response, failure = None, UpstreamFailure.TOO_LARGE
        return Exchange(request, response, time.monotonic() - started_at, failure)

    def _send(self, request: SentRequest, ends_at: float) -> ReceivedResponse:
        target = request.path + (f"?{request.query}" if request.query else "")
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)  # noqa: PLR2004 - IPv6
        built = httpx.Request(
            request.method,
            httpx.URL(
                scheme=self.origin.scheme,
                host=host,
                port=self.origin.port,
                raw_path=target.encode("ascii"),
            ),
            content=request.body,
            headers=list(_upstream_headers(request.headers, self.origin.authority)),
            # The certificate must be for the name, though the connection is to the address.
            extensions={
                "sni_hostname": self.origin.host,
                "timeout": self._client.timeout.as_dict(),
            },
        )
        response = self._client.send(built, stream=True)
        try:
            parts, size = [], 0
            for part in response.iter_raw():
                size += len(part)
                if size > self._max_bytes:
                    raise _TooLargeError
                if time.monotonic() > ends_at:
                    raise httpx.ReadTimeout("the response takes too long")
                parts.append(part)
        finally:
            response.close()
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in response.headers.raw
        ]
        return ReceivedResponse(response.status_code, end_to_end(headers), b"".join(parts))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


class _TooLargeError(Exception):
    """The body of a response is larger than the limit."""


def end_to_end(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return headers without those of one connection, and those that `Connection` names."""
    pairs = list(headers)
    named = ",".join(value for name, value in pairs if name.lower() == "connection")
    dropped = HOP_BY_HOP | {each.strip().lower() for each in named.split(",")}
    return tuple((name, value) for name, value in pairs if name.lower() not in dropped)


def _upstream_headers(headers: Headers, authority: str) -> Iterator[tuple[str, str]]:
    yield "Host", authority
    yield "Accept-Encoding", "identity"
    for name, value in end_to_end(headers):
        if name.lower() not in _REPLACED:
            yield name, value


def _failure(error: Exception) -> UpstreamFailure:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return UpstreamFailure.TLS
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpx.TimeoutException():
            return UpstreamFailure.TIMEOUT
        case httpx.ConnectError():
            return UpstreamFailure.CONNECT
        case httpx.NetworkError() | OSError():
            return UpstreamFailure.DISCONNECT
        case httpx.RemoteProtocolError() if "disconnected" in str(error) or "closed" in str(error):
            return UpstreamFailure.DISCONNECT
        case _:
            return UpstreamFailure.INVALID


def _pin(origin: Origin, *, allow_private: bool) -> Address:
    """Return the first address of a host; raises `UpstreamError` if any of them is not allowed."""
    try:
        found = getaddrinfo(origin.host, origin.port, type=SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UpstreamError(f"the host {origin.host} has no address; check its name.") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if not allow_private and not _is_public(address):
            raise UpstreamError(
                f"{origin.host} has the address {address}, which is not public. If that is "
                "what you want to record, add --allow-private."
            )
    return addresses[0]


def _is_public(address: Address) -> bool:
    """Return whether an address, or the IPv4 address inside of it, is of the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast
