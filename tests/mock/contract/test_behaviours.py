"""Table of behaviours: each row has a test, each setting a use, each error a row."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from behaviour_tests import shown_behaviours

import leadway_mock
from leadway_mock.config.settings import Settings
from leadway_mock.contract.behaviours import (
    BEHAVIOUR_SETTINGS,
    EVIDENCE_LEVELS,
    MOCK_BEHAVIOURS,
    behaviours,
)
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = Path(leadway_mock.__file__).parent
SOURCES = {file: file.read_text() for file in sorted(PACKAGE.rglob("*.py"))}
ROWS = {row.id: row for row in behaviours(load_contract(), shown_behaviours(ROOT))}


@pytest.mark.parametrize("rule", ROWS)
def test_every_row_has_a_test(rule: str) -> None:
    hint = f'Mark one with @pytest.mark.behaviour("{rule}"), then run `make docs`.'
    assert ROWS[rule].tests, f"No test shows {rule}. {hint}"


def test_every_row_named_by_a_test_exists(contract: Contract) -> None:
    # A clause of the contract suite rests on headers and parameters, too, which are no rows.
    components = contract.document["components"].values()
    known = {*ROWS, *(name for component in components for name in component)}
    assert set(shown_behaviours(ROOT)) - known == set()


def test_the_file_of_tests_is_current(contract: Contract) -> None:
    assert behaviours(contract) == list(ROWS.values()), "run `make docs`"


def test_every_row_has_evidence_with_a_source() -> None:
    for row in ROWS.values():
        assert row.evidence in EVIDENCE_LEVELS
        assert row.condition
        assert row.response or row.status
        assert "None" not in row.response
        assert row.source


def test_every_setting_of_the_table_exists() -> None:
    assert set(BEHAVIOUR_SETTINGS) <= {setting.name for setting in fields(Settings)}
    assert {rule for rules in BEHAVIOUR_SETTINGS.values() for rule in rules} <= set(ROWS)


@pytest.mark.parametrize("name", [setting.name for setting in fields(Settings)])
def test_every_setting_is_read_by_something(name: str) -> None:
    use = "quotas" if name.startswith("quota_") else name
    read = re.compile(rf"settings\.{use}\b")
    assert any(read.search(text) for text in SOURCES.values()), f"Nothing reads {name}."


def raised() -> Iterator[tuple[str, str]]:
    """Yield each rule that the program raises an `APIError` with, as a pattern, and where."""
    for file, text in SOURCES.items():
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Name(id="APIError"), args=[rule, *_]):
                    yield _pattern(rule), f"{file.name}:{node.lineno}"


def _pattern(rule: ast.expr) -> str:
    match rule:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=parts):
            return "".join(_pattern(part) for part in parts)
        case _:
            return ".+"


def test_every_error_that_is_raised_has_a_row() -> None:
    found = list(raised())
    assert len(found) > 15
    missing = [f"{place} raises {pattern}" for pattern, place in found if not _is_row(pattern)]
    assert missing == []


def _is_row(pattern: str) -> bool:
    return any(re.fullmatch(pattern, rule) for rule in ROWS)


def test_every_rule_that_a_response_names_has_a_row() -> None:
    """Rules that are neither an example nor raised: of the host check and the emulator."""
    named = re.compile(
        r'(?:_error\(\d+, |_RULE\b[^=\n]*= |MOCK_FAILURE = |"X-Mock-Rule": )"([a-z-]+)"'
    )
    found = {rule for text in SOURCES.values() for rule in named.findall(text)}
    assert set(MOCK_BEHAVIOURS) <= found <= set(ROWS)
