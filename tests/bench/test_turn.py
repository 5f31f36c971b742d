"""A quick run of the comparison of turns, of this checkout with itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.tables import ROOT
from bench.turn import MESSAGES, STORES, main


def test_each_message_is_measured_with_each_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(ROOT), "--rounds", "2", "--calls", "2"]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.endswith(")|")]
    assert len(rows) == len(MESSAGES) * len(STORES)


def test_a_folder_that_is_no_checkout_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([str(tmp_path)])
    assert end.value.code == 2
    assert "name the folder of another checkout" in capsys.readouterr().err
