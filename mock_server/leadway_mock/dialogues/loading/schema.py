"""A dialogue file against its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

from leadway_mock.dialogues.model import ANSWER_FIELDS
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
"""Names that people try, with what they are called here."""

_ANSWER = "it belongs to the answer, as in `agent: {response: Hi, goalCompletion: true}`"
_MINTED = "leave it out: the mock makes one for each answer"
_TOP = "it belongs at the top of the file, beside `turns`"
_TURN = "it belongs to the turn, beside `user` and `agent`"
_WHEN = "it belongs to the conditions, as in `when: {turn: 1}`"

MISPLACED: Final = {
    **dict.fromkeys(("executionId", "interactionId"), _MINTED),
    **dict.fromkeys(("at_end", "fallback", "name", "turns"), _TOP),
    **dict.fromkeys(("branch", "fault", "label", "latency", "then", "when"), _TURN),
    **dict.fromkeys(("contact", "turn", "variables"), _WHEN),
    **dict.fromkeys(("response", *ANSWER_FIELDS), _ANSWER),
    "user": "it begins a turn: write `- user: …` under `turns`",
    "attachments": "what is sent belongs under `when`, what is answered under `agent`",
}
"""Names that are known elsewhere in the file, or nowhere, with where they belong."""


@cache
def schema_text() -> str:
    """Return the JSON Schema of a dialogue file, as editors use it."""
    return resources.files(__package__).joinpath("dialogues.schema.json").read_text("utf-8")


def schema_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each way in which `document` violates the schema."""
    return problems_of(document, _vocabulary())


@cache
def _vocabulary() -> FileKind:
    start = "start it with a line `turns:`, or with `- user: …`"
    return FileKind(json.loads(schema_text()), start, SYNONYMS, MISPLACED)
