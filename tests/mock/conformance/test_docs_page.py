"""docs/conformance.md shows the output of the program."""

from __future__ import annotations

import re

import httpx
import pytest

from leadway_mock import conformance
from leadway_mock.conformance import IDLE_SECONDS, RULES, Severity
from leadway_mock.conformance.request_detectors import RETRY_AFTER_TOLERANCE_SECONDS, RETRY_SECONDS
from leadway_mock.conformance.session_detectors import MIN_CLIENT_TIMEOUT_SECONDS
from leadway_mock.testing import Mock
from tests.docs.markdown import Page

PAGE = Page.read("docs/conformance.md")


def test_the_calls_of_the_page_report_the_client_of_the_page() -> None:
    with Mock() as mock, httpx.Client(headers=mock.headers) as client:
        for message in ("Hello", "A haircut, please", "Tuesday at ten"):
            body = {"message": message, "locationId": mock.location_id, "contactId": "ann"}
            assert client.post(mock.execute_url, json=body).status_code == 200
        calls = [code for code in PAGE.code if code.endswith("())")]
        names = vars(conformance) | {"mock": mock}
        report, coverage = (eval(call, names) for call in calls)  # noqa: S307 - our own page
    assert "execution-id-dropped (error)" in report
    assert "200 reply (3)" in coverage


def test_the_table_has_every_finding_in_its_words() -> None:
    assert "All are errors but those marked *warning*." in PAGE.text
    table = PAGE.text.partition("|finding|")[2]
    rows = re.findall(r"^\|`([\w-]+)`( \*warning\*)?\|(.+)\|(.*)\|$", table, re.MULTILINE)
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
    values = re.findall(r"^\* A .*? (\d[\d.]*) (?:s|min|ms)\b", PAGE.text, re.MULTILINE)
    assert [float(value) for value in values] == [
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
