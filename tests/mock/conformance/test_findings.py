"""Each error has exactly its finding, and correct use that resembles it has none."""

from __future__ import annotations

import pytest

from leadway_mock.conformance import RULES
from tests.mock.conformance.cases import ERRORS, NEAR_MISSES, Case
from tests.mock.conformance.client import EvaluatedClient

wrong = [
    pytest.param(finding, case, id=f"{finding}-{case.__name__}")
    for finding, cases in ERRORS.items()
    for case in cases
]
near = [
    pytest.param(case, id=f"{finding}-{case.__name__}")
    for finding, cases in NEAR_MISSES.items()
    for case in cases
]


@pytest.mark.parametrize(("finding", "case"), wrong)
def test_an_error_has_exactly_its_finding(
    client: EvaluatedClient, finding: str, case: Case
) -> None:
    case(client)
    (found,) = client.report.findings
    assert found.id == finding
    numbers = {entry["number"] for entry in client.entries}
    assert all(
        set(seen.journal_entries) <= numbers and seen.journal_entries for seen in found.occurrences
    )


@pytest.mark.parametrize("case", near)
def test_correct_use_that_looks_like_an_error_has_no_finding(
    client: EvaluatedClient, case: Case
) -> None:
    case(client)
    assert client.entries
    assert client.report.findings == ()


@pytest.mark.parametrize("table", [ERRORS, NEAR_MISSES], ids=["wrong", "near"])
def test_every_finding_has_both_kinds_of_cases(table: dict[str, list[Case]]) -> None:
    assert set(table) == set(RULES)
