"""Machines with networks of their own, joined by cables that can be pulled: network namespaces.

Nothing outside them is touched. It takes Linux, root and `ip` from iproute2; where these are
missing, `NoHostsError` says which.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tests.redis_server import DURABLE, redis_program
from tests.contract.programs import Program, mock
from tests.network import Proxy
from tests.distributed.mock_cluster import SHORT, Machines

CLONE_NEWNET = 0x40000000
REACHABLE = ("--bind", "0.0.0.0", "--protected-mode", "no")  # noqa: S104 - in a network of its own
PLACES = Path("/run/netns")


class NoHostsError(Exception):
    """This machine cannot give networks of their own; the text says why."""


@dataclass(frozen=True, slots=True)
class Host:
    """A network of its own, in which programs run as on another machine."""

    name: str

    @property
    def within(self) -> Sequence[str]:
        """The command that runs a program there."""
        return ("ip", "netns", "exec", self.name)

    def connect(self, port: int) -> socket.socket:
        """Connect to a program there, as one that runs there."""
        with Path("/proc/thread-self/ns/net").open() as home, (PLACES / self.name).open() as there:
            _enter(there)
            try:
                made = socket.socket()  # It belongs to the network in which it was made.
            finally:
                _enter(home)
        made.connect(("127.0.0.1", port))
        return made


@dataclass(frozen=True, slots=True)
class Cable:
    """What joins a host to the server's."""

    server: Host
    number: int

    @property
    def address(self) -> str:
        """The server's address at this cable."""
        return f"10.77.{self.number}.1"

    @property
    def far(self) -> str:
        """The address at the other end."""
        return f"10.77.{self.number}.2"

    def plug(self, host: Host) -> None:
        """Join `host` by it."""
        name, at = self._name, self.server.name
        _ip("-n", at, "link", "add", name, "type", "veth", "peer", "link0", "netns", host.name)
        for where, link, address in ((at, name, self.address), (host.name, "link0", self.far)):
            _ip("-n", where, "address", "add", f"{address}/30", "dev", link)
            _ip("-n", where, "link", "set", link, "up")

    def silence(self) -> None:
        """Pull it: nothing passes, either way, and nobody is told."""
        _ip("-n", self.server.name, "link", "set", self._name, "down")

    def deafen(self) -> None:
        """Let what is asked pass, and no answer."""
        _ip("-n", self.server.name, "route", "add", "blackhole", self.far)

    def hear(self) -> None:
        """Let answers pass again."""
        _ip("-n", self.server.name, "route", "delete", "blackhole", self.far)

    def heal(self) -> None:
        """Plug it in again."""
        _ip("-n", self.server.name, "link", "set", self._name, "up")

    @property
    def _name(self) -> str:
        return f"cable{self.number}"


@contextmanager
def hosts(number: int) -> Iterator[list[Host]]:
    """Make hosts that nothing joins yet; raises `NoHostsError`."""
    if not shutil.which("ip"):
        raise NoHostsError("`ip` of iproute2 is not installed")
    with ExitStack() as stack:
        made = [Host(f"leadway-{os.getpid()}-{each}") for each in range(number)]
        for host in made:
            _ip("netns", "add", host.name)
            stack.callback(_ip, "netns", "delete", host.name)
            _ip("-n", host.name, "link", "set", "lo", "up")
        yield made


@contextmanager
def machines_on_hosts(number: int) -> Iterator[Machines[Cable]]:
    """Run a server and mocks, each on a host of its own; raises `NoHostsError`."""
    with hosts(number + 1) as (last, *others), ExitStack() as stack:
        cables = [Cable(last, each) for each in range(number)]
        for cable, host in zip(cables, others, strict=True):
            cable.plug(host)
        server = stack.enter_context(redis_program(*DURABLE, *REACHABLE, within=last.within))
        programs = []
        for cable, host in zip(cables, others, strict=True):
            store = f"redis://{cable.address}:{server.port}/0{SHORT}"
            programs.append(stack.enter_context(mock("--store", store, within=host.within)))
        pairs = zip(others, programs, strict=True)
        doors = [stack.enter_context(_door(host, program)) for host, program in pairs]
        urls = [f"http://127.0.0.1:{door.port}" for door in doors]
        yield Machines(server, programs, cables, urls)


def _door(host: Host, program: Program) -> Proxy:
    """Return a way from this machine to a mock on a host."""
    port = urlsplit(program.url).port
    assert port
    return Proxy(connect=partial(host.connect, port))


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)  # noqa: S607 - wherever it is
    if done.returncode:
        raise NoHostsError(f"`ip {' '.join(words)}`: {done.stderr.strip()}")


def _enter(network: IO[str]) -> None:
    """Let this thread make its sockets in another network."""
    if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
