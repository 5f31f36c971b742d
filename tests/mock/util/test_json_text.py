"""JSON text: NaN and infinities are rejected, wherever they are, and null is kept."""

from __future__ import annotations

import json
from math import inf, nan

import pytest

from leadway_mock.util.json_text import to_json_text


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize("others", [{}, {"a": None}, {"a": "null"}])
def test_what_json_lacks_is_rejected(value: float, others: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json_text({**others, "b": [value]})


@pytest.mark.parametrize(
    "value", [None, "null", {"a": None, "b": [None, 1.5, True]}, (None, 1), {"a": None, "b": 2**70}]
)
def test_null_is_kept(value: object) -> None:
    assert json.loads(to_json_text(value)) == json.loads(json.dumps(value))
