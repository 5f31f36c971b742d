"""The agents file: from its text to a cast of agents and tokens, or to every problem it has."""

import hashlib
import json
from collections.abc import Mapping
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from leadway_mock.agents.builtin import echo, echo_with_remarks
from leadway_mock.agents.canned_replies import CannedReply, first_match_responder
from leadway_mock.agents.file.checks import rule_problems
from leadway_mock.agents.file.schema import schema_problems
from leadway_mock.agents.input_variables import InputVariable
from leadway_mock.agents.message_conditions import parse_condition
from leadway_mock.agents.registry import (
    ACTIVE,
    BUILT_IN,
    WRITE_SCOPE,
    Agent,
    AgentRegistry,
    Token,
    Version,
    only_version,
)
from leadway_mock.agents.replies import AgentReply, Responder
from leadway_mock.agents.templates import parse_template
from leadway_mock.documents.problems import Problem, ProblemsError
from leadway_mock.documents.text_files import MAX_BYTES, UnreadableError, read_text
from leadway_mock.documents.yaml_document import Document, YamlError, load

__all__ = ["MAX_BYTES", "AgentsFileError", "load_agents", "restore_agent"]

MOST_PROBLEMS: Final = 1_000
"""After so many the rest is not looked for: the file is of another kind."""

REPLY_FIELDS: Final[Mapping[str, str]] = {
    "goalCompletion": "goal_completion",
    "flowSwitch": "flow_switch",
    "attachments": "attachments",
    "generativeOutputs": "generative_outputs",
    "type": "type",
    "nextExpectedInput": "next_expected_input",
    "executionStatus": "execution_status",
    "success": "success",
}
"""What a reply in the file may set, by its name in the file, and in `Reply`."""


class AgentsFileError(ProblemsError):
    """An agents file that cannot be used; `str()` of it lists every problem, one a line."""


def load_agents(path: str | Path) -> AgentRegistry:
    """Read the agents file at `path` and put its cast on top of the built-in one.

    An agent with a built-in agent's id takes its place. If the file declares tokens, they and the
    magic ones are all that is accepted. Raises `AgentsFileError`, which lists every problem.
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
    return set(islice(found, MOST_PROBLEMS))


def _read(path: str | Path) -> Document:
    # The errors caught here hold the text of the file, tokens included, so they are not chained.
    try:
        return load(read_text(path))
    except (UnreadableError, YamlError) as error:
        raise AgentsFileError(str(path), [error.problem]) from None


def restore_agent(source: str) -> Agent:
    """Return the agent of that `source`. The text is the mock's own, and not checked."""
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
        template=parse_template(entry["answer"]),
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
