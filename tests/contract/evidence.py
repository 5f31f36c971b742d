"""Rows of the contract: their evidence, and the example responses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTRACT = Path(__file__).resolve().parents[2] / "openapi" / "leadway.yaml"
EVIDENCE = ("documented", "observed", "inferred", "invented")

_PATH = "/agent-studio/agent/{agentId}/execute"


@dataclass(frozen=True, slots=True)
class Example:
    """An example response and its status."""

    name: str
    status: int
    value: dict[str, Any]


@cache
def document() -> dict[str, Any]:
    """Return the parsed contract."""
    content: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())
    return content


@cache
def rows() -> dict[str, str]:
    """Return the evidence of every named part of the contract that states it."""
    evidence = {behaviour["id"]: behaviour["evidence"] for behaviour in document()["x-behaviours"]}
    for component in document()["components"].values():
        for name, node in component.items():
            if "x-evidence" in node:
                evidence[name] = node["x-evidence"]["level"]
    return evidence


def examples() -> Iterator[Example]:
    """Yield every example response of the contract."""
    components = document()["components"]
    for status, response in document()["paths"][_PATH]["post"]["responses"].items():
        named = components["responses"][response["$ref"].rpartition("/")[2]]
        for name in named["content"]["application/json"]["examples"]:
            yield Example(name, int(status), components["examples"][name]["value"])
