"""Table of the conformance rules, read by the report, the docs and the tests."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from types import MappingProxyType


class Severity(StrEnum):
    """Severity of a finding."""

    ERROR = "error"
    """The platform rejects it, or a conversation is lost, duplicated or mixed up."""

    WARNING = "warning"
    """It works today, or caused no harm this time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One mistake of a client. All texts are sentences."""

    id: str
    severity: Severity
    summary: str
    """What the client does, and the consequence."""

    hint: str
    """How to fix it."""

    not_reported: str = ""
    """What looks similar and is correct."""


def _load() -> dict[str, Rule]:
    text = resources.files(__package__).joinpath("rules.toml").read_text("utf-8")
    return {
        name: Rule(name, Severity(rule.pop("severity")), **rule)
        for name, rule in tomllib.loads(text).items()
    }


RULES: Mapping[str, Rule] = MappingProxyType(_load())
"""The rules by id, in the order of reports."""


def check_ids(ids: Iterable[str]) -> frozenset[str]:
    """Return `ids` as a set; raises `ValueError` if one is not the id of a rule."""
    allowed = frozenset([ids] if isinstance(ids, str) else ids)
    unknown = sorted(allowed - set(RULES))
    if unknown:
        raise ValueError(
            f"unknown finding {', '.join(unknown)}; must be one of {', '.join(RULES)}."
        )
    return allowed
