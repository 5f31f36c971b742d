"""Parser of `host[:port]`, as in a Host header or a setting."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

_AUTHORITY = re.compile(
    r"(?: \[ (?P<six>[0-9a-f:.]+) \] | (?P<name>[\w-]+ (?:\.[\w-]+)*) \.? )"
    r"(?: : (?P<port>\d{0,5}) )?",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_LOOKS_NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)", re.ASCII)
_LARGEST_PORT = 65_535

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Authority(NamedTuple):
    """An address, or a name in lower case without trailing dot, and the port if there is one."""

    host: str | Address
    port: int | None


def parse_authority(text: str) -> Authority | None:
    """Parse `host[:port]`; None for any other text."""
    match = _AUTHORITY.fullmatch(text)
    host = _host(match["six"], match["name"]) if match else None
    port = int(match["port"]) if match and match["port"] else None
    return None if host is None or (port or 0) > _LARGEST_PORT else Authority(host, port)


def _host(six: str | None, name: str | None) -> str | Address | None:
    try:
        if six is not None:
            address = ipaddress.IPv6Address(six)
            return None if address.ipv4_mapped else address
        plain = (name or "").lower()
        return ipaddress.IPv4Address(plain) if _LOOKS_NUMERIC.fullmatch(plain) else plain
    except ValueError:
        # Browsers rewrite decimal, octal and hexadecimal addresses, so only attacks send them.
        return None


@lru_cache(maxsize=64)
def parse_host(name: str) -> str | Address | None:
    """Parse a host of the settings, where an IPv6 address may lack its brackets.

    None if no `Host` header can have it, such as a URL or a wildcard.
    """
    entry = parse_authority(name) or parse_authority(f"[{name}]")
    return entry.host if entry else None


def is_local(host: str | Address | None) -> bool:
    """Return whether a parsed host always means this machine: loopback, or a name of RFC 6761."""
    if isinstance(host, str):
        return host == "localhost" or host.endswith(".localhost")
    return host is not None and host.is_loopback
