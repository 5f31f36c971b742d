"""JSON Schema of faults, and the error of a fault that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Literal

from leadway_mock.documents.problems import Problem
from leadway_mock.documents.schema_errors import FileKind, value_problems
from leadway_mock.util.printable_text import cut_text

MAX_SHOWN_CHARS = 80


def quote_value(value: object) -> str:
    """Return `value` for a message: on one line, cut to a limit."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int) and abs(value) >= 10**MAX_SHOWN_CHARS:  # Python's limit is near.
        return "this number"
    return cut_text(repr(value), MAX_SHOWN_CHARS)


class FaultError(ValueError):
    """A fault that cannot be used; `str()` lists its problems, one per line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"{'' if each.location else 'the fault'}{each}" for each in self.problems]
        super().__init__("\n".join(lines))


@cache
def schema_text() -> str:
    """Return the JSON Schema of a fault, for editors and OpenAPI files."""
    folder = resources.files("leadway_mock.faults")
    return folder.joinpath("faults.schema.json").read_text("utf-8")


def schema_problems(value: object, part: Literal["fault", "latency"] = "fault") -> list[Problem]:
    """Return the violations of the schema by the JSON form of a fault, or of a latency alone."""
    return list(value_problems(value, _kind(part)))


@cache
def _kind(part: str) -> FileKind:
    schema = json.loads(schema_text())
    # `Fault` explains better than a schema that a fault needs an effect.
    del schema["anyOf"]
    if part == "latency":
        schema = {**schema["$defs"]["latency"], "$defs": schema["$defs"]}
        return FileKind(schema, "write a duration, such as 200ms", name="`latency`")
    return FileKind(schema, 'write it as {"status": 500}', name="the fault")
