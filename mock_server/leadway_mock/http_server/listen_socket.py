"""From a host and a port to a listening socket, or to a sentence that says what to do instead."""

import errno
import ipaddress
import logging
import socket

log = logging.getLogger(__name__)

BACKLOG = 1024

_LARGEST_PORT = 65_535
_REASONS = {
    errno.EADDRINUSE: (
        "another program, perhaps another mock, already listens there. Stop it, "
        "or choose another port: --port 0 takes any free one"
    ),
    errno.EADDRNOTAVAIL: (
        "this machine has no such address. Use --host 127.0.0.1 for this machine alone, "
        "or --host 0.0.0.0 for every network it is on"
    ),
    errno.EACCES: (
        "ports below 1024 belong to the administrator. Choose a higher one, such as --port 4010, "
        "or let --port 0 take any free one"
    ),
}

EXPOSED = (
    "Listening on %s, so everybody on its networks can talk to the agents and use the control API, "
    "without a password: by address, or by a name given with --host or --allow-host; "
    "--host 127.0.0.1 keeps them out."
)
"""Said whenever others than this machine can call."""


class ServerError(Exception):
    """The server cannot listen where it was told to; the text says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on one address; port 0 takes any free port.

    A name that means several addresses, such as ``localhost``, is taken at its IPv4 one first. One
    that others can call is warned of.

    Raises:
        ServerError: the name does not resolve, the port is out of range, taken or forbidden.
    """
    where = f"{_bracketed(host)}:{port}"
    family, address = _resolve(host, port, where)
    try:
        listening = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror)
        raise ServerError(f"Cannot listen on {where}: {reason}.") from error
    if not _address_of(listening).is_loopback:
        log.warning(EXPOSED, host)
    return listening


def url_of(listening: socket.socket) -> str:
    """Return the base URL that reaches a listening socket from this machine, without a slash.

    A socket on every interface (``0.0.0.0`` or ``::``) is named by its loopback address.
    """
    host, port = listening.getsockname()[:2]
    if _address_of(listening).is_unspecified:
        host = "::1" if listening.family == socket.AF_INET6 else "127.0.0.1"
    return f"http://{_bracketed(host)}:{port}"


def _resolve(host: str, port: int, where: str) -> tuple[socket.AddressFamily, tuple[str, int]]:
    if not 0 <= port <= _LARGEST_PORT:
        raise ServerError(f"Cannot listen on {where}: a port is a number from 0 (any) to 65535.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ServerError(
            f"Cannot listen on {where}: the host is neither an IP address nor a name that "
            "this machine knows. Use --host 127.0.0.1."
        ) from error
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), port)


def _address_of(listening: socket.socket) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(listening.getsockname()[0].partition("%")[0])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
