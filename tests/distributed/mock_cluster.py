"""Several mocks on one Redis server, as on several machines, each with its own connection."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from leadway_mock.store.redis.scripts import COMMIT
from tests.contract.programs import Program, mock
from tests.contract.service import Service, opened
from tests.network import Proxy
from tests.redis_server import DURABLE, LONG_TIMEOUTS, RedisProgram, redis_program
from tests.tls import Authority, TlsProxy

SHORT_TIMEOUTS = "?socket_timeout=1&socket_connect_timeout=1"
"""URL options with a time-out of one second, so that a test can have many failures."""

TURN = re.compile(
    hashlib.sha1(COMMIT.encode(), usedforsecurity=False).hexdigest().encode() + rb".*turns/",
    re.DOTALL,
)
"""Pattern of the command that commits a turn."""


class Connection(Protocol):
    """Connection from a mock to the server, which can fail."""

    def silence(self) -> None:
        """Drop everything in both directions."""

    def heal(self) -> None:
        """Pass everything again."""


ConnectionType = TypeVar("ConnectionType", bound=Connection)


@dataclass(frozen=True, slots=True)
class MockCluster(Generic[ConnectionType]):
    """Running mocks, their common server, and the connection of each to it."""

    server: RedisProgram
    programs: Sequence[Program]
    connections: Sequence[ConnectionType]
    urls: Sequence[str]
    """URL of each mock for clients."""

    @contextmanager
    def services(self) -> Iterator[list[Service]]:
        """Open a service for each mock."""
        with ExitStack() as stack:
            yield [stack.enter_context(opened(url, trust_env=False)) for url in self.urls]

    def all_run(self) -> bool:
        """Return whether no mock has ended."""
        return all(program.process.poll() is None for program in self.programs)


@contextmanager
def start_mocks(
    number: int, *flags: str, options: str = LONG_TIMEOUTS, authority: Authority | None = None
) -> Iterator[MockCluster[Proxy]]:
    """Run mocks on a durable server, each through a proxy of its own.

    With an `authority`, the proxies speak TLS.
    """
    with redis_program(*DURABLE) as server, ExitStack() as stack:
        connections = [
            stack.enter_context(_open_proxy(server.port, authority)) for _ in range(number)
        ]
        if authority:
            options += f"&ssl_ca_certs={authority.file}"
        stores = [proxy.url + options for proxy in connections]
        programs = [stack.enter_context(mock("--store", each, *flags)) for each in stores]
        yield MockCluster(server, programs, connections, [program.url for program in programs])


def _open_proxy(port: int, authority: Authority | None) -> Proxy:
    return TlsProxy(port, authority.presenting()) if authority else Proxy(port)
