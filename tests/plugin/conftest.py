"""How the tests of the plug-in run tests of their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

# What those runs find imported already: C extensions do not bear being imported twice, nor do the
# classes of the errors that somebody else is waiting for.
import anyio._backends._asyncio  # noqa: F401 - the same
import httpcore._backends.anyio  # noqa: F401 - the same
import httpx  # noqa: F401
import pytest

import leadway  # noqa: F401
import leadway_mock.testing
import leadway_mock.testing.marker_options
import leadway_mock.testing.run_summary  # noqa: F401
from leadway_mock import pytest_plugin

ROOT = Path(__file__).resolve().parents[2]

# Other plug-ins take seconds to import, and have nothing to say here.
ALONE = "--disable-plugin-autoload"


class Run(Protocol):
    def __call__(self, *arguments: str, apart: bool = False) -> pytest.RunResult: ...


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the tests that a test has written, in this process or `apart`."""
    path = os.environ.get("PYTHONPATH")  # A process of its own looks for `tests` nowhere else.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *([path] if path else [])]))

    def run(*arguments: str, apart: bool = False) -> pytest.RunResult:
        if apart:
            return pytester.runpytest_subprocess(ALONE, "-p", pytest_plugin.__name__, *arguments)
        return pytester.runpytest_inprocess(ALONE, *arguments, plugins=[pytest_plugin])

    return run
