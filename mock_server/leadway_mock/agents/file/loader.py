"""Agents file to agent registry."""

import hashlib
import json
from collections.abc import Mapping
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from leadway_mock.agents.builtin import BUILT_IN, echo, echo_with_remarks
from leadway_mock.agents.canned_replies import CannedReply, first_match_responder
from leadway_mock.agents.file.checks import rule_problems
from leadway_mock.agents.file.schema import schema_problems
from leadway_mock.agents.input_variables import InputVariable
from leadway_mock.agents.message_conditions import parse_condition
from leadway_mock.agents.registry import (
    ACTIVE,
    WRITE_SCOPE,
    Agent,
    AgentRegistry,
    Token,
    Version,
    only_version,
)
from leadway_mock.agents.replies import REPLY_FIELDS, AgentReply, Responder
from leadway_mock.agents.templates import parse_template
from leadway_mock.documents.problems import Problem, ProblemsError
from leadway_mock.documents.text_files import UnreadableFileError, read_text
from leadway_mock.documents.yaml_document import Document, YamlError, load

MAX_PROBLEMS: Final = 1_000
"""Maximum problems to find; a file of another kind may have more."""


class AgentsFileError(ProblemsError):
    """An agents file that cannot be used; `str()` lists its problems, one per line."""


def load_agents(path: str | Path) -> AgentRegistry:
    """Return the registry of the built-in agents and those of the agents file at `path`.

    An agent with a built-in agent's id replaces it. If the file declares tokens, only they and the
    test tokens are accepted. Raises `AgentsFileError`, which lists every problem.
    """
    document = _read(path)
    problems = sorted(_problems(document))
    if problems:
        raise AgentsFileError(str(path), problems)
    content: Any = document.value
    agents = [_agent(entry) for entry in content.get("agents", [])]
    tokens = [_token(entry) for entry in content.get("tokens", [])]
    return AgentRegistry(
        by_id=MappingProxyType(dict(BUILT_IN.by_id) | {agent.id: agent for agent in agents}),
        tokens=MappingProxyType(dict(BUILT_IN.tokens) | {token.value: token for token in tokens}),
        any_token="tokens" not in content,
    )


def _problems(document: Document) -> set[Problem]:
    found = chain(schema_problems(document), rule_problems(document))
    return set(islice(found, MAX_PROBLEMS))


def _read(path: str | Path) -> Document:
    # The caught errors contain text of the file, tokens included, so they are not chained.
    try:
        return load(read_text(path))
    except (UnreadableFileError, YamlError) as error:
        raise AgentsFileError(str(path), [error.problem]) from None


def restore_agent(source: str) -> Agent:
    """Return the agent of `Agent.source`, without checks."""
    return _agent(json.loads(source))


def _agent(entry: Mapping[str, Any]) -> Agent:
    source = json.dumps(entry)
    variables = tuple(InputVariable(**variable) for variable in entry.get("inputVariables", []))
    return Agent(
        id=entry["id"],
        name=entry["name"],
        respond=_responder(entry, variables),
        location=entry.get("location"),
        status=entry.get("status", ACTIVE),
        versions=_versions(entry),
        input_variables=variables,
        digest=hashlib.blake2b(source.encode(), digest_size=8).hexdigest(),
        source=source,
    )


def _versions(entry: Mapping[str, Any]) -> tuple[Version, ...]:
    if "versions" not in entry:
        return (only_version(entry["id"]),)
    return tuple(Version(**version) for version in entry["versions"])


def _responder(entry: Mapping[str, Any], variables: tuple[InputVariable, ...]) -> Responder:
    if "replies" in entry:
        return first_match_responder([_reply(reply) for reply in entry["replies"]])
    return echo_with_remarks(variables) if variables else echo


def _reply(entry: Mapping[str, Any]) -> CannedReply:
    fields = {field: entry[name] for name, field in REPLY_FIELDS.items() if name in entry}
    return CannedReply(
        template=parse_template(entry["response"]),
        reply=AgentReply("", **fields),
        condition=parse_condition(entry["when"]) if "when" in entry else None,
        turn=entry.get("turn"),
    )


def _token(entry: Mapping[str, Any]) -> Token:
    return Token(
        value=entry["token"],
        locations=tuple(entry["locations"]) if "locations" in entry else None,
        scopes=tuple(entry.get("scopes", [WRITE_SCOPE])),
    )
