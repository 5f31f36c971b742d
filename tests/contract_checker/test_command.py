"""The command: its output `file:line: pointer: message — hint`, and its exit codes."""

import re
from pathlib import Path

import check_contract
import pytest

CLEAN = check_contract.CONTRACT


def change(tmp_path: Path, *pairs: tuple[str, str]) -> Path:
    text = CLEAN.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "changed.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_contract_of_the_project_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_contract.main([]) == 0
    assert "no problems" in capsys.readouterr().out


def test_every_problem_is_a_line_with_its_position(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = change(
        tmp_path,
        ("message: Agent is not active", "message: 7"),
        ("executionId: '{$response.body#/executionId}'", "executionId: '{$response.body#/id}'"),
    )
    assert check_contract.main([str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3, "the aliased body of the second link is wrong, too"
    for line in lines:
        found = re.fullmatch(r"changed\.yaml:(\d+): (#/\S+): (.+) — (.+)", line)
        assert found, line
    text = file.read_text(encoding="utf-8").splitlines()
    assert any("message: 7" in text[int(line.split(":")[1]) - 1] for line in lines)
    assert any("#/id}" in text[int(line.split(":")[1]) - 1] for line in lines)


def test_invalid_yaml_is_one_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("a: 1\nb: [\n", encoding="utf-8")
    assert check_contract.main([str(file)]) == 1
    assert "broken.yaml:3:1: " in capsys.readouterr().out


def test_a_missing_file_is_an_error_with_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        check_contract.main([str(tmp_path / "missing.yaml")])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert "cannot read" in error
    assert "missing.yaml" in error
    assert "leadway.yaml" in error
