"""Certificates of an authority that nobody knows, made for a test and gone with it.

The Redis server that comes in a wheel is built without TLS: `Proxy(port, tls=…)` speaks it in front
of one, as stunnel and clouds do.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import trustme

from tests.network import Losses, Lost, Proxy

HERE = ("localhost", "127.0.0.1")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority, with a folder for what it gives away."""

    own: trustme.CA
    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Authority:
        """Make one."""
        return cls(trustme.CA(), folder)

    @property
    def file(self) -> Path:
        """Path of the certificate that clients trust."""
        file = self.folder / "authority.pem"
        self.own.cert_pem.write_to_path(file)
        return file

    def presenting(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """Return the side of a server that presents a certificate for these names, or for here."""
        ends = LONG_AGO if expired else None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.own.issue_cert(*names or HERE, not_after=ends).configure_cert(context)
        return context

    def asking(self) -> ssl.SSLContext:
        """Return the side of a server that wants to see a certificate, too."""
        context = self.presenting()
        context.verify_mode = ssl.CERT_REQUIRED
        self.own.configure_trust(context)
        return context

    def for_client(self) -> tuple[Path, Path]:
        """Return the files of a certificate for a client, and of its key."""
        made = self.own.issue_cert("mock@leadway.example")
        certificate, key = self.folder / "client.pem", self.folder / "client.key"
        made.cert_chain_pems[0].write_to_path(certificate)
        made.private_key_pem.write_to_path(key)
        return certificate, key


class TlsProxy(Proxy):
    """Proxy for a TLS connection, which it can cut, silence and restore but not decrypt.

    Commands are dropped by an inner proxy behind the end of TLS, where they can be read.
    """

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self._inner = Proxy(port, tls=tls)
        super().__init__(self._inner.port)

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._inner.__exit__()

    @property
    def url(self) -> str:
        """The URL of the first database of the server behind both proxies."""
        return super().url.replace("redis:", "rediss:")

    def lose(self, what: Lost, fits: re.Pattern[bytes], *, every: int) -> Losses:
        """Lose some of the commands that fit a pattern, until the line is healed."""
        return self._inner.lose(what, fits, every=every)

    def heal(self) -> None:
        """Be a good line again; what was held back goes on its way."""
        self._inner.heal()
        super().heal()
