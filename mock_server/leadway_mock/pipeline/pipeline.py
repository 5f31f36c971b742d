"""Request pipeline: route, authorize, rate-limit, validate, handle, build the response.

`RequestPipeline._respond` is one request from its first check to its response. The comment beside
a step names the errors it raises, so the order of the lines is the order of the errors.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from leadway_mock.agents.patterns import PatternTimeout
from leadway_mock.agents.registry import AgentRegistry, Token
from leadway_mock.config.settings import Settings
from leadway_mock.contract.documented_paths import DocumentedOperation, documented_at
from leadway_mock.contract.model import Contract, Match, Operation, agent_id_of
from leadway_mock.dialogues import DialogueRegistry
from leadway_mock.faults import FaultPhase
from leadway_mock.http.messages import APIError, ErrorKind, Request, Response
from leadway_mock.pipeline import authorization
from leadway_mock.pipeline.context import OperationCall, RequestContext
from leadway_mock.pipeline.fault_injection import FaultInjector
from leadway_mock.pipeline.handlers import Handler, build_handlers, prepare_example
from leadway_mock.pipeline.response_builder import (
    MOCK_FAILURE,
    PATTERN_RULE,
    ResponseBuilder,
    preferred_response,
    read_preference,
)
from leadway_mock.state.agent_versions import AgentVersions
from leadway_mock.store import ATTEMPTS, CONTENDED, StoreUnavailable
from leadway_mock.util.redaction import fingerprint, redact_text
from leadway_mock.validation.request_body import (
    MAX_ERRORS,
    BodyValidator,
    QueryReader,
    read_form,
    read_json,
)
from leadway_mock.validation.unused_input import find_unknown_parameters, find_unused_input

MAX_HINT_CHARS = 500
MAX_HINT_SEGMENTS = 10
"""Limits of an unknown path that is compared with those of the contract."""

LARGE_BODIES = frozenset({"createAgent", "updateAgentVersion"})
"""Operations whose bodies have the limit `max_agent_bytes`."""

MAX_QUERY_CHARS = 200
MAX_QUERIES = 1_000
"""Limits of the queries that are known to be valid, so need no check when they come again."""

INTERNAL_PATHS = frozenset({"/agent-studio/agents"})
"""Undocumented paths where the platform responds (observed)."""

NO_TOKEN = Token("")
"""The token of a request that needs none."""

log = logging.getLogger(__name__)

NO_CORS = (
    " This is the preflight request of a browser. Like the platform, the mock sends no CORS"
    " headers: call it from your server, which keeps the token there, or use --cors ORIGIN."
)
ROOT_HINT = "To wait for the mock, use GET /__mock/health."


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
        self._queries = {
            operation.id: QueryReader(operation)
            for operation in contract.operations
            if operation.body_schema is None
        }
        self._valid_queries: set[tuple[str, str]] = set()

    def run(self, context: RequestContext) -> Response:
        """Return the response to a request, with the headers that every response has.

        Whatever the request stores is committed in one step, before this returns. Raises
        `StoreUnavailable`; every other error becomes a response.
        """
        for _ in ATTEMPTS:
            response = self._responses.add_headers(self._respond_or_fail(context), context)
            context.record.response = response
            context.record.duration_seconds = time.perf_counter() - context.record.monotonic_at
            if commit(context):
                return self._responses.add_quota_headers(response, context)
            # Another request committed this turn first: prepare the next turn.
            context.restart()
        raise StoreUnavailable(CONTENDED)

    def _respond_or_fail(self, context: RequestContext) -> Response:
        try:
            return self._respond(context).with_body()
        except APIError as error:
            return self._responses.error(error, context)
        except StoreUnavailable:
            raise
        except PatternTimeout as error:
            log.warning("%s", error)
            rule, hint = PATTERN_RULE, str(error)
        except Exception:
            log.exception("the mock failed on a request")
            rule, hint = MOCK_FAILURE, "The mock failed; its log on standard error has the reason."
        # Nothing is stored but the journal entry.
        context.writes = []
        context.record.execution_id, context.record.turn = "", 0
        return self._responses.internal_error(hint, rule)

    def _respond(self, context: RequestContext) -> Response:
        request, settings = context.request, context.namespace.settings

        operation, path = route(self.contract, request, settings.profile)
        # route-not-mocked, route-unknown, method-not-allowed, method-not-allowed-401
        context.operation = operation
        context.record.operation_id = operation.id
        context.record.path_parameters = path
        context.record.deprecated = operation.deprecated

        token = NO_TOKEN
        if not operation.is_public:
            token = authorization.check_token(request, self.agents, context.started_at)
            # token-invalid, token-unknown, token-expired
            if token.auth_class != operation.auth_class:
                raise authorization.wrong_class(token, operation)
            # token-class-unsupported, token-class-location
        authorization.check_version(request, operation, self.contract.api_versions)
        # version-missing, version-unknown, route-not-in-version
        authorization.check_scope(token, operation, settings.profile)
        # scope-missing-documented, scope-missing-observed

        body = self._parse_body(context, operation)
        # body-too-large, media-type-unsupported, body-malformed
        reader = self._queries.get(operation.id)
        sent = dict(parse_qsl(request.query, keep_blank_values=True)) if reader else {}
        location = self._check_location(context, operation, body, sent, token)
        # location-missing, location-forbidden, location-forbidden-401
        self._count_quotas(context, operation, token, location)
        # quota-exceeded, quota-exceeded-retryable
        if request.query and (operation.id, request.query) not in self._valid_queries:
            self._check_query(operation, request.query, settings.unknown_query)
        # query-unknown, query-unknown-400
        query = _read_query(sent, reader, settings.list_paging) if reader else {}
        # query-invalid
        agent_id = agent_id_of(path)
        self._validate(context, operation, body, agent_id)
        # body-invalid

        preference = read_preference(request)
        if preference:
            response = preferred_response(preference, operation)
            # prefer-unsatisfiable
            context.record.requested_example = preference.text
            return response

        call = OperationCall(context, operation, path, body, location or "", query, agent_id)
        return self._handle(call)
        # armed faults, then the errors of the operation's handler

    def _handle(self, call: OperationCall) -> Response:
        """Prepare and respond; faults fire before or after the commit of a turn."""
        context = call.context
        prepare = self.handlers.get(call.operation.id, prepare_example)
        is_armed = not context.namespace.faults.is_empty
        failure = self._faults.fire_armed(call, FaultPhase.BEFORE_COMMIT) if is_armed else None
        if failure:
            return failure
        prepared = prepare(call)
        fault, response = prepared.fault, prepared.response
        failure = self._faults.fire(call, fault, FaultPhase.BEFORE_COMMIT) if fault else None
        if failure:
            return failure
        context.writes += prepared.writes
        context.record.execution_id, context.record.turn = prepared.execution_id, prepared.turn
        after = FaultPhase.AFTER_COMMIT
        failure = self._faults.fire(call, fault, after, response) if fault else None
        if is_armed:
            failure = failure or self._faults.fire_armed(call, after, response)
        return failure or response

    def _parse_body(self, context: RequestContext, operation: Operation) -> Any:  # noqa: ANN401 - any JSON value
        if operation.body_schema is None:
            return {}
        read = read_form if operation.has_form else read_json
        body = read(context.request, body_limit(operation, context.namespace.settings))
        context.record.body = body
        return body

    def _check_location(
        self,
        context: RequestContext,
        operation: Operation,
        body: Any,  # noqa: ANN401 - any JSON value
        query: Mapping[str, str],
        token: Token,
    ) -> str | None:
        """Return the location id from the body or the query; None where the operation has none."""
        known: Collection[str] = operation.query_names
        if operation.body_schema and "locationId" in operation.body_schema["properties"]:
            source, known = body, operation.body_schema["properties"]
        elif "locationId" in known:
            source = query
        else:
            return None
        profile = context.namespace.settings.profile
        location = authorization.check_location(source, token, profile, known)
        if location is None:
            return None
        location = redact_text(location)  # It is stored, and may contain a token.
        context.record.location_id = location
        return location

    def _count_quotas(
        self, context: RequestContext, operation: Operation, token: Token, location: str | None
    ) -> None:
        """Count the request: now where quotas are enforced, else in the commit."""
        if location is None or context.are_quotas_counted:
            return
        quotas = context.namespace.quotas
        context.quota_increments = quotas.increments(
            fingerprint(token.value), location, context.started_at
        )
        if context.namespace.settings.enforce_quotas:
            context.quota_headers, error = quotas.count(
                context.quota_increments, context.started_at
            )
            context.are_quotas_counted = True  # Not before: the event loop may be unable to count.
            if error is not None and error.rule not in operation.examples:
                error.rule = f"{error.rule}-retryable"
            if error is not None:
                raise error

    def _check_query(self, operation: Operation, query: str, unknown_query: str) -> None:
        """Check that the contract has every parameter of the query."""
        errors = find_unknown_parameters(query, operation)
        if not errors:
            if len(query) <= MAX_QUERY_CHARS and len(self._valid_queries) < MAX_QUERIES:
                self._valid_queries.add((operation.id, query))
        elif unknown_query == "400":
            raise APIError("query-unknown-400", message=errors[0].message, violations=errors)
        elif unknown_query == "422":
            raise APIError("query-unknown", violations=errors)

    def _validate(
        self, context: RequestContext, operation: Operation, body: object, agent_id: str
    ) -> None:
        """Validate the body once; record what the operation did not use."""
        validator = self._validators.get(operation.id)
        errors = validator.errors(body) if validator else ()
        unknown = [each for each in errors if each.is_unknown] if errors else []
        if unknown and context.namespace.settings.unknown_properties == "ignore":
            errors = tuple(each for each in errors if not each.is_unknown)
        if errors:
            raise APIError("body-invalid", violations=errors[:MAX_ERRORS])
        agent = self.agents.by_id.get(agent_id)
        variables = agent.input_variables if agent else ()
        if unknown or variables or context.request.query:
            declared = [each.name for each in variables] if variables else []
            context.record.find_unused_input = partial(
                find_unused_input, context.request.query, operation, body, unknown, declared
            )


def commit(context: RequestContext) -> bool:
    """Store everything that the request writes, and its journal entry, in one step.

    Return False, with nothing stored, where another request changed the same state first. Then the
    request must be handled again. Raises `StoreUnavailable`.
    """
    namespace = context.namespace
    entry = namespace.journal.entry_write(context.record)
    counts = () if context.are_quotas_counted else context.quota_increments
    writes = [*counts, *context.writes, entry]
    numbers = namespace.store.commit(writes, now=context.started_at)
    if numbers is None:
        return False
    if counts:
        context.quota_headers = namespace.quotas.headers(numbers[: len(counts)])
    return True


def body_limit(operation: Operation, settings: Settings) -> int:
    """Return how many bytes the body of a request may have."""
    is_large = operation.id in LARGE_BODIES
    return max(settings.max_body_bytes, settings.max_agent_bytes if is_large else 0)


def _read_query(sent: Mapping[str, str], reader: QueryReader, paging: str) -> Mapping[str, Any]:
    """Return the described parameters of a query; raises `APIError`: `query-invalid`.

    `paging` is the setting `list_paging`: whether a required parameter may be left out.
    """
    values, errors = reader.read(sent)
    if errors and paging == "optional":
        errors = tuple(each for each in errors if each.kind is not ErrorKind.MISSING_PROPERTY)
    if errors:
        raise APIError("query-invalid", violations=errors)
    return values


def route(
    contract: Contract, request: Request, profile: str
) -> tuple[Operation, Mapping[str, str]]:
    """Return the operation for a request, with its path parameters.

    Raises `APIError`: `route-not-mocked`, `route-unknown`, `method-not-allowed` with its `Allow`
    header, or `method-not-allowed-401`.
    """
    path, is_observed = request.path, profile == "observed"
    matches = contract.operations_at(path)
    if not matches and is_observed and path.endswith("/"):
        matches = contract.operations_at(path[:-1])
    for operation, parameters in matches:
        if operation.method == request.method:
            return operation, parameters
    served = matches or contract.operations_at(path.rstrip("/"))
    documented = documented_at(path)
    _check_mocked(request, served, documented, is_observed=is_observed)
    line = f"Cannot {request.method} {path}"
    if not matches and (served or not documented):
        raise APIError("route-unknown", message=line, hint=_route_hint(contract, path))
    allowed = ", ".join(sorted({*(operation.method for operation, _ in matches), *documented}))
    hint = f"This path allows {allowed}.{NO_CORS * (request.method == 'OPTIONS')}"
    if is_observed:
        raise APIError("method-not-allowed-401", hint=hint)
    message, headers = f"{line}. Use {allowed}.", {"Allow": allowed}
    raise APIError("method-not-allowed", message=message, hint=hint, headers=headers)


def _check_mocked(
    request: Request,
    served: Sequence[Match],
    documented: Mapping[str, DocumentedOperation],
    *,
    is_observed: bool,
) -> None:
    """Raise `APIError` `route-not-mocked` for what exists on the platform, and not in the mock."""
    operation = documented.get(request.method)
    is_served = any(each.method == request.method for each, _ in served)
    if operation and not is_served:
        hint = f"The vendor documents it at {operation.page}; the mock does not have it."
        raise APIError("route-not-mocked", hint=hint)
    if is_observed and request.path.rstrip("/") in INTERNAL_PATHS:
        hint = "The platform responds here, at an older, undocumented path; the mock does"
        raise APIError("route-not-mocked", hint=f"{hint} not. Use /agent-studio/agent.")


def _route_hint(contract: Contract, path: str) -> str:
    number, first = len(contract.operations), contract.operations[0]
    others = f"The contract has {number} operations, {first.method} {first.path} among them"
    known = f"{others}: /__mock/docs shows all, and /__mock the mock's own pages."
    return " ".join((*_path_mistakes(contract, path), known))


def _path_mistakes(contract: Contract, path: str) -> Iterator[str]:
    """Yield a sentence for each mistake that makes a path of the contract unknown."""
    if path == "/":
        yield ROOT_HINT
    if "//" in path:
        yield "There are two slashes in a row: does the base URL end with one?"
    if path.endswith("/") and path != "/":
        yield "Leave out the slash at the end."
    segments = path[:MAX_HINT_CHARS].strip("/").split("/")[:MAX_HINT_SEGMENTS]
    segments = [each for each in segments if each]
    for start in range(1, len(segments)):
        if contract.operations_at("/" + "/".join(segments[start:])):
            yield "There is something before /agent-studio: the base URL is scheme and host only."
            return
    similar = [each for each in contract.operations if _is_similar(each, segments)]
    if similar and not contract.operations_at("/" + "/".join(segments)):
        yield f"Did you mean {similar[0].path}?"


def _is_similar(operation: Operation, segments: Sequence[str]) -> bool:
    """Return whether a path differs from that of `operation` in case and plurals only."""
    template = operation.path.strip("/").split("/")
    return len(template) == len(segments) and all(
        part.startswith("{") or part.rstrip("s") == each.lower().rstrip("s")
        for part, each in zip(template, segments, strict=True)
    )
