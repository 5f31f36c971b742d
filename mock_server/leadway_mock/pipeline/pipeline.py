"""The story of a request: what is asked, by whom, may they, and what is answered.

`Story._told` is the whole way of a request, in numbered steps. Each step is a short function, and
each may end the story with a `Refusal`, which the contract words.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from leadway_mock.agents import Cast, Token
from leadway_mock.contract.model import Contract, Operation
from leadway_mock.dialogues import Repertoire
from leadway_mock.http.messages import Answer, Refusal, Request
from leadway_mock.pipeline import authorization
from leadway_mock.pipeline.context import Call, Exchange, sent_facts
from leadway_mock.pipeline.example_selection import Preference, preferred_answer, read_preference
from leadway_mock.pipeline.execute_agent import Conversing
from leadway_mock.pipeline.fault_injection import Breaking
from leadway_mock.pipeline.response_builder import Answering
from leadway_mock.pipeline.routing import route
from leadway_mock.pipeline.unused_input import unread
from leadway_mock.state.agent_versions import FormerAgents
from leadway_mock.store import StoreUnavailable
from leadway_mock.util.redaction import fingerprint, redact_text
from leadway_mock.validation.body_schema import BodyRules
from leadway_mock.validation.json_body import read_json

log = logging.getLogger(__name__)

OPENING = "opening"
"""The key under which a story keeps with a request what it decided before it read the body."""


class Story:
    """How requests are answered under one contract, with one cast. It changes nothing of itself."""

    def __init__(
        self,
        contract: Contract,
        cast: Cast,
        dialogues: Repertoire,
        former: FormerAgents,
    ) -> None:
        """Build all that does not depend on a request, once.

        `former` are the agents of this and earlier casts.
        """
        self.contract = contract
        self.cast = cast
        self._answering = Answering(contract)
        self._breaking = Breaking(contract)
        self._body_rules = _body_rules(contract)
        conversing = Conversing(contract, cast, dialogues, former)
        self.handlers: Mapping[str, Callable[[Call], Answer]] = {
            "executeAgent": conversing.execute,
            "executeAgent-deprecated": conversing.execute,
        }

    def answer(self, exchange: Exchange) -> Answer:
        """Return the answer to a request, with the headers that every answer has."""
        try:
            answer = self._told(exchange).written()
        except Refusal as refusal:
            answer = self._answering.refused(refusal, exchange)
        except StoreUnavailable:
            raise  # It cannot be finished, since that asks the store, too.
        except Exception:
            log.exception("the mock failed on request %d", exchange.number)
            answer = self._answering.failed(
                "The mock failed; its own log on standard error says why."
            )
        return self._answering.finished(answer, exchange)

    def _told(self, exchange: Exchange) -> Answer:
        request = exchange.request
        opening = self._opening(exchange)  # 1, 2. what, by whom, may they
        operation = opening.operation
        body = self._read(exchange, operation)
        location = self._locate(request, operation, body, opening.token)
        self._limit(exchange, opening.app, location)  # 3. not too often
        self._check(exchange, operation, body)  # 4. is it well said
        self._note_unread(exchange, operation, body)
        if opening.preference:  # 5. what they asked to see comes before what would have happened
            answer = preferred_answer(opening.preference, operation)
            exchange.facts["preferred"] = opening.preference.text
            return answer
        call = Call(exchange, operation, opening.parameters, body, location)
        # 6. unless a fault was armed, 7, 8, 9. who answers and what, and the turn is committed
        return self._breaking.around(call, self.handlers.get(operation.id, _example))

    def _opening(self, exchange: Exchange) -> _Opening:
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
        if not authorization.may_expire(token, self.cast):
            request.decided[OPENING] = opening
        return opening

    def _route(self, exchange: Exchange) -> tuple[Operation, Mapping[str, str]]:
        operation, parameters = route(self.contract, exchange.request)
        self._note(exchange, operation, parameters)
        return operation, parameters

    def _note(
        self, exchange: Exchange, operation: Operation, parameters: Mapping[str, str]
    ) -> None:
        exchange.operation = operation
        exchange.facts |= {"operationId": operation.id, "pathParameters": parameters}
        if operation.deprecated:
            exchange.facts["deprecated"] = True

    def _guard(self, exchange: Exchange, operation: Operation) -> Token:
        token = authorization.check_token(exchange.request, self.cast, exchange.began)
        authorization.check_version(exchange.request, operation)
        authorization.check_scope(token, operation, exchange.space.settings.profile)
        return token

    def _read(self, exchange: Exchange, operation: Operation) -> Any:  # noqa: ANN401 - any JSON
        if operation.body_schema is None:
            return {}
        body = read_json(exchange.request, exchange.space.settings.max_body_bytes)
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

    def _limit(self, exchange: Exchange, app: str, location: str | None) -> None:
        if location is None:
            return
        exchange.facts["locationId"] = location
        quotas = exchange.space.quotas
        exchange.usage, refusal = quotas.count(app, location, exchange.began)
        if refusal is not None:
            raise refusal

    def _check(self, exchange: Exchange, operation: Operation, body: object) -> None:
        rules = self._body_rules.get((operation.id, exchange.space.settings.unknown_properties))
        violations = rules.violations(body) if rules else ()
        if violations:
            messages = [violation.message for violation in violations]
            raise Refusal("body-invalid", message=messages, violations=violations)

    def _note_unread(self, exchange: Exchange, operation: Operation, body: object) -> None:
        """Keep for the journal what the caller sent in vain; it is no reason to refuse anything."""
        ignored = exchange.space.settings.unknown_properties == "ignore"
        rules = self._body_rules.get((operation.id, "refuse")) if ignored else None
        strangers = rules.violations(body) if rules else ()
        agent = self.cast.agents.get(exchange.facts["pathParameters"].get("agentId", ""))
        if exchange.request.query or strangers or (agent and agent.input_variables):
            found = unread(exchange.request, operation, body, strangers, agent)
            exchange.facts |= {"unread": found} if found else {}


class _Opening(NamedTuple):
    """What a story made of the head of a request.

    `app` stands for the token, as quotas count.
    """

    story: Story
    operation: Operation
    parameters: Mapping[str, str]
    token: Token
    app: str
    preference: Preference | None


def _example(call: Call) -> Answer:
    """Answer an operation that has no handler with its first example."""
    example = next(iter(call.operation.examples.values()))
    return Answer(example.status, example.content, example.name, example.level)


def _body_rules(contract: Contract) -> dict[tuple[str, str], BodyRules]:
    """Return the rules of each body, by operation and by what unknown properties get."""
    return {
        (operation.id, unknown): BodyRules(
            operation.body_schema, refuse_unknown=unknown == "refuse"
        )
        for operation in contract.operations
        if operation.body_schema is not None
        for unknown in ("refuse", "ignore")
    }
