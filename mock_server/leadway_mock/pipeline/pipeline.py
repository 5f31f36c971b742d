"""Request pipeline: route, authorize, rate-limit, validate, handle, build the response.

`RequestPipeline._respond` is one request from its first check to its response. The comment beside
a step names the errors it raises, so the order of the lines is the order of the errors.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from leadway_mock.agents import AgentRegistry, Token
from leadway_mock.contract.model import Contract, Operation
from leadway_mock.dialogues import DialogueRegistry
from leadway_mock.faults import FaultPhase
from leadway_mock.http.messages import APIError, Response
from leadway_mock.pipeline import authorization
from leadway_mock.pipeline.context import OperationCall, RequestContext
from leadway_mock.pipeline.example_selection import preferred_response, read_preference
from leadway_mock.pipeline.fault_injection import FaultInjector
from leadway_mock.pipeline.handlers import Handler, build_handlers, prepare_example
from leadway_mock.pipeline.response_builder import ResponseBuilder
from leadway_mock.pipeline.routing import route
from leadway_mock.pipeline.unused_input import find_unused_input
from leadway_mock.state.agent_versions import AgentVersions
from leadway_mock.state.exchange_record import request_ids
from leadway_mock.store import StoreUnavailable
from leadway_mock.util.redaction import fingerprint, redact_text
from leadway_mock.validation.body_schema import BodyValidator
from leadway_mock.validation.json_body import read_json

log = logging.getLogger(__name__)


class RequestPipeline:
    """Pipeline for one contract and one agent registry. Immutable: a reload builds another one."""

    def __init__(
        self,
        contract: Contract,
        agents: AgentRegistry,
        dialogues: DialogueRegistry,
        agent_versions: AgentVersions,
    ) -> None:
        self.contract = contract
        self.agents = agents
        self.handlers: Mapping[str, Handler] = build_handlers(
            contract, agents, dialogues, agent_versions
        )
        self._responses = ResponseBuilder(contract)
        self._faults = FaultInjector(contract)
        self._validators = {
            operation.id: BodyValidator(operation.body_schema)
            for operation in contract.operations
            if operation.body_schema is not None
        }

    def run(self, context: RequestContext) -> Response:
        """Return the response to a request, with the headers that every response has.

        Raises `StoreUnavailable`; every other error becomes a response.
        """
        try:
            response = self._respond(context).with_body()
        except APIError as error:
            response = self._responses.error(error, context)
        except StoreUnavailable:
            raise  # `finalize` would ask the store again.
        except Exception:
            log.exception("the mock failed on request %d", context.number)
            response = self._responses.internal_error(
                "The mock failed; its log on standard error has the reason."
            )
        return self._responses.finalize(response, context)

    def _respond(self, context: RequestContext) -> Response:
        request, settings = context.request, context.namespace.settings

        operation, path = route(self.contract, request)
        # route-unknown, method-not-allowed
        context.set_operation(operation, path)

        token = authorization.check_token(request, self.agents, context.started_at)
        # token-invalid, token-unknown, token-expired
        authorization.check_version(request, operation)
        # version-missing, version-unknown
        authorization.check_scope(token, operation, settings.profile)
        # scope-missing-documented, scope-missing-observed

        body = self._parse_body(context, operation)
        # body-too-large, media-type-unsupported, body-malformed
        location = self._check_location(context, operation, body, token)
        # location-missing, location-forbidden
        self._count_quotas(context, token, location)
        # rate-limited
        self._validate(context, operation, body)
        # body-invalid

        preference = read_preference(request)
        if preference:
            response = preferred_response(preference, operation)
            # prefer-unsatisfiable
            context.record.requested_example = preference.text
            return response

        return self._handle(OperationCall(context, operation, path, body, location))
        # Armed faults, and the errors of the operation's handler.

    def _handle(self, call: OperationCall) -> Response:
        """Prepare, commit, respond; faults fire before or after the commit."""
        faults = self._faults
        prepare = self.handlers.get(call.operation.id, prepare_example)
        failure = faults.fire_armed(call, FaultPhase.BEFORE_COMMIT)
        if failure:
            return failure
        while True:
            work = prepare(call)
            failure = faults.fire_scripted(call, work.fault, FaultPhase.BEFORE_COMMIT)
            if failure:
                return failure
            call.context.may_have_committed = True
            if work.commit():
                break
            # Another request committed this turn first: prepare the next turn.
        response = work.respond()
        return (
            faults.fire_scripted(call, work.fault, FaultPhase.AFTER_COMMIT, response)
            or faults.fire_armed(call, FaultPhase.AFTER_COMMIT, response)
            or response
        )

    def _parse_body(self, context: RequestContext, operation: Operation) -> Any:  # noqa: ANN401 - any JSON value
        if operation.body_schema is None:
            return {}
        body = read_json(context.request, context.namespace.settings.max_body_bytes)
        context.record.request_ids = request_ids(body)
        return body

    def _check_location(
        self,
        context: RequestContext,
        operation: Operation,
        body: Any,  # noqa: ANN401 - any JSON value
        token: Token,
    ) -> str | None:
        """Return the location id from the body or the query; None where the operation has none."""
        if operation.body_schema and "locationId" in operation.body_schema["properties"]:
            source = body
        elif operation.parameter("query", "locationId"):
            source = dict(parse_qsl(context.request.query))
        else:
            return None
        location = authorization.check_location(source, token)
        if location is None:
            return None
        location = redact_text(location)  # It is stored, and may contain a token.
        context.record.location_id = location
        return location

    def _count_quotas(self, context: RequestContext, token: Token, location: str | None) -> None:
        if location is None:
            return
        quotas, app = context.namespace.quotas, fingerprint(token.value)
        context.usage, error = quotas.count(app, location, context.started_at)
        if error is not None:
            raise error

    def _validate(self, context: RequestContext, operation: Operation, body: object) -> None:
        """Validate the body once; record what the operation did not use."""
        validator = self._validators.get(operation.id)
        errors = validator.errors(body) if validator else ()
        unknown = [each for each in errors if each.is_unknown]
        if context.namespace.settings.unknown_properties == "ignore":
            errors = tuple(each for each in errors if not each.is_unknown)
        if errors:
            messages = [each.message for each in errors]
            raise APIError("body-invalid", message=messages, violations=errors)
        agent = self.agents.by_id.get(context.record.path_parameters.get("agentId", ""))
        if context.request.query or unknown or (agent and agent.input_variables):
            context.record.unused_input = find_unused_input(
                context.request, operation, body, unknown, agent
            )
