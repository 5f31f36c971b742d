"""Fault injection: fires faults before or after the commit, and builds the responses they leave."""

from __future__ import annotations

from dataclasses import replace

from leadway_mock.contract.model import Contract, Example
from leadway_mock.faults import Fault, FaultPhase, Transport
from leadway_mock.faults.free_responses import FIRST_FINAL_STATUS, content_of, merge
from leadway_mock.faults.model import DEFAULT_BODY_SECONDS, DEFAULT_RETRY_AFTER, RETRYABLE
from leadway_mock.faults.proxy_pages import HTML, proxy_headers, proxy_page
from leadway_mock.http.messages import JSON, Response
from leadway_mock.pipeline.context import OperationCall
from leadway_mock.state.armed_faults import CountedFault, FaultHit
from leadway_mock.state.exchange_record import FaultRecord

RULES = {
    Transport.CONNECTION_RESET_BY_PEER: "fault-connection-reset",
    Transport.EMPTY_RESPONSE: "fault-empty-response",
    Transport.MALFORMED_RESPONSE_CHUNK: "fault-malformed-chunk",
    Transport.RANDOM_DATA_THEN_CLOSE: "fault-random-data",
    Transport.TRUNCATED_BODY: "fault-truncated-body",
    Transport.SLOW_BODY: "fault-slow-body",
    Transport.HANG: "fault-hang",
}
"""The behaviour of each transport fault."""

FREE_RULE = "fault-response"
"""The behaviour of a response of free choice, which need not obey the contract."""

HEADER_SPELLINGS = {
    name.lower(): name
    for name in (
        "X-RateLimit-Limit-Daily",
        "X-RateLimit-Daily-Remaining",
        "X-RateLimit-Interval-Milliseconds",
        "X-RateLimit-Max",
        "X-RateLimit-Remaining",
        "X-Trace-Id",
        "Retry-After",
        "WWW-Authenticate",
    )
}
"""Spelling of the headers that responses have anyway, so that none is sent twice."""


class FaultInjector:
    """Fires faults. At most one fault fires on a request."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def fire_armed(
        self, call: OperationCall, phase: FaultPhase, response: Response | None = None
    ) -> Response | None:
        """Fire the first armed fault that fits; return the response that replaces the normal one.

        `response` is the normal response; None before the commit. Returns None where no fault
        fires.
        """
        faults = call.context.namespace.faults
        if phase is FaultPhase.BEFORE_COMMIT:
            faults.load(call.context.reads)
        matching = [each for each in faults if _matches(each.fault, call, phase)]
        # Those that replace the response come first.
        for each in sorted(matching, key=lambda each: each.fault.delivers_response):
            failure = self._fire(call, each, response)
            if failure is not None:
                return failure
        return None

    def fire(
        self,
        call: OperationCall,
        scripted: CountedFault,
        phase: FaultPhase,
        response: Response | None = None,
    ) -> Response | None:
        """Fire the fault of a dialogue's turn, if it belongs to `phase`; as `fire_armed`."""
        if scripted.fault.phase is not phase:
            return None
        return self._fire(call, scripted, response)

    def _fire(
        self, call: OperationCall, counted: CountedFault, response: Response | None
    ) -> Response | None:
        context, fault, key = call.context, counted.fault, counted.key
        if context.record.fault is not None:
            return None
        example = self._example(call, fault)
        wait = _retry_after(call, fault, example)
        fired = context.namespace.faults.try_fire(
            key, fault, context.reads, now=context.started_at, retry_after=wait
        )
        if fired is None:
            return None
        hit, count = fired
        context.writes.append(count)
        failure = self._failure(call, fault, response, example)
        if fault.latency is not None:
            fraction = context.namespace.ids.fraction("latency", context.number)
            failure = replace(failure, delay=failure.delay + fault.latency.seconds(fraction))
        committed = response is not None
        shown = example.name if failure.rule == "fault-status" else ""
        context.record.fault = FaultRecord(fault, hit, committed, failure.delay, shown)
        headers = {**failure.headers, "X-Mock-Fault": fault.id or key}
        if hit.retry_after is not None:
            headers["Retry-After"] = str(hit.retry_after)
        hint = failure.hint or _hint(fault, hit, committed=committed)
        return replace(failure, headers=headers, hint=hint)

    def _failure(
        self, call: OperationCall, fault: Fault, response: Response | None, example: Example
    ) -> Response:
        if fault.proxy_status is not None:
            return _proxy_response(call, fault.proxy_status)
        if _is_free(call, fault):
            return _free_response(fault)
        if fault.transport is not None:
            broken = response or _example_response(call, example)
            broken = replace(broken, transport=fault.transport)
            if fault.transport is Transport.SLOW_BODY:
                seconds = DEFAULT_BODY_SECONDS if fault.body_seconds is None else fault.body_seconds
                return replace(broken, body_seconds=seconds)
            return replace(broken, rule=RULES[fault.transport], evidence="invented")
        if fault.delivers_response and response is not None:
            return _apply_patch(response, fault)
        return replace(_example_response(call, example), rule="fault-status", evidence="invented")

    def _example(self, call: OperationCall, fault: Fault) -> Example:
        """Return the example that the response is made of: the first that fits, or a success."""
        examples = call.operation.examples
        if fault.rule is not None:
            return examples.get(fault.rule) or self._contract.examples[fault.rule]
        matching = (each for each in examples.values() if each.status == fault.status)
        return next(matching, next(iter(examples.values())))


