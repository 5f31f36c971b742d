"""The vendor's Node package works with the mock; only its address is changed, or not even that."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.clients.programs import NODE, link_node_packages, node_program, run

SAMPLES = Path(__file__).parent / "official"
NAME = "@gohighlevel/api-client"
TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
LEADWAY = str(Path(sys.executable).with_name("leadway"))
LIFE = {
    "listed": True,
    "nodes": [{"id": "1"}],
    "replies": ["Turn 1. You said: One", "Turn 2. You said: Two"],
    "changed": "B",
    "error": [True, 404],
}
INTERCEPTED = ("--intercept", "--", "env", "-u", "LEADWAY_BASE_URL")
"""The package calls the vendor's own address, and the proxy variables lead to the mock."""

pytestmark = pytest.mark.clients


@pytest.fixture
def project(tmp_path: Path) -> Path:
    link_node_packages(tmp_path, NAME)
    (tmp_path / "package.json").write_text('{"private": true, "type": "module"}')
    for sample in SAMPLES.iterdir():
        shutil.copy(sample, tmp_path)
    return tmp_path


@pytest.mark.parametrize("options", [("--",), INTERCEPTED], ids=["base-url", "intercepted"])
def test_an_agent_from_its_creation_to_its_deletion(
    project: Path, options: tuple[str, ...]
) -> None:
    done = run([LEADWAY, "mock", "exec", *options, NODE, "lifecycle.ts"], project)
    assert json.loads(done.stdout) == LIFE


def test_an_expired_token_is_refreshed(project: Path) -> None:
    """By the header with the location, as the page about token refresh says."""
    done = run([LEADWAY, "mock", "exec", "--", NODE, "refresh.ts"], project)
    reply = "Turn 1. You said: Hello"
    assert json.loads(done.stdout) == {"with": [reply, reply], "without": [reply, 401]}


def test_error_responses_are_errors_of_the_package(project: Path) -> None:
    """It repeats a request after 429, unless the quota of the day is used up."""
    done = run([LEADWAY, "mock", "exec", "--", NODE, "errors.ts"], project)
    results = json.loads(done.stdout)
    assert results.pop("unknown")[:2] == [404, "NOT_FOUND"]
    assert results == {
        "invalid": [422, "VALIDATION", "message must be a string"],
        "absent": [400, "VALIDATION", "locationId is required"],
        "unauthorized": [401, "AUTHENTICATION", "Invalid JWT"],
        "unavailable": [503, "SERVER", "Service Unavailable"],
        "retried": "Turn 1. You said: Hello",
        "burst": [429, "burst"],
        "daily": [429, "daily"],
    }


def test_types_are_correct(project: Path) -> None:
    flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"]
    flags += ["--types", "node", "--noUncheckedIndexedAccess"]
    run([node_program("tsc"), *flags, *(sample.name for sample in SAMPLES.iterdir())], project)
