"""Observations of `leadway verify`: what a target did, and how the mock does the same.

They replace statuses, bodies and evidence in the contract when it is loaded, so a request costs
nothing more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib import resources
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, TypeVar

from leadway_mock.config.settings import FIELDS
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract, Operation
from leadway_mock.documents.problems import Problem, ProblemsError, TextPosition
from leadway_mock.documents.schema_errors import FileKind, value_problems
from leadway_mock.util.files import read_regular_file
from leadway_mock.util.json_pointer import to_pointer
from leadway_mock.util.names import json_name, suggest
from leadway_mock.util.printable_text import short_text

MAX_FILE_BYTES: Final = 16 * 1_048_576
FILE_HINT: Final = "use a file that `leadway verify` has written"

_PYTHON_NAMES: Final = {json_name(name): name for name in FIELDS}


ObservedT = TypeVar("ObservedT", "ObservedProbe", "ObservedResponse")


class ObservationsError(ProblemsError):
    """A file of observations that cannot be used; `str()` lists its problems, one per line."""


@dataclass(frozen=True, slots=True)
class ObservedProbe:
    """What one probe has shown, when: the normalized response, and the rows that it shows.

    `differences` are those that the mock has even with these observations.
    """

    probe: str
    date: str
    behaviours: tuple[str, ...]
    response: Mapping[str, Any]
    differences: tuple[Mapping[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the entry of a file."""
        return _to_json(self) | {"verdict": "differs" if self.differences else "agrees"}


@dataclass(frozen=True, slots=True)
class ObservedResponse:
    """What replaces an example of the contract: None keeps its status or its body.

    With `has_fixed_message`, the message never depends on the request. With `starts_session`, there
    is no error: the message starts a session.
    """

    rule: str
    status: int | None = None
    body: Mapping[str, Any] | None = None
    has_fixed_message: bool = False
    starts_session: bool = False


