"""Accepted differences: what they excuse, and that idle or incomplete entries fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadway_mock.recording.accepted_entries import AcceptanceError
from leadway_mock.recording.verification.probes import PROBES
from leadway_mock.recording.verification.verifier import (
    ProbeResult,
    Verdict,
    accept,
    problems,
    read_accepted_differences,
)
from tests.mock.recording.verification.targets import SecondMock, verify_all

ENTRY = """\
accepted:
- probe: unknown-session
  pointer: /*
  expected: '*'
  actual: '*'
  reason: The account keeps its sessions indefinitely.
  link: https://example.com/issues/1
"""


@pytest.fixture(scope="module")
def results() -> list[ProbeResult]:
    return verify_all(SecondMock(unknown_session="400"))


def write(folder: Path, text: str) -> Path:
    path = folder / "accepted.yaml"
    path.write_text(text, "utf-8")
    return path


def test_an_accepted_difference_is_none(results: list[ProbeResult], tmp_path: Path) -> None:
    accepted = read_accepted_differences(write(tmp_path, ENTRY))
    after = {each.probe.name: each for each in accept(results, accepted)}
    assert after["unknown-session"].verdict is Verdict.AGREES
    assert after["session-of-another-agent"].verdict is Verdict.DIFFERS
    assert problems(accepted, set(PROBES)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("unknown-session", "no-token"),
        ("/*", "/headers/*"),
        ("expected: '*'", "expected: '4'"),
        ("actual: '*'", "actual: '410'"),
    ],
)
def test_an_entry_that_excuses_nothing_fails(
    results: list[ProbeResult], tmp_path: Path, old: str, new: str
) -> None:
    accepted = read_accepted_differences(write(tmp_path, ENTRY.replace(old, new)))
    assert len(accept(results, accepted)) == len(results)
    (problem,) = problems(accepted, set(PROBES))
    assert problem.startswith("accepts nothing: ")
    assert problems(accepted, {"first-message"}) == []  # Its probe was not compared.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("other: []", "must have exactly `accepted`"),
        ("accepted: x", "`accepted` must be a list"),
        ("accepted: [{probe: a}]", "/accepted/0 must have probe, pointer, expected, actual, rea"),
        (ENTRY.replace("'*'", "1", 1), "/accepted/0/expected must be a text"),
        (ENTRY.replace("https:", "see "), "/accepted/0/link must be the URL of an issue"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AcceptanceError, match=message):
        read_accepted_differences(write(tmp_path, text))


def test_a_reason_is_required(results: list[ProbeResult], tmp_path: Path) -> None:
    text = ENTRY.replace("The account keeps its sessions indefinitely.", "''")
    accepted = read_accepted_differences(write(tmp_path, text))
    accept(results, accepted)
    assert problems(accepted, set(PROBES)) == ["has no reason: unknown-session /*"]
