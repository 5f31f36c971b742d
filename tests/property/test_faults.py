"""Any JSON value is a valid fault or an error, and the JSON Schema agrees."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from leadway_mock.faults import Fault, FaultError, as_json, read_fault, schema_text
from leadway_mock.faults.json_form import FIELDS

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
SEMANTIC_ERRORS = (
    "cannot both",
    "never before",
    "only SLOW_BODY",
    "only 429",
    "ends before",
    "no delay to",
)
"""Errors that the JSON Schema does not cover, such as the unit of a duration."""


@given(st.dictionaries(NAMES, SCALARS | LATENCIES, max_size=4) | SCALARS)
def test_value_is_a_fault_or_an_error(value: Any) -> None:
    result = fault_or_error(value)
    event(type(result).__name__)
    if isinstance(result, Fault):
        assert read_fault(json.loads(json.dumps(as_json(result)))) == result
        SCHEMA.validate(as_json(result))
        return
    assert 0 < len(result) < 5000
    if not any(words in result for words in SEMANTIC_ERRORS) and not has_null(value):
        assert not SCHEMA.is_valid(value)


def fault_or_error(value: object) -> Fault | str:
    try:
        return read_fault(value)
    except FaultError as error:
        return str(error)


def has_null(value: object) -> bool:
    """Whether a field is null, which counts as absent; the schema, for editors, rejects it."""
    return isinstance(value, dict) and None in value.values()
