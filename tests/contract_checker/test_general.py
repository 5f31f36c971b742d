"""The general checks, which the control API must pass, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from check_contract import main

from contract_checker import CHECKS, GENERAL

CONTROL = (
    Path(__file__).resolve().parents[2]
    / "mock_server"
    / "leadway_mock"
    / "control_api"
    / "control.yaml"
)


def test_the_control_api_passes_the_general_checks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--general", str(CONTROL)]) == 0
    assert f"{len(GENERAL)} checks, no problems" in capsys.readouterr().out


def test_only_checks_for_a_platform_are_left_out() -> None:
    left_out = [each.__name__ for each in CHECKS if each not in GENERAL]
    assert left_out == ["response_schemas_stay_open"]
    assert len(GENERAL) > 12


@pytest.mark.parametrize(
    ("part", "broken"),
    [
        ("example: {turn: 2}", "example: {turn: 0}"),
        ("default: 100, description: Maximum", "default: 0, description: Maximum"),
        ("$response.body#/executionId", "$response.body#/execution"),
        ("operationId: expireSession", "operationId: fork-session"),
    ],
)
def test_a_defect_of_the_control_api_is_caught(tmp_path: Path, part: str, broken: str) -> None:
    text = CONTROL.read_text()
    assert part in text
    file = tmp_path / "control.yaml"
    file.write_text(text.replace(part, broken))
    assert main(["--general", str(file)]) == 1
