"""The count of the mock's own calls in one turn."""

import sys

import count_calls
import pytest


def counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *flags: str
) -> dict[str, int]:
    monkeypatch.setattr(sys, "argv", ["count_calls.py", *flags])
    assert count_calls.main() == 0
    lines = capsys.readouterr().out.splitlines()
    return {line.rsplit(maxsplit=1)[0]: int(line.split()[-1]) for line in lines}


def test_the_journal_entry_can_be_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = counts(monkeypatch, capsys)
    without = counts(monkeypatch, capsys, "--no-journal")
    assert set(everything) == {"calls", "files", "changes of file"}
    assert 0 < without["calls"] < everything["calls"]


def test_the_web_framework_can_be_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline = counts(monkeypatch, capsys, "--pipeline")
    assert 0 < pipeline["calls"] < counts(monkeypatch, capsys)["calls"]


def test_a_turn_stays_readable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mock handles a turn in at most 150 calls of its own, in at most 20 files."""
    turn = counts(monkeypatch, capsys, "--pipeline", "--no-journal")
    assert turn["calls"] <= 150
    assert turn["files"] <= 20
