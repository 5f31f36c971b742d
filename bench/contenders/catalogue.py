"""The contenders, in the order of the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bench.contenders.model import Contender, Kind
from bench.contenders.places import (
    CONTRACT,
    GRANIAN,
    LEADWAY,
    MOCKOON,
    PEERS,
    PRISM,
    PYTHON,
    SCALAR,
    absent,
    absent_wiremock,
    node,
    node_version,
    python_version,
    wiremock_jar,
)

HERE = "127.0.0.1"
FLASK = f"Flask {python_version('mock.txt', 'flask')}"
WAITRESS = f"waitress {python_version('dev.txt', 'waitress')}"
ON_GRANIAN = f"on granian {python_version('bench.txt', 'granian')}"


def _there() -> str:
    return ""


def _mock(*flags: str) -> Callable[[int], list[str]]:
    return lambda port: [str(LEADWAY), "mock", "--port", str(port), *flags]


def _mock_contender(name: str, *flags: str) -> Contender:
    title = " ".join(["leadway mock", *flags])
    command, missing = _mock(*flags), lambda: absent(LEADWAY)
    return Contender(name, title, Kind.OURS, command, missing, numbers_turns=True)


def _prism(*flags: str) -> Callable[[int], list[str]]:
    def command(port: int) -> list[str]:
        where = ["--host", HERE, "--port", str(port)]
        return [node(), str(PRISM), "mock", *where, *flags, str(CONTRACT)]

    return command


def _mockoon(port: int) -> list[str]:
    stub = ["--data", str(PEERS / "mockoon.json"), "--hostname", HERE, "--port", str(port)]
    return [node(), str(MOCKOON), "start", *stub, "--disable-log-to-file", "--disable-admin-api"]


def _scalar(port: int) -> list[str]:
    return [node(), str(PEERS / "scalar.mjs"), str(port), str(CONTRACT)]


def _wiremock(*flags: str) -> Callable[[int], list[str]]:
    def command(port: int) -> list[str]:
        stub = ["--root-dir", str(PEERS / "wiremock"), "--bind-address", HERE, "--port", str(port)]
        # It would compress answers that nobody else compresses.
        return ["java", "-jar", str(wiremock_jar()), *stub, "--disable-gzip", *flags]

    return command


def _plain_flask(port: int) -> list[str]:
    return [PYTHON, str(PEERS / "plain_flask.py"), str(port)]


def _on_our_server(app: str) -> Callable[[int], list[str]]:
    return lambda port: [PYTHON, "-m", "bench.peers.on_our_server", app, str(port)]


def _on_granian(app: str) -> Callable[[int], list[str]]:
    def command(port: int) -> list[str]:
        where = ["--interface", "wsgi", "--host", HERE, "--port", str(port)]
        return [str(GRANIAN), *where, "--no-ws", f"bench.peers.constants:{app}"]

    return command


def _node_peers() -> Sequence[Contender]:
    prism = f"Prism {node_version('@stoplight/prism-cli')}"
    mockoon = f"Mockoon {node_version('@mockoon/cli')}"
    scalar = f"Scalar mock server {node_version('@scalar/mock-server')}"
    quiet = _prism("--verboseLevel", "silent")
    return (
        Contender("prism", prism, Kind.PEER, _prism(), lambda: absent(PRISM)),
        Contender("prism-quiet", f"{prism}, quiet", Kind.PEER, quiet, lambda: absent(PRISM)),
        Contender("mockoon", mockoon, Kind.PEER, _mockoon, lambda: absent(MOCKOON)),
        Contender("scalar", scalar, Kind.PEER, _scalar, lambda: absent(SCALAR)),
    )


def _java_peers() -> Sequence[Contender]:
    title, silent = f"WireMock {node_version('wiremock')}", _wiremock("--no-request-journal")
    names = "wiremock", "wiremock-no-journal"
    return (
        Contender(names[0], title, Kind.PEER, _wiremock(), absent_wiremock),
        Contender(names[1], f"{title}, no journal", Kind.PEER, silent, absent_wiremock),
    )


def _python_peers() -> Sequence[Contender]:
    title = f"plain {FLASK}, {WAITRESS}"
    return (Contender("plain-flask", title, Kind.PEER, _plain_flask, _there, numbers_turns=True),)


def _ceilings() -> Sequence[Contender]:
    def without() -> str:
        return absent(GRANIAN)

    bare, kind = f"bare {FLASK}", Kind.CEILING
    return (
        Contender("flask", f"{bare}, our server", kind, _on_our_server("flask"), _there),
        Contender("wsgi", "bare WSGI, our server", kind, _on_our_server("wsgi"), _there),
        Contender("flask-granian", f"{bare} {ON_GRANIAN}", kind, _on_granian("flask"), without),
        Contender("wsgi-granian", f"bare WSGI {ON_GRANIAN}", kind, _on_granian("wsgi"), without),
    )


OURS = _mock_contender("leadway")
"""The mock as it comes: journal, validation, log and everything else as by default."""

QUIET = _mock_contender("leadway-quiet", "--quiet")
"""The mock without a line in its log for each request, as most of the others come."""

CONTENDERS: Mapping[str, Contender] = {
    each.name: each
    for each in (OURS, QUIET, *_node_peers(), *_java_peers(), *_python_peers(), *_ceilings())
}
"""All of them, by name."""
