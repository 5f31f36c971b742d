"""Shared by the property tests: a mock without HTTP, and strategies for requests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from leadway_mock.agents.builtin import BUILT_IN, ECHO_ID
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.store import open_store

CONTRACT = load_contract()
OPERATION = next(each for each in CONTRACT.operations if each.id == "executeAgent")
TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
PATH = f"/agent-studio/agent/{ECHO_ID}/execute"
HEADERS = {
    "authorization": f"Bearer {TOKEN}",
    "version": "2021-07-28",
    "content-type": "application/json",
}


def emulator(store: str = "memory:", **settings: Any) -> Emulator:
    """Return a mock that validates each of its responses against the contract."""
    chosen = Settings(validate_responses=True, seed=1, store=store, **settings)
    return Emulator(chosen, CONTRACT, BUILT_IN, open_store(store), ManualClock())


# Any text that can be encoded: everything except surrogates.
texts = st.text(st.characters(codec="utf-8"))
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
"""Any JSON value."""

_known = OPERATION.body_schema["properties"] if OPERATION.body_schema else {}
names = st.sampled_from(sorted(_known)) | st.sampled_from(["input", "message ", "a/b", "~"]) | texts
attachments = st.dictionaries(
    st.sampled_from(["type", "imageUrl", "url"]), st.just("image") | values, max_size=3
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "message": st.just("hello") | values,
        "locationId": st.just("here") | values,
        "executionId": st.just("") | values,
        "versionId": st.just("") | values,
        "contactId": values,
        "inputVariables": st.dictionaries(texts, values, max_size=3) | values,
        "attachments": st.lists(attachments, max_size=3) | values,
    },
)
"""JSON objects that are valid or almost valid execute bodies."""
