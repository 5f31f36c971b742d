"""Observations of `leadway verify`: what a target did, and how the mock does the same.

They replace statuses, bodies and evidence in the contract when it is loaded, so a request costs
nothing more.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from leadway_mock.config.settings import FIELDS
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract, Example, Operation
from leadway_mock.documents.problems import Problem, ProblemsError, TextPosition
from leadway_mock.documents.schema_errors import FileKind, value_problems
from leadway_mock.util.files import read_regular_file
from leadway_mock.util.json_pointer import to_pointer
from leadway_mock.util.names import json_name, suggest
from leadway_mock.util.printable_text import short_text

MAX_FILE_BYTES: Final = 16 * 1_048_576
FILE_VERSION: Final = 1
AGREES: Final = "agrees"
FILE_HINT: Final = "use a file that `leadway verify` has written"

_PYTHON_NAMES: Final = {json_name(name): name for name in FIELDS}


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
        content: dict[str, Any] = {
            "probe": self.probe,
            "date": self.date,
            "verdict": "differs" if self.differences else AGREES,
            "behaviours": list(self.behaviours),
            "response": dict(self.response),
        }
        return content | (
            {"differences": [dict(each) for each in self.differences]} if self.differences else {}
        )


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

    def to_json(self) -> dict[str, Any]:
        """Return the entry of a file."""
        content: dict[str, Any] = {"rule": self.rule}
        if self.status is not None:
            content["status"] = self.status
        if self.body is not None:
            content["body"] = dict(self.body)
        flags = {"hasFixedMessage": self.has_fixed_message, "startsSession": self.starts_session}
        return content | {name: True for name, is_set in flags.items() if is_set}


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
            "version": FILE_VERSION,
            "target": self.target,
            "date": self.date,
            "settings": {json_name(name): value for name, value in self.settings.items()},
            "responses": [each.to_json() for each in self.responses],
            "absentHeaders": [
                {"status": f"{digit}XX", "names": sorted(names)}
                for digit, names in sorted(self.absent_headers.items())
            ],
            "rejectedVersions": list(self.rejected_versions),
            "probes": [each.to_json() for each in self.probes],
        }

    def apply(self, contract: Contract) -> Contract:
        """Return the contract with the observed responses, headers and evidence."""
        changes, evidence = {each.rule: each for each in self.responses}, self.evidence
        source = f"`leadway verify` against {self.target}"
        rows = [
            row | {"evidence": evidence[row["id"]], "source": source}
            if row["id"] in evidence
            else row
            for row in contract.document["x-behaviours"]
        ]
        return replace(
            contract,
            document={**contract.document, "x-behaviours": rows},
            operations=tuple(
                _without_versions(
                    _with_examples(each, changes, evidence, source), self.rejected_versions
                )
                for each in contract.operations
            ),
            session_starts=frozenset(each.rule for each in self.responses if each.starts_session),
            absent_headers=self.absent_headers,
        )


def _with_examples(
    operation: Operation,
    changes: Mapping[str, ObservedResponse],
    evidence: Mapping[str, str],
    source: str,
) -> Operation:
    """Return an operation with changed examples. Their statuses have no schema any more."""
    examples = dict(operation.examples)
    schemas = dict(operation.response_schemas)
    for name, example in operation.examples.items():
        change = changes.get(name)
        if change is not None:
            examples[name] = _with_change(example, change)
            schemas[examples[name].status] = {}
        if name in evidence:
            examples[name] = replace(examples[name], evidence=evidence[name], source=source)
    return replace(operation, examples=examples, response_schemas=schemas)


def _without_versions(operation: Operation, rejected: Collection[str]) -> Operation:
    """Return an operation that does not accept these values of `Version`."""
    if not rejected:
        return operation
    accepted = "x-accepted-values"
    parameters = tuple(
        {**each, accepted: [value for value in each[accepted] if value not in rejected]}
        if accepted in each
        else each
        for each in operation.parameters
    )
    return replace(operation, parameters=parameters)


def _with_change(example: Example, change: ObservedResponse) -> Example:
    return replace(
        example,
        status=example.status if change.status is None else change.status,
        content=example.content if change.body is None else change.body,
        has_fixed_message=change.has_fixed_message,
    )


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
    problems = list(value_problems(value, _file_kind())) or list(_unknown_rules(value, contract))
    if problems:
        named = (each._replace(location=each.location or "/") for each in problems)
        raise ObservationsError(str(file), named)
    return parse_observations(value)


def parse_observations(value: Mapping[str, Any]) -> Observations:
    """Return the observations of a JSON value that obeys the schema."""
    return Observations(
        target=value["target"],
        date=value["date"],
        probes=tuple(
            ObservedProbe(
                each["probe"],
                each["date"],
                tuple(each["behaviours"]),
                each["response"],
                tuple(each.get("differences", ())),
            )
            for each in value["probes"]
        ),
        settings={_PYTHON_NAMES[name]: each for name, each in value.get("settings", {}).items()},
        responses=tuple(
            ObservedResponse(
                each["rule"],
                each.get("status"),
                each.get("body"),
                each.get("hasFixedMessage", False),
                each.get("startsSession", False),
            )
            for each in value.get("responses", ())
        ),
        absent_headers={
            int(each["status"][0]): frozenset(map(str.lower, each["names"]))
            for each in value.get("absentHeaders", ())
        },
        rejected_versions=tuple(value.get("rejectedVersions", ())),
    )


def _unknown_rules(value: Mapping[str, Any], contract: Contract | None) -> Iterator[Problem]:
    if contract is None:
        return
    for index, each in enumerate(value.get("responses", ())):
        if each["rule"] not in contract.examples:
            hint = suggest(each["rule"], contract.examples)
            pointer = to_pointer(("responses", index, "rule"))
            yield Problem(pointer, "names no example of the contract", hint)


@cache
def _file_kind() -> FileKind:
    text = resources.files(__package__).joinpath("observations.schema.json").read_text("utf-8")
    return FileKind(json.loads(text), FILE_HINT)
