"""Any JSON value is a valid fault or an error, and the JSON Schema agrees."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from leadway_mock.faults import Fault, FaultError, as_json, read_fault, schema_text
from leadway_mock.faults.model import FIELDS

SCHEMA = Draft202012Validator(json.loads(schema_text()))

NUMBERS = st.integers(-2, 1000) | st.integers() | st.just(10**400) | st.floats()
TEXTS = st.text(max_size=5) | st.sampled_from(["200ms", "1 s", "HANG", "SLOW_BODY", "server-error"])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | st.sampled_from(["after-commit", "a" * 300])
LATENCIES = st.dictionaries(
    st.sampled_from(["fixed", "uniform", "lognormal", "normal"]),
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(st.sampled_from(["median", "sigma", "mean"]), SCALARS, max_size=3),
    max_size=2,
)
NAMES = st.sampled_from([*FIELDS, "probability"])
SENSE = (
    "exclude each other",
    "always after the commit",
    "for SLOW_BODY only",
    "only 429",
    "an empty range",
    "seconds is out of range",
    "a sigma of nan",
)
"""Problems that the schema does not express; it cannot parse durations either."""


@given(st.dictionaries(NAMES, SCALARS | LATENCIES, max_size=4) | SCALARS)
def test_any_value_is_a_fault_or_an_error(value: Any) -> None:
    found = fault_or_error(value)
    event(type(found).__name__)
    if isinstance(found, Fault):
        assert read_fault(json.loads(json.dumps(as_json(found)))) == found
        SCHEMA.validate(as_json(found))
        return
    assert 0 < len(found) < 5000
    if not any(words in found for words in SENSE):
        assert not SCHEMA.is_valid(value)


def fault_or_error(value: object) -> Fault | str:
    try:
        return read_fault(value)
    except FaultError as error:
        return str(error)
