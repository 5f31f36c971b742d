"""`NO_PROXY`: the environment in which clients reach the mock directly, without a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

LOOPBACK_HOSTS: Final = ("127.0.0.1", "localhost")
EVERY_HOST: Final = "*"


def no_proxy_variables(
    url: str, environment: Mapping[str, str], *, proxied: str = ""
) -> dict[str, str]:
    """Return `NO_PROXY` and `no_proxy` with the host of `url` added to what `environment` has.

    Clients differ in which of the two they read, and in which one wins, so each gets the value of
    the other if it is absent. The hosts of loopback are added in any case. What excludes the host
    `proxied` is left out.
    """
    upper, lower = environment.get("NO_PROXY", ""), environment.get("no_proxy", "")
    hosts = dict.fromkeys([urlsplit(url).hostname or "", *LOOPBACK_HOSTS])
    return {
        "NO_PROXY": _add(_without(upper or lower, proxied), hosts),
        "no_proxy": _add(_without(lower or upper, proxied), hosts),
    }


def _add(value: str, hosts: Mapping[str, None]) -> str:
    if value.strip() == EVERY_HOST:  # Python reads this only if it is the whole value.
        return value
    present = [each.strip() for each in value.split(",") if each.strip()]
    return ",".join([*present, *(each for each in hosts if each and each not in present)])


def _without(value: str, host: str) -> str:
    """Return `value` without the entries that exclude `host`, such as its domain."""
    entries = [each.strip() for each in value.split(",")]
    kept = [each for each in entries if each != EVERY_HOST and not _excludes(each, host)]
    return ",".join(kept) if host else value


def _excludes(entry: str, host: str) -> bool:
    domain = entry.partition(":")[0].lstrip("*.").lower()
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))
