"""Several mocks on one Redis server, as on several machines, each with its own line to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tests.redis_server import DURABLE, LONG_TIMEOUTS, RedisProgram, redis_program
from leadway_mock.store.redis_scripts import APPEND
from tests.contract.programs import Program, mock
from tests.contract.service import Service, opened
from tests.network import Proxy
from tests.tls import Authority, SealedLine

SHORT = "?socket_timeout=1&socket_connect_timeout=1"
"""The seconds for which a mock here waits for the server, so that many cuts fit into a test."""

TURN = re.compile(APPEND.digest.encode() + rb".*turns/", re.DOTALL)
"""The command that commits a turn."""


class Line(Protocol):
    """What leads from a mock to the server, and can fail."""

    def silence(self) -> None:
        """Carry nothing either way, without a word."""

    def heal(self) -> None:
        """Carry everything again."""


LineType = TypeVar("LineType", bound=Line)


@dataclass(frozen=True, slots=True)
class Machines(Generic[LineType]):
    """Mocks that run, the server that all share, and the line of each to it."""

    server: RedisProgram
    programs: Sequence[Program]
    lines: Sequence[LineType]
    urls: Sequence[str]
    """Where each mock answers, as clients see it."""

    @contextmanager
    def services(self) -> Iterator[list[Service]]:
        """Open clients of each mock."""
        with ExitStack() as stack:
            yield [stack.enter_context(opened(url, trust_env=False)) for url in self.urls]

    def all_run(self) -> bool:
        """Tell whether no mock has ended."""
        return all(program.process.poll() is None for program in self.programs)


@contextmanager
def machines(
    number: int, *flags: str, options: str = LONG_TIMEOUTS, authority: Authority | None = None
) -> Iterator[Machines[Proxy]]:
    """Run mocks on a server that keeps what it has said, each over a proxy of its own.

    With an `authority`, that is by TLS.
    """
    with redis_program(*DURABLE) as server, ExitStack() as stack:
        lines = [stack.enter_context(_line(server.port, authority)) for _ in range(number)]
        if authority:
            options += f"&ssl_ca_certs={authority.file}"
        stores = [line.url + options for line in lines]
        programs = [stack.enter_context(mock("--store", each, *flags)) for each in stores]
        yield Machines(server, programs, lines, [program.url for program in programs])


def _line(port: int, authority: Authority | None) -> Proxy:
    return SealedLine(port, authority.presenting()) if authority else Proxy(port)