@dataclass(frozen=True, slots=True)
class Observations:
    """What a target was seen to do, and the changes with which the mock does the same.

    `settings` have Python names. `absent_headers` are lower-case names by the first digit of the
    status.
    """

    target: str = ""
    date: str = ""
    probes: tuple[ObservedProbe, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    responses: tuple[ObservedResponse, ...] = ()
    absent_headers: Mapping[int, frozenset[str]] = field(default_factory=dict)
    rejected_versions: tuple[str, ...] = ()
    """Values of `Version` that the contract accepts and the target does not."""

    @property
    def evidence(self) -> dict[str, str]:
        """The evidence of each row that a probe has shown, as in `X-Mock-Evidence`."""
        agreeing = (each for each in self.probes if not each.differences)
        found = sorted(agreeing, key=attrgetter("date"))
        return {row: f"observed, {each.date}" for each in found for row in each.behaviours}

    def to_json(self) -> dict[str, Any]:
        """Return the content of a file."""
        return {
            "version": 1,
            "target": self.target,
            "date": self.date,
            "settings": {json_name(name): value for name, value in self.settings.items()},
            "responses": list(map(_to_json, self.responses)),
            "absentHeaders": [
                {"status": f"{digit}XX", "names": sorted(names)}
                for digit, names in sorted(self.absent_headers.items())
            ],
            "rejectedVersions": list(self.rejected_versions),
            "probes": [each.to_json() for each in self.probes],
        }

    def apply(self, contract: Contract) -> Contract:
        """Return the contract with the observed responses, headers and evidence."""
        source = f"`leadway verify` against {self.target}"
        evidence = {
            row: {"evidence": level, "source": source} for row, level in self.evidence.items()
        }
        rows = [row | evidence.get(row["id"], {}) for row in contract.document["x-behaviours"]]
        return replace(
            contract,
            document={**contract.document, "x-behaviours": rows},
            operations=tuple(self._change(each, evidence) for each in contract.operations),
            session_starts=frozenset(each.rule for each in self.responses if each.starts_session),
            absent_headers=self.absent_headers,
        )

    def _change(self, operation: Operation, evidence: Mapping[str, Mapping[str, Any]]) -> Operation:
        """Return an operation as observed. Statuses of changed examples have no schema any more."""
        examples = {
            name: replace(example, **evidence.get(name, {}))
            for name, example in operation.examples.items()
        }
        schemas = dict(operation.response_schemas)
        for change in self.responses:
            if change.rule in examples:
                example = examples[change.rule]
                status = example.status if change.status is None else change.status
                examples[change.rule] = replace(
                    example,
                    status=status,
                    content=example.content if change.body is None else change.body,
                    has_fixed_message=change.has_fixed_message,
                )
                schemas[status] = {}
        accepted = "x-accepted-values"
        parameters = tuple(
            {**each, accepted: [one for one in each[accepted] if one not in self.rejected_versions]}
            if accepted in each
            else each
            for each in operation.parameters
        )
        return replace(
            operation, examples=examples, response_schemas=schemas, parameters=parameters
        )


def _to_json(value: ObservedProbe | ObservedResponse) -> dict[str, Any]:
    """Return the fields that differ from their defaults, by their names in a file."""
    content = {each: getattr(value, each.name) for each in fields(value)}
    return {json_name(each.name): found for each, found in content.items() if found != each.default}


def _from_json(kind: type[ObservedT], content: Mapping[str, Any]) -> ObservedT:
    values: dict[str, Any] = {}
    for each in fields(kind):
        if (value := content.get(json_name(each.name))) is not None:
            values[each.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def load_observed_contract(file: str | None) -> Contract:
    """Return the shipped contract, with the observations of `file` if there is one.

    Raises `ContractError` and `ObservationsError`.
    """
    contract = load_contract()
    return read_observations(file, contract).apply(contract) if file else contract


def observed_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the file that `values` name as `observations`, and `values` over them.

    Raises `ObservationsError`.
    """
    file = values.get("observations")
    return {**(read_observations(file).settings if file else {}), **values}


def read_observations(file: str | Path, contract: Contract | None = None) -> Observations:
    """Return the observations of a file; raises `ObservationsError`.

    With a `contract`, the rules of the file must be examples of it.
    """
    try:
        value = json.loads(read_regular_file(file, MAX_FILE_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        detail = error.strerror if isinstance(error, OSError) else short_text(str(error))
        place = TextPosition(getattr(error, "lineno", 1), getattr(error, "colno", 1))
        problem = Problem(place, f"cannot be read as JSON: {detail}", FILE_HINT)
        raise ObservationsError(str(file), [problem]) from None
    problems = list(value_problems(value, _file_kind()))
    if not problems and contract is not None:
        known = contract.examples
        what = "names no example of the contract"
        problems = [
            Problem(to_pointer(("responses", index, "rule")), what, suggest(each["rule"], known))
            for index, each in enumerate(value.get("responses", ()))
            if each["rule"] not in known
        ]
    if problems:
        named = (each._replace(location=each.location or "/") for each in problems)
        raise ObservationsError(str(file), named)
    return parse_observations(value)


def parse_observations(value: Mapping[str, Any]) -> Observations:
    """Return the observations of a JSON value that obeys the schema."""
    return Observations(
        target=value["target"],
        date=value["date"],
        probes=tuple(_from_json(ObservedProbe, each) for each in value["probes"]),
        settings={_PYTHON_NAMES[name]: each for name, each in value.get("settings", {}).items()},
        responses=tuple(_from_json(ObservedResponse, each) for each in value.get("responses", ())),
        absent_headers={
            int(each["status"][0]): frozenset(map(str.lower, each["names"]))
            for each in value.get("absentHeaders", ())
        },
        rejected_versions=tuple(value.get("rejectedVersions", ())),
    )


@cache
def _file_kind() -> FileKind:
    text = resources.files(__package__).joinpath("observations.schema.json").read_text("utf-8")
    return FileKind(json.loads(text), FILE_HINT)
