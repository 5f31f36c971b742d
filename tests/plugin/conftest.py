"""Fixture that runs pytest on the test files that a test has written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

# Imported before the runs in this process: pytester removes newly imported modules afterwards, and
# a second import breaks C extensions and `except` clauses with the first import's classes.
import anyio._backends._asyncio  # noqa: F401 - the same
import httpcore._backends.anyio  # noqa: F401 - the same
import httpx  # noqa: F401
import pytest

import leadway  # noqa: F401
import leadway_mock.testing.plugin_support  # noqa: F401
from leadway_mock import pytest_plugin

ROOT = Path(__file__).resolve().parents[2]

NO_OTHER_PLUGINS = "--disable-plugin-autoload"  # Importing them takes seconds.


class Run(Protocol):
    def __call__(self, *arguments: str, subprocess: bool = False) -> pytest.RunResult: ...


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the tests that a test has written, in this process or in a subprocess."""
    path = os.environ.get("PYTHONPATH")  # A subprocess imports `tests` from there.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *([path] if path else [])]))
    for name in ("CI", "BUILD_NUMBER"):  # With them, pytest prints whole messages a second time.
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, subprocess: bool = False) -> pytest.RunResult:
        if subprocess:
            return pytester.runpytest_subprocess(
                NO_OTHER_PLUGINS, "-p", pytest_plugin.__name__, *arguments
            )
        return pytester.runpytest_inprocess(NO_OTHER_PLUGINS, *arguments, plugins=[pytest_plugin])

    return run
