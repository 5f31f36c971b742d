"""`leadway drift`: what is new in the vendor's files, and what cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from leadway_mock.cli.drift import COULD_NOT_LOOK, main
from leadway_mock.recording.triage import read_triage, shipped_triage

SPECS = Path(__file__).parents[1] / "recording" / "specs"
FILES = [str(SPECS / name) for name in ("agent-studio.json", "agent-studio-v3.json", "oauth.json")]
NUMBER_AS_TEXT = """
accepted: [{operation: a, pointer: a, kind: a, ours: 1, theirs: a, reason: a}]
words: {}
"""
EXECUTE = "/agent-studio/agent/{agentId}/execute"


def changed(folder: Path) -> tuple[Any, Path]:
    (folder / "common-schemas.json").write_bytes((SPECS / "common-schemas.json").read_bytes())
    return json.loads(Path(FILES[0]).read_bytes()), folder / "agent-studio.json"


def test_every_known_difference_is_triaged_with_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(FILES) == 0
    printed = capsys.readouterr().out
    assert "operations compared. New: 0 breaking, 0 additive, 0 words." in printed
    assert len(printed.splitlines()) == 1


def test_a_new_difference_fails_and_shows_both_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document, path = changed(tmp_path)
    dto = document["components"]["schemas"]["ExecutePublicAgentDTO"]
    dto["required"].append("contactId")
    dto["properties"]["message"]["description"] = "New\x1b[31m words"
    path.write_text(json.dumps(document), "utf-8")
    assert main([str(path), *FILES[1:]]) == 1
    printed = capsys.readouterr().out
    pointer = "/requestBody/content/application~1json/schema/properties/contactId/required"
    assert f"POST {EXECUTE}\n" in printed
    assert f"breaking  {pointer} is required (contract: nothing; file: contactId)" in printed
    assert 'has another text (contract: nothing; file: "New' in printed
    assert "\x1b" not in printed
    assert "New: 2 breaking, 0 additive, 2 words." in printed


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, path = changed(tmp_path)
    document["paths"]["/agent-studio/agent/new"] = {"get": {"responses": {}}}
    path.write_text(json.dumps(document), "utf-8")
    assert main(["--json", str(path), *FILES[1:]]) == 1
    shown = json.loads(capsys.readouterr().out)
    assert shown["new"] == [
        {
            "operation": "GET /agent-studio/agent/new",
            "pointer": "",
            "kind": "additive",
            "what": "is new",
            "contract": "",
            "file": "",
        }
    ]
    assert shown["problems"] == []


def test_an_entry_that_accepts_nothing_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(FILES[:2]) == 1  # The entries for the third file.
    assert "triage: an entry accepts nothing: " in capsys.readouterr().out


def test_what_is_new_is_written_for_somebody_to_explain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "triage.yaml"
    path.write_text("accepted: []\nwords: {}\n")
    assert main(["--triage", str(path), "--write", FILES[0]]) == 1
    capsys.readouterr()
    assert main(["--triage", str(path), FILES[0]]) == 1
    printed = capsys.readouterr().out
    assert "New: 0 breaking, 0 additive, 0 words." in printed
    assert "triage: an entry has no reason: " in printed
    document = yaml.safe_load(path.read_text())
    for entry in document["accepted"]:
        entry["reason"] = "Because."
    path.write_text(yaml.safe_dump(document))
    assert main(["--triage", str(path), FILES[0]]) == 0


@pytest.mark.parametrize("content", ["", "<html>", "{}", '{"paths": {"/other": {"get": {}}}}'])
def test_what_cannot_be_compared_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "spec.json"
    path.write_text(content)
    assert main([*FILES, str(path)]) == COULD_NOT_LOOK
    shown = capsys.readouterr()
    assert shown.err.startswith(f"leadway drift: could not look: {path}: ")
    assert shown.out == ""


@pytest.mark.parametrize(
    "node", [{"parameters": "x"}, {"responses": []}, {"security": [1]}, {"requestBody": 1}]
)
def test_an_invalid_document_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], node: Any
) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({"paths": {EXECUTE: {"post": node}}}))
    assert main([str(path)]) == COULD_NOT_LOOK
    assert "is no valid OpenAPI document" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("- a", "must have exactly `accepted` and `words`"),
        ("accepted: {}\nwords: {}", "`accepted` must be a list"),
        ("accepted: [{operation: a}]\nwords: {}", "/accepted/0 must have operation, pointer"),
        (NUMBER_AS_TEXT, "/accepted/0/ours must be a text"),
        ("{", "cannot be read"),
    ],
)
def test_a_wrong_triage_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, reason: str
) -> None:
    path = tmp_path / "triage.yaml"
    path.write_text(content)
    assert main(["--triage", str(path), FILES[0]]) == COULD_NOT_LOOK
    assert reason in capsys.readouterr().err


def test_reasons_are_sentences() -> None:
    reasons = {each["reason"] for each in read_triage(shipped_triage()).entries}
    assert reasons
    assert all(each.endswith(".") and len(each) > 20 for each in reasons)
