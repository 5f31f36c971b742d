"""Every check has a defect, and every defect is caught."""

from pathlib import Path

import pytest

from contract_checker import CHECKS, Document, check
from tests.contract_checker.defects import DEFECTS, Defect

CONTRACT = Path(__file__).parents[2] / "openapi" / "leadway.yaml"


@pytest.fixture(scope="module")
def contract() -> str:
    return CONTRACT.read_text(encoding="utf-8")


def test_the_contract_is_clean(contract: str) -> None:
    assert check(Document(contract)) == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_is_caught_with_message_and_hint(contract: str, defect: Defect) -> None:
    problems = list(defect.caught_by(Document(defect.change(contract))))
    assert defect.pointer in {str(problem.location) for problem in problems}
    for problem in problems:
        assert str(problem.location).startswith("#/")
        assert problem.message
        assert problem.hint
        assert "None" not in problem.message


def test_every_check_has_a_defect() -> None:
    assert {defect.caught_by for defect in DEFECTS} == set(CHECKS)


def test_several_problems_are_reported_together(contract: str) -> None:
    chosen = [defect for defect in DEFECTS if defect.caught_by in CHECKS[-3:]][:3]
    for defect in chosen:
        contract = defect.change(contract)
    reported = {str(problem.location) for problem in check(Document(contract))}
    assert {defect.pointer for defect in chosen} <= reported
