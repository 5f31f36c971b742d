"""Agents file to agent registry."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leadway_mock.agents.builtin import BUILT_IN, echo, echo_with_remarks
from leadway_mock.agents.file.checks import rule_problems, warnings
from leadway_mock.agents.patterns import ANY, parse_condition
from leadway_mock.agents.registry import (
    ACTIVE,
    DEFAULT_SCOPES,
    Agent,
    AgentRegistry,
    InputVariable,
    ManagedDetails,
    Token,
    Version,
    only_version,
)
from leadway_mock.agents.replies import reply_fields
from leadway_mock.agents.templates import CannedReply, first_match_responder, parse_template
from leadway_mock.documents.problems import DocumentError, Problem, ProblemsError
from leadway_mock.documents.schema_errors import FileKind, document_problems
from leadway_mock.documents.yaml_document import load, read_text

MAX_DEPTH = 80
"""Nesting of an agents file: that of a body, and what is around the content of a version."""


class AgentsFileError(ProblemsError):
    """An agents file that cannot be used; `str()` lists its problems, one per line."""


def load_agents(path: str | Path) -> AgentRegistry:
    """Return the registry of the built-in agents and those of the agents file at `path`.

    An agent with a built-in agent's id replaces it. If the file declares tokens, only they and the
    test tokens are accepted. Raises `AgentsFileError`, which lists every problem.
    """
    try:
        text = read_text(path)
    except DocumentError as error:
        raise AgentsFileError(str(path), [error.problem]) from None
    content = parse_agents(text, str(path))
    agents = [restore_agent(entry) for entry in content.get("agents", [])]
    tokens = [_token(entry) for entry in content.get("tokens", [])]
    return AgentRegistry(
        by_id=MappingProxyType(dict(BUILT_IN.by_id) | {agent.id: agent for agent in agents}),
        tokens=MappingProxyType(dict(BUILT_IN.tokens) | {token.value: token for token in tokens}),
        any_token="tokens" not in content,
    )


def parse_agents(text: str, name: str, *, max_nodes: int | None = None) -> Mapping[str, Any]:
    """Return the content of an agents file, checked; raises `AgentsFileError`.

    `name` is what the error calls it.
    """
    try:
        document = load(text, max_nodes=max_nodes, max_depth=MAX_DEPTH)
    except DocumentError as error:
        # It contains text of the file, tokens included, so it is not chained.
        raise AgentsFileError(name, [error.problem]) from None
    problems = document_problems(document, _file_kind(), rule_problems(document))
    if problems:
        raise AgentsFileError(name, problems)
    content: Mapping[str, Any] = document.value  # type: ignore[assignment]  # by the schema
    return content


def agents_file_warnings(path: str | Path) -> list[Problem]:
    """Return the warnings about a valid agents file. Raises `DocumentError`."""
    return list(warnings(load(read_text(path), max_depth=MAX_DEPTH)))


def restore_agent(entry: Mapping[str, Any]) -> Agent:
    """Return the agent of an entry, such as the JSON in `Agent.source`, without checks."""
    source = json.dumps(entry)
    variables = tuple(InputVariable(**variable) for variable in entry.get("inputVariables", []))
    declared = tuple(
        Version(each["id"], each.get("published", True)) for each in entry.get("versions", [])
    )
    respond = echo_with_remarks(variables) if variables else echo
    if "replies" in entry:
        respond = first_match_responder([_reply(reply) for reply in entry["replies"]])
    return Agent(
        id=entry["id"],
        name=entry["name"],
        respond=respond,
        location=entry.get("location"),
        status=entry.get("status", ACTIVE),
        versions=declared if "versions" in entry else (only_version(entry["id"]),),
        input_variables=variables,
        managed=_managed(entry["managed"]) if "managed" in entry else None,
        digest=hashlib.blake2b(source.encode(), digest_size=8).hexdigest(),
        source=source,
    )


def _managed(entry: Mapping[str, Any]) -> ManagedDetails:
    return ManagedDetails(
        description=entry.get("description", ""),
        model=entry.get("model"),
        tools=tuple(entry.get("tools", [])),
        plugins=tuple(entry.get("plugins", [])),
        knowledge_base_ids=tuple(entry.get("knowledgeBaseIds", [])),
        published_at=entry.get("publishedAt"),
    )


def _reply(entry: Mapping[str, Any]) -> CannedReply:
    return CannedReply(
        template=parse_template(entry["response"]),
        reply=reply_fields(entry),
        condition=parse_condition(entry["when"]) if "when" in entry else ANY,
        turn=entry.get("turn"),
    )


def _token(entry: Mapping[str, Any]) -> Token:
    return Token(
        value=entry["token"],
        locations=tuple(entry["locations"]) if "locations" in entry else None,
        scopes=tuple(entry.get("scopes", DEFAULT_SCOPES)),
    )


@cache
def schema_text() -> str:
    """Return the JSON Schema of the agents file, as editors use it."""
    return resources.files(__package__).joinpath("agents.schema.json").read_text("utf-8")


@cache
def _file_kind() -> FileKind:
    return FileKind(
        schema=json.loads(schema_text()),
        start_hint="start it with a line `agents:` or `tokens:`",
        synonyms=SYNONYMS,
        misplaced={"turn": "put `turn` beside `when`, not into it"},
        secret=frozenset({("tokens",)}),
    )


SYNONYMS = {
    "agentId": ("id",),
    "answer": ("response",),
    "isPublished": ("published",),
    "key": ("name",),
    "locationId": ("location",),
    "locationIds": ("locations",),
    "match": ("when",),
    "message": ("when",),
    "output": ("response",),
    "reply": ("response",),
    "scope": ("scopes",),
    "text": ("response",),
    "value": ("token",),
    "versionId": ("id",),
}
"""Names that users may try, mostly the vendor's, with the names to suggest."""
