"""What the suite runs against, and how each of them is started."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.serving import open_server
from tests.contract.programs import mock, prism
from tests.contract.referee import JUDGED, refereed
from tests.contract.sdk_service import through_sdk
from tests.contract.service import Caller, Service, opened
from tests.redis_server import redis_program

LIVE = "https://services.leadconnectorhq.com"
LIVE_VARIABLES = ("LEADWAY_TOKEN", "LEADWAY_LOCATION_ID", "LEADWAY_AGENT_ID")


@dataclass(frozen=True, slots=True)
class Target:
    """Something that the suite runs against.

    `group` is its name on the command line; `start` takes settings of the mock, where it is one.
    """

    name: str
    group: str
    about: str
    start: Callable[..., AbstractContextManager[Service]]


@contextmanager
def in_process(**settings: Any) -> Iterator[Service]:
    """Call the Flask application as a function, without any socket."""
    emulator = build_emulator(_settings(settings))
    transport = httpx.WSGITransport(create_app(emulator=emulator))
    try:
        with opened("http://127.0.0.1", transport=transport) as service:
            yield service
    finally:
        emulator.close()


def observed(**settings: Any) -> AbstractContextManager[Service]:
    """Call the mock as a function, and let it believe live calls over the vendor's pages."""
    return in_process(**{"profile": "observed", **settings})


@contextmanager
def listening(**settings: Any) -> Iterator[str]:
    """Serve a mock in a thread, and give its URL."""
    emulator = build_emulator(_settings(settings))
    try:
        with open_server(create_app(emulator=emulator), Settings(port=0)) as server:
            yield server.url
    finally:
        emulator.close()


@contextmanager
def http_memory(**settings: Any) -> Iterator[Service]:
    """Call the mock over HTTP, its conversations in memory."""
    with listening(**settings) as url, opened(url, trust_env=False) as service:
        yield service


@contextmanager
def http_sqlite(**settings: Any) -> Iterator[Service]:
    """Call `leadway mock`, a process of its own or several, its conversations in a file."""
    with (
        TemporaryDirectory() as folder,
        _program(f"sqlite:///{Path(folder) / 'mock.db'}", settings) as service,
    ):
        yield service


@contextmanager
def http_redis(**settings: Any) -> Iterator[Service]:
    """Call `leadway mock`, one process or several, its conversations in a server of its own."""
    with redis_program() as server, _program(server.long_timeout_url, settings) as service:
        yield service


@contextmanager
def _program(store: str, settings: Mapping[str, Any]) -> Iterator[Service]:
    flags = ["--store", store, "--check-answers"]
    flags += [_flag(name, value) for name, value in settings.items()]
    with mock(*flags) as program, opened(program.url, trust_env=False) as service:
        yield service


@contextmanager
def http_sdk(**settings: Any) -> Iterator[Service]:
    """Call the mock over HTTP through the SDK, wherever the suite uses a client."""
    with listening(**settings) as url, through_sdk(url) as service:
        yield service


@contextmanager
def prism_mock() -> Iterator[Service]:
    """Call Prism, which knows the contract and nothing else."""
    with (
        prism("mock", "openapi/leadway.yaml") as program,
        opened(program.url, trust_env=False) as service,
    ):
        yield service


@contextmanager
def refereed_mock(*, strict: bool) -> Iterator[Service]:
    """Call the mock over HTTP through Prism's proxy, which judges each exchange."""
    with listening() as url, refereed(url, strict=strict) as referee:
        hooks = {"response": [referee.judge]}
        with opened(referee.program.url, trust_env=False, event_hooks=hooks) as service:
            yield service
        JUDGED.append(referee.check_log())


@contextmanager
def live() -> Iterator[Service]:
    """Call the real service, as the environment says."""
    caller = Caller(*(os.environ[name] for name in LIVE_VARIABLES))
    with opened(os.environ.get("LEADWAY_BASE_URL", LIVE), caller) as service:
        yield service


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target(
            "in-process", "mock", "the mock as a Flask application, without a socket", in_process
        ),
        Target("observed", "mock", "the same with `--profile observed`", observed),
        Target("http-memory", "mock", "the mock over HTTP, conversations in memory", http_memory),
        Target("http-sqlite", "mock", "`leadway mock`, conversations in a file", http_sqlite),
        Target(
            "http-redis",
            "mock",
            "`leadway mock --workers 2`, conversations in Redis",
            partial(http_redis, workers=2),
        ),
        Target(
            "http-workers",
            "mock",
            "`leadway mock --workers 2`, conversations in a file that both share",
            partial(http_sqlite, workers=2),
        ),
        Target("sdk", "mock", "the mock over HTTP, called through the SDK", http_sdk),
        Target("prism", "prism", "Prism, the stateless alternative", prism_mock),
        Target(
            "referee",
            "referee",
            "the mock over HTTP behind Prism's validating proxy, which judges both directions",
            partial(refereed_mock, strict=False),
        ),
        Target(
            "referee-strict",
            "referee",
            "the same with `--errors`, which turns a wrong answer into a 500",
            partial(refereed_mock, strict=True),
        ),
        Target("live", "live", "the real service", live),
    )
}


def missing_for_live() -> str:
    """Return what the environment lacks for calling the real service; empty if nothing."""
    return ", ".join(name for name in LIVE_VARIABLES if not os.environ.get(name))


def _settings(given: Mapping[str, Any]) -> Settings:
    return Settings(**({"validate_responses": True} | dict(given)))


def _flag(name: str, value: object) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag}={value}"
