"""JSON Schema of a dialogue file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

from leadway_mock.agents.replies import REPLY_FIELDS
from leadway_mock.documents.problems import Problem
from leadway_mock.documents.schema_errors import FileKind
from leadway_mock.documents.schema_errors import schema_problems as problems_of
from leadway_mock.documents.yaml_document import Document

SYNONYMS: Final = {
    "after": ("at_end",),
    "agentId": ("agent",),
    "agents": ("agent",),
    "alternatives": ("branch",),
    "answer": ("agent", "response"),
    "assistant": ("agent",),
    "attachment": ("attachments",),
    "branches": ("branch",),
    "contactId": ("contact",),
    "delay": ("latency",),
    "goto": ("then",),
    "id": ("label", "name"),
    "inputVariables": ("variables",),
    "message": ("user",),
    "next": ("then",),
    "otherwise": ("fallback",),
    "reply": ("agent",),
    "text": ("response", "user"),
}
"""Names that users may try, with the names to suggest."""

_REPLY = "it belongs to the reply, as in `agent: {response: Hi, goalCompletion: true}`"
_GENERATED = "leave it out: the mock generates one for each response"
_TOP = "it belongs at the top of the file, beside `turns`"
_TURN = "it belongs to the turn, beside `user` and `agent`"
_WHEN = "it belongs to the conditions, as in `when: {turn: 1}`"

MISPLACED: Final = {
    **dict.fromkeys(("executionId", "interactionId"), _GENERATED),
    **dict.fromkeys(("at_end", "fallback", "name", "turns"), _TOP),
    **dict.fromkeys(("branch", "fault", "label", "latency", "then", "when"), _TURN),
    **dict.fromkeys(("contact", "turn", "variables"), _WHEN),
    **dict.fromkeys(("response", *REPLY_FIELDS), _REPLY),
    "user": "it begins a turn: write `- user: …` under `turns`",
    "attachments": "sent attachments belong under `when`, those of the reply under `agent`",
}
"""Hints for names that are valid elsewhere in the file, or nowhere."""


@cache
def schema_text() -> str:
    """Return the JSON Schema of a dialogue file, as editors use it."""
    return resources.files(__package__).joinpath("dialogues.schema.json").read_text("utf-8")


def schema_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each way in which `document` violates the schema."""
    return problems_of(document, _file_kind())


@cache
def _file_kind() -> FileKind:
    start = "start it with a line `turns:`, or with `- user: …`"
    return FileKind(json.loads(schema_text()), start, SYNONYMS, MISPLACED)
