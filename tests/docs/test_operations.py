"""Contract, routes of the mock, generated client, SDK, docs and tests have the same operations."""

from __future__ import annotations

import re
from contextlib import closing
from importlib import import_module
from operator import attrgetter

import pytest

import leadway
from leadway_mock.contract.loader import load_contract
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
    assert re.findall(r"^\|`([\w-]+)`", page, re.MULTILINE) == list(CONTRACT)


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
