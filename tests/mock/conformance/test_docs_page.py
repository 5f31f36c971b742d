"""docs/conformance.md shows the output of the program."""

from __future__ import annotations

import re

import pytest

from leadway_mock.conformance import IDLE_SECONDS, RULES, Severity
from leadway_mock.conformance.request_detectors import RETRY_AFTER_TOLERANCE_SECONDS, RETRY_SECONDS
from leadway_mock.conformance.session_detectors import MIN_CLIENT_TIMEOUT_SECONDS
from tests.docs.markdown import Page

PAGE = Page.read("docs/conformance.md")


def test_the_examples_print_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    program = "\n".join(block.text for block in PAGE.blocks if block.language == "python")
    exec(compile(program, PAGE.name, "exec"), {})  # noqa: S102 - what the reader would run
    shown = "".join(block.text for block in PAGE.blocks if block.language == "text")
    assert capsys.readouterr().out == shown


def test_the_table_has_every_finding_in_its_words() -> None:
    assert "All are errors but those marked *warning*." in PAGE.text
    table = PAGE.text.partition("| finding |")[2]
    rows = re.findall(
        r"^\| `([\w-]+)`( \*warning\*)? \| (.+) \|(?: (.+))? \|$", table, re.MULTILINE
    )
    assert rows == [
        (
            rule.id,
            " *warning*" if rule.severity is Severity.WARNING else "",
            rule.summary,
            rule.not_reported,
        )
        for rule in RULES.values()
    ]


def test_the_measures_are_those_of_the_program() -> None:
    rows = dict(re.findall(r"^\| (a .+?) \| ([\d.]+) ", PAGE.text, re.MULTILINE))
    assert [float(value) for value in rows.values()] == [
        RETRY_SECONDS,
        IDLE_SECONDS / 60,
        MIN_CLIENT_TIMEOUT_SECONDS * 1000,
        RETRY_AFTER_TOLERANCE_SECONDS,
    ]


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_text_of_a_rule_is_sentences(rule: object) -> None:
    texts = [getattr(rule, name) for name in ("summary", "hint", "not_reported")]
    assert all(texts[:2])
    for text in filter(None, texts):
        assert re.fullmatch(r"['A-Z/].*[.]", text)
        assert "  " not in text
