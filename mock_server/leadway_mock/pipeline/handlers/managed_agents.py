"""Handlers of the managed agents: execute with an idempotency key, list, and read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadway_mock.agents.registry import Agent, ManagedDetails
from leadway_mock.agents.replies import AgentReply
from leadway_mock.http.messages import APIError, FieldError, Response
from leadway_mock.pipeline.context import OperationCall, Prepared
from leadway_mock.pipeline.handlers.execute_agent import ExecuteAgentHandler
from leadway_mock.state.idempotency import KeyUse
from leadway_mock.state.sessions import Turn
from leadway_mock.util.json_pointer import to_pointer
from leadway_mock.util.json_text import to_json_bytes

KEY_HEADER = "Idempotency-Key"
MAX_KEY_CHARS = 128
MAX_VARIABLES_BYTES = 32 * 1024
MAX_VARIABLES_DEPTH = 5
"""Levels of objects and arrays in `extraVariables`, which is itself the first."""

VARIABLES = "extraVariables"
VARIABLE_PREFIXES = frozenset({"global", "inputs", "raw", "runtime"})
RESERVED_ROOTS = frozenset({"account", "contact", "location"})
RESERVED_NAMES = RESERVED_ROOTS | frozenset(
    {
        "agentid",
        "agencyid",
        "companyid",
        "contactid",
        "executionid",
        "locationid",
        "sessionid",
        "userid",
    }
)
"""Reserved names in lower case (documented)."""


class ManagedAgentsHandler(ExecuteAgentHandler):
    """Executes managed agents, with a key and other names, and lists and reads published ones."""

    session_field = "sessionId"
    variables_field = VARIABLES
    is_managed = True

    def prepare(self, call: OperationCall) -> Prepared:
        """Return the next turn, or the response of the turn that was processed with the same key.

        Raises `APIError`: `idempotency-key-missing`, `idempotency-key-invalid`,
        `variables-too-large`, `variable-reserved`, `idempotency-key-reused`,
        `idempotency-key-in-use`, and those of `prepare_turn`.
        """
        context, keys = call.context, call.context.namespace.idempotency
        key = _idempotency_key(call)
        check_variables(call.body.get(VARIABLES, {}))
        use = keys.read(
            key,
            agent_id=call.agent_id,
            location_id=call.location,
            body=call.body,
            reads=context.reads,
            now=context.started_at,
        )
        mismatch = context.namespace.settings.idempotency_mismatch
        if use.found is not None and not use.is_same_request and mismatch == "reject":
            raise APIError("idempotency-key-reused", hint="Create a new key for each turn.")
        if use.is_same_request or (use.found is not None and mismatch == "repeat"):
            return self._repeat(call, use)
        try:
            prepared = self.prepare_turn(call)
        except APIError as error:
            if error.rule.startswith("session-"):  # The same texts, with the name of this API.
                text = self.contract.examples[error.rule].content["message"]
                error.message = text.replace("executionId", "sessionId")
            raise
        stored = keys.writes(use, context.record, prepared.response.content)
        prepared.writes = [*prepared.writes, *stored]
        return prepared

    def _repeat(self, call: OperationCall, use: KeyUse) -> Prepared:
        context, found = call.context, use.found
        assert found is not None  # noqa: S101 - for the type checker
        wait = max(0.0, found.sent_at - context.started_at)
        if wait and context.namespace.settings.idempotency_concurrent == "conflict":
            hint = f"The first response is sent in {wait:g} seconds; retry after it."
            raise APIError("idempotency-key-in-use", hint=hint)
        rule = "managed-reply-repeated"
        hint = f"The key was used for turn {found.turn} of {found.execution_id}; nothing was run."
        response = Response(200, found.content, rule, self.contract.evidence[rule], hint=hint)
        response.delay = wait
        context.record.is_repeated = True
        return Prepared(response)

    def render(
        self, execution_id: str, turn: Turn, reply: AgentReply
    ) -> tuple[str, dict[str, Any]]:
        """Return the rule and the body of the response."""
        content = {
            "success": reply.success,
            "agentId": turn.agent_id,
            "sessionId": execution_id,
            "finalText": reply.response,
            "toolsFired": list(reply.tools_fired),
        }
        media = list(reply.generated_media)
        content |= {"generatedMedia": media} if media else {}
        return reply.rule or "managed-reply", content

    def list_page(self, call: OperationCall) -> Prepared:
        """Return a page of the agents of the location."""
        query = call.query
        text = query.get("query", "").casefold()
        skip, limit = query.get("skip", 0), query.get("limit", 25)
        found = [
            agent
            for agent, details in self._find_published(call)
            if text in agent.name.casefold() or text in details.description.casefold()
        ]
        page = found[skip : skip + limit]
        content = {
            "agents": [_summary(each, call.location) for each in page],
            "total": len(found),
            "skip": skip,
            "limit": limit,
            "hasMore": skip + len(page) < len(found),
        }
        return self._prepare("managed-agents", content)

    def get(self, call: OperationCall) -> Prepared:
        """Return one agent; raises `APIError`: `agent-unknown` or `agent-unpublished`."""
        for agent, details in self._find_published(call):
            if agent.id == call.agent_id:
                content = _summary(agent, call.location) | _details(details)
                return self._prepare("managed-agent", content)
        hidden = self._agents.by_id.get(call.agent_id)
        if hidden and hidden.is_reachable(call.location, managed=True):
            raise APIError("agent-unpublished", hint="It is not published, or not active.")
        known = ", ".join(agent.id for agent, _ in self._find_published(call))
        raise APIError("agent-unknown", hint=f"Managed agents in this location: {known}.")

    def _find_published(self, call: OperationCall) -> Iterator[tuple[Agent, ManagedDetails]]:
        for agent in self._agents.by_id.values():
            is_reachable = agent.is_reachable(call.location, managed=True)
            if agent.managed and is_reachable and agent.can_run:
                yield agent, agent.managed

    def _prepare(self, rule: str, content: object) -> Prepared:
        return Prepared(Response(200, content, rule, self.contract.evidence[rule]))


def _summary(agent: Agent, location: str) -> dict[str, Any]:
    version = agent.published_version()
    return {
        "id": agent.id,
        "name": agent.name,
        "description": agent.managed.description if agent.managed else "",
        "locationId": agent.location or location,
        "publishedVersionId": version.id if version else "",
    }


def _details(details: ManagedDetails) -> dict[str, Any]:
    optional = {"publishedAt": details.published_at, "model": details.model}
    return {name: value for name, value in optional.items() if value is not None} | {
        "tools": list(details.tools),
        "plugins": [dict(each) for each in details.plugins],
        "knowledgeBaseIds": list(details.knowledge_base_ids),
    }


def _idempotency_key(call: OperationCall) -> str:
    key = call.context.request.headers.get(KEY_HEADER.lower(), "").strip()
    if not key:
        hint = f"Send '{KEY_HEADER}: <UUID>', a new one for each turn, and the same to retry it."
        raise APIError("idempotency-key-missing", hint=hint)
    if len(key) > MAX_KEY_CHARS:
        hint = f"The key has {len(key)} characters; {MAX_KEY_CHARS} are allowed."
        raise APIError("idempotency-key-invalid", hint=hint)
    return key


def check_variables(variables: Mapping[str, Any]) -> None:
    """Check size, depth and names of `extraVariables`.

    Raises `APIError`: `variables-too-large` or `variable-reserved`.
    """
    if not variables:
        return
    problem = ""
    if len(to_json_bytes(variables)) > MAX_VARIABLES_BYTES:
        problem = f"must have at most {MAX_VARIABLES_BYTES} bytes as JSON"
    elif _depth(variables) > MAX_VARIABLES_DEPTH:
        problem = f"must be nested at most {MAX_VARIABLES_DEPTH} levels deep"
    if problem:
        error = FieldError(to_pointer([VARIABLES]), f"{VARIABLES} {problem}")
        raise APIError("variables-too-large", violations=(error,))
    reserved = next(_reserved_paths(variables, ()), None)
    if reserved is not None:
        message = f"{'.'.join((VARIABLES, *reserved))} is reserved"
        hint = "Put it below a name of your own, or leave it out."
        error = FieldError(to_pointer([VARIABLES, *reserved]), message, hint)
        raise APIError("variable-reserved", message=message, violations=(error,))


def _depth(value: object) -> int:
    """Return how deeply objects and arrays are nested. The parser limits it."""
    children: Any = ()
    if isinstance(value, Mapping):
        children = value.values()
    elif isinstance(value, list):
        children = value
    else:
        return 0
    return 1 + max(map(_depth, children), default=0)


def _reserved_paths(values: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the path of each reserved name, with prefixes or without; `path` is of `values`."""
    for name, value in values.items():
        rest = name.lower().split(".")
        while rest and rest[0] in VARIABLE_PREFIXES:
            del rest[0]
        if rest and rest[0] in RESERVED_NAMES:
            yield (*path, name)
        elif not rest and isinstance(value, Mapping):
            yield from _reserved_paths(value, (*path, name))
