"""Setup of pytest before collection, and the number of examples of property tests.

The suite draws the same examples each time. `HYPOTHESIS_PROFILE=deep .venv/bin/pytest
tests/property` draws fifty times as many, at random.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import warnings
from collections.abc import Iterator
from functools import partial

import pytest
import redis
from hypothesis import settings

from tests.redis_server import RedisProgram, redis_program

settings.register_profile("suite", derandomize=True, deadline=None, database=None, max_examples=100)
settings.register_profile("deep", deadline=None, database=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

TARGETS = ("mock", "prism", "referee", "live")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contract", "the contract suite")
    group.addoption(
        "--target",
        action="append",
        choices=TARGETS,
        help="what tests/contract runs against; may be given again (default: all but live)",
    )
    group.addoption(
        "--excluded",
        action="store_true",
        help="run only what is excluded for a target, to see whether it still has to be",
    )


class Connection(sqlite3.Connection):
    """SQLite connection that warns when it is collected and still open, as Python 3.13's does."""

    def __del__(self) -> None:
        try:
            self.total_changes  # noqa: B018 - raises where the connection is closed
        except sqlite3.ProgrammingError:
            return
        warnings.warn(f"unclosed database in {self!r}", ResourceWarning, source=self)  # noqa: B028 - the caller is the garbage collector


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "clause(id): the clause of the contract suite a test shows")
    if sys.version_info < (3, 13):
        patch = pytest.MonkeyPatch()
        patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Connection))
        config.add_cleanup(patch.undo)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisProgram]:
    """A Redis server for all tests that leave it running."""
    with redis_program() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisProgram) -> str:
    """The URL of an empty database."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.long_timeout_url


@pytest.fixture
def default_signals() -> Iterator[None]:
    """Have no signal ignored: `nohup` ignores SIGHUP, and the background of a script SIGINT."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
