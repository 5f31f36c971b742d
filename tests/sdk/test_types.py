"""The typed usage also runs, and every type that users meet is known."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leadway import InvalidRequestError
from leadway_mock.agents.builtin import ECHO_ID
from tests.docs.markdown import ROOT
from tests.sdk import typed_usage

PYRIGHT = ROOT / "node_modules" / "pyright" / "index.js"
TIMEOUT_SECONDS = 120


def test_the_typed_usage_runs(url: str) -> None:
    assert typed_usage.converse(url, ECHO_ID).startswith("Turn 1. You said: Hello")
    assert asyncio.run(typed_usage.converse_async(url, ECHO_ID)) == "Turn 1. You said: Hello"
    assert asyncio.run(typed_usage.refresh_async(url, ECHO_ID)) == "Turn 1. You said: Hello"
    with pytest.warns(DeprecationWarning, match="execute"):
        assert typed_usage.deprecated(url, ECHO_ID) == "Turn 1. You said: Hello"
    assert typed_usage.error_text(InvalidRequestError("No")).startswith("No. ")


def test_every_public_type_is_known() -> None:
    if not PYRIGHT.exists():
        why = "pyright is not installed; `make setup` brings it"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    node = Path(sys.executable).with_name("node")
    command = [str(node), str(PYRIGHT), "--pythonpath", sys.executable, "--outputjson"]
    command += ["--verifytypes", "leadway", "--ignoreexternal"]
    # It does not follow the links of an editable installation.
    paths = os.pathsep.join([str(ROOT / "sdk"), str(ROOT / "generated")])
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    found = json.loads(done.stdout)["typeCompleteness"]
    assert found["completenessScore"] == 1
    assert found["exportedSymbolCounts"]["withKnownType"] > 150
