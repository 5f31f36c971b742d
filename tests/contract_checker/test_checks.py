"""The checker catches what it is for: every check has a defect, every defect is caught."""

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
def test_a_seeded_defect_is_caught(contract: str, defect: Defect) -> None:
    spoilt = Document(defect.change(contract))
    caught = {finding.pointer: finding for finding in defect.caught_by(spoilt)}
    assert defect.pointer in caught
    assert caught[defect.pointer] in check(spoilt)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_finding_says_what_is_wrong_and_how_to_mend_it(contract: str, defect: Defect) -> None:
    for finding in defect.caught_by(Document(defect.change(contract))):
        assert finding.pointer.startswith("#/")
        assert finding.problem
        assert finding.remedy
        assert "None" not in finding.problem


def test_every_check_has_a_seeded_defect() -> None:
    assert {defect.caught_by for defect in DEFECTS} == set(CHECKS)


def test_several_defects_are_told_at_once(contract: str) -> None:
    chosen = [defect for defect in DEFECTS if defect.caught_by in CHECKS[-3:]][:3]
    for defect in chosen:
        contract = defect.change(contract)
    told = {finding.pointer for finding in check(Document(contract))}
    assert {defect.pointer for defect in chosen} <= told
