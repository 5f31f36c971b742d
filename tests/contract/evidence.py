"""What the contract says of itself: its rows, how well each is known, and its example answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.contract.clauses import Clause

CONTRACT = Path(__file__).resolve().parents[2] / "openapi" / "leadway.yaml"
LEVELS = ("documented", "observed", "inferred", "invented")
"""From the best known to the least."""


@dataclass(frozen=True, slots=True)
class Example:
    """An example answer, and the status it stands under."""

    name: str
    status: int
    value: dict[str, Any]


@cache
def document() -> dict[str, Any]:
    """Return the contract, as it stands in its file."""
    found: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())
    return found


@cache
def rows() -> dict[str, str]:
    """Return the level of everything in the contract that has a name and states its evidence."""
    found = {behaviour["id"]: behaviour["evidence"] for behaviour in document()["x-behaviours"]}
    for component in document()["components"].values():
        for name, node in component.items():
            if "x-evidence" in node:
                found[name] = node["x-evidence"]["level"]
    return found


def level_of(clause: Clause) -> str:
    """Return how well a clause is known, which is how well its weakest row is.

    Raises:
        KeyError: it rests on something that the contract does not have.
    """
    levels = [rows()[row] for row in clause.rests_on] or [clause.level]
    return max(levels, key=LEVELS.index)


def answers() -> Iterator[Example]:
    """Yield every example answer of the contract."""
    components = document()["components"]
    for status, response in document()["paths"][_PATH]["post"]["responses"].items():
        named = components["responses"][response["$ref"].rpartition("/")[2]]
        for name in named["content"]["application/json"]["examples"]:
            yield Example(name, int(status), components["examples"][name]["value"])


_PATH = "/agent-studio/agent/{agentId}/execute"
