from __future__ import annotations

from pathlib import Path

import pytest

from leadway_mock.contract.loader import References, contract_file, load_contract
from leadway_mock.contract.model import ContractError


def test_the_shipped_contract_is_found() -> None:
    assert contract_file().name == "leadway.yaml"
    assert contract_file().is_file()


def test_every_example_has_evidence() -> None:
    for example in load_contract().examples.values():
        assert example.evidence in {"documented", "observed", "inferred", "invented"}
        assert example.source


def test_an_example_that_repeats_its_status_repeats_the_right_one() -> None:
    for example in load_contract().examples.values():
        assert example.content.get("statusCode", example.status) == example.status


def test_references_are_followed_to_their_end() -> None:
    document = {"a": {"$ref": "#/b"}, "b": [{"$ref": "#/c~1d"}], "c/d": {"e": 1}}
    assert References(document).resolve(document["a"]) == [{"e": 1}]


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"$ref": "#/nowhere"}, "#/nowhere does not exist"),
        ({"$ref": "#/a"}, "#/a refers to itself"),
    ],
)
def test_unresolvable_and_recursive_references_are_errors(
    node: dict[str, str], message: str
) -> None:
    with pytest.raises(ContractError, match=message):
        References({"a": {"x": {"$ref": "#/a"}}}).resolve(node)


@pytest.mark.parametrize("text", [None, "a: [", "a: *nobody"])
def test_a_contract_that_cannot_be_read_is_an_error_that_names_it(
    tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "broken.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ContractError, match=r"cannot read the contract .*broken\.yaml"):
        load_contract(path)
