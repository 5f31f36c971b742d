"""Hosts in network namespaces, connected by links that can be taken down.

Requires Linux, root and `ip` of iproute2; `NoNetworkNamespacesError` says what is missing.
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

from tests.contract.programs import Program, mock
from tests.distributed.mock_cluster import SHORT_TIMEOUTS, MockCluster
from tests.network import Proxy
from tests.redis_server import DURABLE, redis_program

CLONE_NEWNET = 0x40000000
REACHABLE = ("--bind", "0.0.0.0", "--protected-mode", "no")  # noqa: S104 - in its own network namespace
NAMESPACES = Path("/run/netns")


class NoNetworkNamespacesError(Exception):
    """This machine cannot create network namespaces; the text says why."""


@dataclass(frozen=True, slots=True)
class Host:
    """A network namespace, in which programs run as on another machine."""

    name: str

    @property
    def within(self) -> Sequence[str]:
        """Command that runs a program in the namespace."""
        return ("ip", "netns", "exec", self.name)

    def connect(self, port: int) -> socket.socket:
        """Connect to a program in the namespace from inside it."""
        with (
            Path("/proc/thread-self/ns/net").open() as home,
            (NAMESPACES / self.name).open() as there,
        ):
            _enter(there)
            try:
                made = socket.socket()  # A socket belongs to the namespace in which it was created.
            finally:
                _enter(home)
        made.connect(("127.0.0.1", port))
        return made


@dataclass(frozen=True, slots=True)
class NetworkLink:
    """A link between a host and the host of the server."""

    server: Host
    number: int

    @property
    def address(self) -> str:
        """Address of the server on this link."""
        return f"10.77.{self.number}.1"

    @property
    def far(self) -> str:
        """Address at the other end."""
        return f"10.77.{self.number}.2"

    def connect(self, host: Host) -> None:
        """Connect `host`."""
        name, at = self._name, self.server.name
        _ip("-n", at, "link", "add", name, "type", "veth", "peer", "link0", "netns", host.name)
        for where, link, address in ((at, name, self.address), (host.name, "link0", self.far)):
            _ip("-n", where, "address", "add", f"{address}/30", "dev", link)
            _ip("-n", where, "link", "set", link, "up")

    def silence(self) -> None:
        """Take the link down: packets are dropped in both directions."""
        _ip("-n", self.server.name, "link", "set", self._name, "down")

    def drop_responses(self) -> None:
        """Pass requests, and drop responses."""
        _ip("-n", self.server.name, "route", "add", "blackhole", self.far)

    def pass_responses(self) -> None:
        """Pass responses again."""
        _ip("-n", self.server.name, "route", "delete", "blackhole", self.far)

    def heal(self) -> None:
        """Take the link up again."""
        _ip("-n", self.server.name, "link", "set", self._name, "up")

    @property
    def _name(self) -> str:
        return f"veth{self.number}"


@contextmanager
def hosts(number: int) -> Iterator[list[Host]]:
    """Create hosts without links; raises `NoNetworkNamespacesError`."""
    if not shutil.which("ip"):
        raise NoNetworkNamespacesError("`ip` of iproute2 is not installed")
    with ExitStack() as stack:
        made = [Host(f"leadway-{os.getpid()}-{each}") for each in range(number)]
        for host in made:
            _ip("netns", "add", host.name)
            stack.callback(_ip, "netns", "delete", host.name)
            _ip("-n", host.name, "link", "set", "lo", "up")
        yield made


@contextmanager
def start_mocks_on_hosts(number: int) -> Iterator[MockCluster[NetworkLink]]:
    """Run a Redis server and mocks, each on its own host; raises `NoNetworkNamespacesError`."""
    with hosts(number + 1) as (last, *others), ExitStack() as stack:
        links = [NetworkLink(last, each) for each in range(number)]
        for link, host in zip(links, others, strict=True):
            link.connect(host)
        server = stack.enter_context(redis_program(*DURABLE, *REACHABLE, within=last.within))
        programs = []
        for link, host in zip(links, others, strict=True):
            store = f"redis://{link.address}:{server.port}/0{SHORT_TIMEOUTS}"
            programs.append(stack.enter_context(mock("--store", store, within=host.within)))
        pairs = zip(others, programs, strict=True)
        proxies = [stack.enter_context(_proxy(host, program)) for host, program in pairs]
        urls = [f"http://127.0.0.1:{proxy.port}" for proxy in proxies]
        yield MockCluster(server, programs, links, urls)


def _proxy(host: Host, program: Program) -> Proxy:
    """Return a proxy from this namespace to a mock on a host."""
    port = urlsplit(program.url).port
    assert port
    return Proxy(connect=partial(host.connect, port))


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)  # noqa: S607 - found on PATH
    if done.returncode:
        raise NoNetworkNamespacesError(f"`ip {' '.join(words)}`: {done.stderr.strip()}")


def _enter(network: IO[str]) -> None:
    """Move this thread into another network namespace."""
    if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
