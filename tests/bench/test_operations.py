"""A quick run of the bench of the operations, and its table in the docs."""

from __future__ import annotations

import pytest

from bench.operations import main, prepare
from bench.tables import DOCS
from leadway_mock.contract.loader import load_contract
from leadway_mock.pipeline.assembly import build_emulator


def names(text: str) -> list[str]:
    rows = [line[1:-1].split("|") for line in text.splitlines() if line.startswith("|")]
    return [row[0].strip() for row in rows if row[-1].rstrip().endswith(")")]


def test_the_docs_have_a_row_for_each_operation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick"]) == 0
    printed = names(capsys.readouterr().out)
    page = (DOCS / "performance.md").read_text()
    assert names(page.partition("## The operations\n")[2].partition("\n## ")[0]) == printed


def test_every_operation_is_measured() -> None:
    emulator = build_emulator()
    calls = prepare(emulator, 1, 0)
    for call in calls.values():
        call()
    entries = emulator.journal.entries(after=0, limit=1_000)
    measured = {entry["operationId"] for entry in entries}
    operations = {each.id for each in load_contract().operations if not each.deprecated}
    assert operations - measured == {"getLocationAccessTokenV3"}  # The same handler as the older.
    emulator.close()