def _is_free(call: OperationCall, fault: Fault) -> bool:
    """Return whether the response is none of the contract's examples."""
    if fault.status is None:
        return False
    statuses = {each.status for each in call.operation.examples.values()}
    return fault.body is not None or fault.headers is not None or fault.status not in statuses


def _apply_patch(response: Response, fault: Fault) -> Response:
    """Return the response of the agent with the merge patch of the fault, if it has one."""
    if fault.merge_patch is None:
        return response
    content = merge(response.content, fault.merge_patch)
    return replace(response, content=content, rule=FREE_RULE, evidence="invented")


def _free_response(fault: Fault) -> Response:
    content, media_type, headers = content_of(fault.body, fault.headers or {})
    status = fault.status or FIRST_FINAL_STATUS
    return Response(
        status=status,
        content=content,
        rule=FREE_RULE,
        evidence="invented",
        headers={HEADER_SPELLINGS.get(name.lower(), name): headers[name] for name in headers},
        media_type=media_type or JSON,
        # No final response follows an interim one, so the connection ends.
        transport=Transport.TRUNCATED_BODY if status < FIRST_FINAL_STATUS else None,
    )


def _matches(fault: Fault, call: OperationCall, phase: FaultPhase) -> bool:
    session = call.context.record.execution_id or call.session_id
    return (
        fault.phase is phase
        and fault.operation_id in {None, call.operation.id}
        and fault.agent_id in {None, call.agent_id}
        and fault.execution_id in {None, session}
    )


def _retry_after(call: OperationCall, fault: Fault, example: Example) -> int | None:
    if _is_free(call, fault):
        return fault.retry_after
    retryable = fault.kind in {"status", "rule"} and example.status in RETRYABLE
    if not retryable or not call.context.namespace.settings.send_retry_after:
        return None
    return DEFAULT_RETRY_AFTER if fault.retry_after is None else fault.retry_after


def _example_response(call: OperationCall, example: Example) -> Response:
    content = dict(example.content)
    if "traceId" in content:
        content["traceId"] = call.context.namespace.ids.trace(call.context.number)
    return Response(example.status, content, example.name, example.evidence)


def _proxy_response(call: OperationCall, status: int) -> Response:
    ray = call.context.namespace.ids.trace(call.context.number).replace("-", "")[:16]
    return Response(
        status=status,
        content=proxy_page(status, ray),
        rule="fault-proxy-page",
        evidence="invented",
        headers=proxy_headers(ray),
        media_type=HTML,
    )


def _hint(fault: Fault, hit: FaultHit, *, committed: bool) -> str:
    name = f"'{fault.id}'" if fault.id else "of the dialogue's turn"
    effect = "the turn is committed" if committed else "the message was not processed"
    if hit.early_calls:
        return f"The fault {name} sent Retry-After, and this call came too early; {effect}."
    times = f"{hit.number} of {fault.times}"
    if isinstance(fault.times, str):
        times = f"until disarmed, {hit.number} so far"
    return f"The fault {name} ({fault.label}) fired, {times}; {effect}."
