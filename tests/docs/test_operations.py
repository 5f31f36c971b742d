"""Contract, routes of the mock, generated client, SDK, docs and tests have the same operations."""

from __future__ import annotations

import json
import re
from contextlib import closing
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest
from operations_page import observed_dates

import leadway
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.observations import Observations, ObservedProbe
from leadway_mock.pipeline.assembly import build_emulator
from tests.contract.operations import OPERATIONS
from tests.docs.markdown import ROOT, Page

CONTRACT = {each.id: each for each in load_contract().operations}


def test_every_operation_has_a_row_and_a_handler() -> None:
    with closing(build_emulator()) as emulator:
        assert set(emulator.handlers) == set(CONTRACT)
    assert set(OPERATIONS) == set(CONTRACT)


def test_every_operation_is_in_the_docs() -> None:
    page = Page.read("docs/operations.md").text
    assert re.findall(r"^\|`([\w-]+)`", page, re.MULTILINE) == [*CONTRACT]


def test_an_operation_has_the_newest_date_of_its_probes(tmp_path: Path) -> None:
    for day, probes in (("2026-12-01", ["no-token"]), ("2026-11-01", ["no-token", "list-agents"])):
        response = {"status": 200, "headers": {}, "body": None}
        content = Observations(
            target="https://example.com",
            date=day,
            probes=tuple(ObservedProbe(name, day, (), response) for name in probes),
        ).to_json()
        (tmp_path / f"{day}.json").write_text(json.dumps(content))
    dates = observed_dates(load_contract(), tmp_path)
    assert dates == {"executeAgent": "2026-12-01", "getAgents": "2026-11-01"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_test_and_the_generated_module_exist(operation: str) -> None:
    path, _, name = OPERATIONS[operation].test.partition("::")
    assert f"def {name}(" in (ROOT / path).read_text()
    module = re.sub(r"(?<=[a-z])(?=[A-Z])|-", "_", operation).lower()
    kinds = {"managed": "managed_agents", "access_token": "tokens"}
    folder = next((kinds[part] for part in kinds if part in module), "agents")
    assert import_module(f"leadway_client.api.{folder}.{module}").sync_detailed


def test_every_operation_has_a_method_or_a_reason() -> None:
    assert [name for name, each in OPERATIONS.items() if bool(each.sdk) == bool(each.no_sdk)] == []


@pytest.mark.parametrize("name", [each.sdk for each in OPERATIONS.values() if each.sdk])
def test_the_method_of_the_sdk_exists(name: str) -> None:
    assert callable(attrgetter(name)(leadway))
