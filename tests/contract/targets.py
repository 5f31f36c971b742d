"""Targets of the contract suite, and how each is started."""

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
from leadway_mock.web.server import open_server
from tests.contract.prism_proxy import VALIDATED_COUNTS, run_prism_proxy
from tests.contract.programs import mock, prism
from tests.contract.sdk_service import open_sdk_service
from tests.contract.service import Account, Service, opened
from tests.redis_server import redis_program

LIVE = "https://services.leadconnectorhq.com"
LIVE_VARIABLES = ("LEADWAY_TOKEN", "LEADWAY_LOCATION_ID", "LEADWAY_AGENT_ID")


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    `group` is its name on the command line. `start` accepts settings if the target is the mock.
    """

    name: str
    group: str
    about: str
    start: Callable[..., AbstractContextManager[Service]]


@contextmanager
def in_process(**settings: Any) -> Iterator[Service]:
    """Call the Flask application in process, without a socket."""
    emulator = build_emulator(_settings(settings))
    transport = httpx.WSGITransport(create_app(emulator=emulator))
    try:
        with opened("http://127.0.0.1", transport=transport) as service:
            yield service
    finally:
        emulator.close()


def observed(**settings: Any) -> AbstractContextManager[Service]:
    """Call the mock in process with the profile `observed`."""
    return in_process(**{"profile": "observed", **settings})


@contextmanager
def listening(**settings: Any) -> Iterator[str]:
    """Serve a mock in a thread and yield its URL."""
    emulator = build_emulator(_settings(settings))
    try:
        with open_server(create_app(emulator=emulator), Settings(port=0)) as server:
            yield server.url
    finally:
        emulator.close()


@contextmanager
def http_memory(**settings: Any) -> Iterator[Service]:
    """Call the mock over HTTP, with conversations in memory."""
    with listening(**settings) as url, opened(url, trust_env=False) as service:
        yield service


@contextmanager
def http_sqlite(**settings: Any) -> Iterator[Service]:
    """Call `leadway mock`, one process or several, with conversations in a file."""
    with (
        TemporaryDirectory() as folder,
        _program(f"sqlite:///{Path(folder) / 'mock.db'}", settings) as service,
    ):
        yield service


@contextmanager
def http_redis(**settings: Any) -> Iterator[Service]:
    """Call `leadway mock`, one process or several, with conversations in Redis."""
    with redis_program() as server, _program(server.long_timeout_url, settings) as service:
        yield service


@contextmanager
def _program(store: str, settings: Mapping[str, Any]) -> Iterator[Service]:
    flags = ["--store", store, "--validate-responses"]
    flags += [_flag(name, value) for name, value in settings.items()]
    with mock(*flags) as program, opened(program.url, trust_env=False) as service:
        yield service


@contextmanager
def http_sdk(**settings: Any) -> Iterator[Service]:
    """Call the mock over HTTP; typed calls use the SDK."""
    with listening(**settings) as url, open_sdk_service(url) as service:
        yield service


@contextmanager
def prism_mock() -> Iterator[Service]:
    """Call Prism's mock server, which knows only the contract."""
    with (
        prism("mock", "openapi/leadway.yaml") as program,
        opened(program.url, trust_env=False) as service,
    ):
        yield service


@contextmanager
def mock_behind_prism(*, strict: bool) -> Iterator[Service]:
    """Call the mock over HTTP through Prism's proxy, which validates each exchange."""
    with listening() as url, run_prism_proxy(url, strict=strict) as proxy:
        hooks = {"response": [proxy.check]}
        with opened(proxy.program.url, trust_env=False, event_hooks=hooks) as service:
            yield service
        VALIDATED_COUNTS.append(proxy.check_log())


@contextmanager
def live() -> Iterator[Service]:
    """Call the real service that the environment names."""
    account = Account(*(os.environ[name] for name in LIVE_VARIABLES))
    with opened(os.environ.get("LEADWAY_BASE_URL", LIVE), account) as service:
        yield service


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("in-process", "mock", "the Flask application, without a socket", in_process),
        Target("observed", "mock", "the same with `--profile observed`", observed),
        Target("http-memory", "mock", "HTTP, memory", http_memory),
        Target("http-sqlite", "mock", "`leadway mock`, SQLite", http_sqlite),
        Target(
            "http-redis",
            "mock",
            "`leadway mock --workers 2`, Redis",
            partial(http_redis, workers=2),
        ),
        Target(
            "http-workers",
            "mock",
            "`leadway mock --workers 2`, SQLite",
            partial(http_sqlite, workers=2),
        ),
        Target("sdk", "mock", "HTTP, through the SDK", http_sdk),
        Target("prism", "prism", "Prism, the stateless alternative", prism_mock),
        Target(
            "referee",
            "referee",
            "HTTP, behind Prism's validating proxy",
            partial(mock_behind_prism, strict=False),
        ),
        Target(
            "referee-strict",
            "referee",
            "the same with `--errors`: an invalid response is a 500",
            partial(mock_behind_prism, strict=True),
        ),
        Target("live", "live", "the real service", live),
    )
}


def missing_for_live() -> str:
    """Return the missing environment variables for the real service; empty if none."""
    return ", ".join(name for name in LIVE_VARIABLES if not os.environ.get(name))


def _settings(changes: Mapping[str, Any]) -> Settings:
    return Settings(**({"validate_responses": True} | dict(changes)))


def _flag(name: str, value: object) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag}={value}"
