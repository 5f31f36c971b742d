"""URLs of stores: which there are, and how to show one without its secrets."""

from __future__ import annotations

REDIS_SCHEMES = ("redis", "rediss", "unix")

KNOWN = (
    "memory: (gone at exit), sqlite:///FILE (kept; sqlite:////tmp/mock.db for /tmp/mock.db) or"
    " redis://HOST:PORT/DB (shared; rediss:// over TLS, unix:///SOCKET?db=DB on this machine)"
)


def shown_url(url: str) -> str:
    """Return the URL of a store as it may be shown: without user, password and options."""
    if url.startswith(("memory:", "sqlite:")):
        return url
    scheme, mark, rest = url.partition("://")
    address, _, options = rest.partition("?")
    # An @ behind a question mark: the options may have one, or a password that has a ? in it.
    place = "..." if "@" in options else address.rpartition("@")[2]
    return f"{scheme}{mark}{place}"
