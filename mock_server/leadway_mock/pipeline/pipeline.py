"""The story of a request: what is asked, by whom, may they, and what is answered.

`Story._told` is the whole way of a request, in numbered steps. Each step is a short function, and
each may end the story with a `Refusal`, which the contract words.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from leadway_mock.agents import AgentRegistry, Token
from leadway_mock.contract.model import Contract, Operation
from leadway_mock.dialogues import DialogueRegistry
from leadway_mock.http.messages import APIError, Request, Response
from leadway_mock.pipeline import authorization
from leadway_mock.pipeline.context import OperationCall, RequestContext, sent_facts
from leadway_mock.pipeline.example_selection import Preference, preferred_response, read_preference
from leadway_mock.pipeline.execute_agent import ExecuteAgentHandler
from leadway_mock.pipeline.fault_injection import FaultInjector
from leadway_mock.pipeline.response_builder import ResponseBuilder
from leadway_mock.pipeline.routing import route
from leadway_mock.pipeline.unused_input import find_unused_input
from leadway_mock.state.agent_versions import AgentVersions
from leadway_mock.store import StoreUnavailable
from leadway_mock.util.redaction import fingerprint, redact_text
from leadway_mock.validation.body_schema import BodyValidator
from leadway_mock.validation.json_body import read_json

log = logging.getLogger(__name__)

OPENING = "opening"
"""The key under which a story keeps with a request what it decided before it read the body."""


class RequestPipeline:
    """How requests are answered under one contract, with one cast. It changes nothing of itself."""

    def __init__(
        self,
        contract: Contract,
        cast: AgentRegistry,
        dialogues: DialogueRegistry,
        former: AgentVersions,
    ) -> None:
        """Build all that does not depend on a request, once.

        `former` are the agents of this and earlier casts.
        """
        self.contract = contract
        self.agents = cast
        self._answering = ResponseBuilder(contract)
        self._breaking = FaultInjector(contract)
        self._body_rules = _body_rules(contract)
        conversing = ExecuteAgentHandler(contract, cast, dialogues, former)
        self.handlers: Mapping[str, Callable[[OperationCall], Response]] = {
            "executeAgent": conversing.execute,
            "executeAgent-deprecated": conversing.execute,
        }

    def run(self, exchange: RequestContext) -> Response:
        """Return the answer to a request, with the headers that every answer has."""
        try:
            answer = self._respond(exchange).written()
        except APIError as refusal:
            answer = self._answering.error(refusal, exchange)
        except StoreUnavailable:
            raise  # It cannot be finished, since that asks the store, too.
        except Exception:
            log.exception("the mock failed on request %d", exchange.number)
            answer = self._answering.internal_error(
                "The mock failed; its own log on standard error says why."
            )
        return self._answering.finalize(answer, exchange)

    def _respond(self, exchange: RequestContext) -> Response:
        request = exchange.request
        opening = self._opening(exchange)  # 1, 2. what, by whom, may they
        operation = opening.operation
        body = self._read(exchange, operation)
        location = self._locate(request, operation, body, opening.token)
        self._limit(exchange, opening.app, location)  # 3. not too often
        self._check(exchange, operation, body)  # 4. is it well said
        self._note_unread(exchange, operation, body)
        if opening.preference:  # 5. what they asked to see comes before what would have happened
            answer = preferred_response(opening.preference, operation)
            exchange.facts["preferred"] = opening.preference.text
            return answer
        call = OperationCall(exchange, operation, opening.parameters, body, location)
        # 6. unless a fault was armed, 7, 8, 9. who answers and what, and the turn is committed
        return self._breaking.wrap(call, self.handlers.get(operation.id, _example))

    def _opening(self, exchange: RequestContext) -> _Opening:
        """Return what is asked for and by whom, if they may; what was decided before is known."""
        request = exchange.request
        known: _Opening | None = request.decided.get(OPENING)
        if known is not None and known.story is self:
            self._note(exchange, known.operation, known.parameters)
            return known
        operation, parameters = self._route(exchange)  # 1. what is asked for
        token = self._guard(exchange, operation)  # 2. by whom, and may they
        app, preference = fingerprint(token.value), read_preference(request)
        opening = _Opening(self, operation, parameters, token, app, preference)
        if not authorization.may_expire(token, self.agents):
            request.decided[OPENING] = opening
        return opening

    def _route(self, exchange: RequestContext) -> tuple[Operation, Mapping[str, str]]:
        operation, parameters = route(self.contract, exchange.request)
        self._note(exchange, operation, parameters)
        return operation, parameters

    def _note(
        self, exchange: RequestContext, operation: Operation, parameters: Mapping[str, str]
    ) -> None:
        exchange.operation = operation
        exchange.facts |= {"operationId": operation.id, "pathParameters": parameters}
        if operation.deprecated:
            exchange.facts["deprecated"] = True

    def _guard(self, exchange: RequestContext, operation: Operation) -> Token:
        token = authorization.check_token(exchange.request, self.agents, exchange.started_at)
        authorization.check_version(exchange.request, operation)
        authorization.check_scope(token, operation, exchange.namespace.settings.profile)
        return token

    def _read(self, exchange: RequestContext, operation: Operation) -> Any:  # noqa: ANN401 - any JSON
        if operation.body_schema is None:
            return {}
        body = read_json(exchange.request, exchange.namespace.settings.max_body_bytes)
        exchange.facts["sent"] = sent_facts(body)
        return body

    def _locate(
        self,
        request: Request,
        operation: Operation,
        body: Any,  # noqa: ANN401 - any JSON
        token: Token,
    ) -> str | None:
        if operation.body_schema and "locationId" in operation.body_schema["properties"]:
            place = body
        elif operation.parameter("query", "locationId"):
            place = dict(parse_qsl(request.query))
        else:
            return None
        location = authorization.check_location(place, token)
        return redact_text(location) if location else None  # It is kept, and may be a token.

    def _limit(self, exchange: RequestContext, app: str, location: str | None) -> None:
        if location is None:
            return
        exchange.facts["locationId"] = location
        quotas = exchange.namespace.quotas
        exchange.usage, refusal = quotas.count(app, location, exchange.started_at)
        if refusal is not None:
            raise refusal

    def _check(self, exchange: RequestContext, operation: Operation, body: object) -> None:
        rules = self._body_rules.get((operation.id, exchange.namespace.settings.unknown_properties))
        violations = rules.errors(body) if rules else ()
        if violations:
            messages = [violation.message for violation in violations]
            raise APIError("body-invalid", message=messages, violations=violations)

    def _note_unread(self, exchange: RequestContext, operation: Operation, body: object) -> None:
        """Keep for the journal what the caller sent in vain; it is no reason to refuse anything."""
        ignored = exchange.namespace.settings.unknown_properties == "ignore"
        rules = self._body_rules.get((operation.id, "refuse")) if ignored else None
        strangers = rules.errors(body) if rules else ()
        agent = self.agents.by_id.get(exchange.facts["pathParameters"].get("agentId", ""))
        if exchange.request.query or strangers or (agent and agent.input_variables):
            found = find_unused_input(exchange.request, operation, body, strangers, agent)
            exchange.facts |= {"unread": found} if found else {}


class _Opening(NamedTuple):
    """What a story made of the head of a request.

    `app` stands for the token, as quotas count.
    """

    story: RequestPipeline
    operation: Operation
    parameters: Mapping[str, str]
    token: Token
    app: str
    preference: Preference | None


def _example(call: OperationCall) -> Response:
    """Answer an operation that has no handler with its first example."""
    example = next(iter(call.operation.examples.values()))
    return Response(example.status, example.content, example.name, example.evidence)


def _body_rules(contract: Contract) -> dict[tuple[str, str], BodyValidator]:
    """Return the rules of each body, by operation and by what unknown properties get."""
    return {
        (operation.id, unknown): BodyValidator(
            operation.body_schema, refuse_unknown=unknown == "refuse"
        )
        for operation in contract.operations
        if operation.body_schema is not None
        for unknown in ("refuse", "ignore")
    }
