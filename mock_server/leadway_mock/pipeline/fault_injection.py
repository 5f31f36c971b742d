"""Step 6 of the story: what a test armed happens, before or after the turn is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from leadway_mock.contract.model import Contract, Example
from leadway_mock.faults import Fault, FaultPhase, Transport
from leadway_mock.faults.model import DEFAULT_BODY_SECONDS, DEFAULT_RETRY_AFTER, RETRYABLE
from leadway_mock.faults.proxy_pages import HTML, proxy_headers, proxy_page
from leadway_mock.http.messages import Response
from leadway_mock.pipeline.context import OperationCall
from leadway_mock.state.armed_faults import ArmedFault, FaultHit

RULES = {
    Transport.CONNECTION_RESET_BY_PEER: "fault-connection-reset",
    Transport.EMPTY_RESPONSE: "fault-empty-response",
    Transport.MALFORMED_RESPONSE_CHUNK: "fault-malformed-chunk",
    Transport.RANDOM_DATA_THEN_CLOSE: "fault-random-data",
    Transport.TRUNCATED_BODY: "fault-truncated-body",
    Transport.SLOW_BODY: "fault-slow-body",
    Transport.HANG: "fault-hang",
}
"""The behaviour of each way to break a connection."""


class FaultInjector:
    """Fires faults, and words the answers that they leave."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def wrap(self, call: OperationCall, handle: Callable[[OperationCall], Response]) -> Response:
        """Answer `call` by `handle`, unless an armed fault comes before, or takes the answer."""
        faults = call.context.namespace.faults
        if not faults:
            return handle(call)
        for armed in _armed(call, FaultPhase.BEFORE_COMMIT):
            broken = self.fire(call, armed.fault, armed.key)
            if broken is not None:
                return broken
        answer = handle(call)
        for armed in _armed(call, FaultPhase.AFTER_COMMIT):
            broken = self.fire(call, armed.fault, armed.key, answer)
            if broken is not None:
                return broken
        return answer

    def fire(
        self, call: OperationCall, fault: Fault, key: str, answer: Response | None = None
    ) -> Response | None:
        """Fire `fault`, counted under `key`; return what is answered, or None where it is done.

        `answer` is the good one that was about to go out: None before the commit. A call that a
        fault has struck already is not struck again.
        """
        exchange = call.context
        if "fault" in exchange.facts:
            return None
        example = self._example(call, fault)
        wait = _wait(call, fault, example)
        hit = exchange.namespace.faults.try_fire(
            key, fault, now=exchange.started_at, retry_after=wait
        )
        if hit is None:
            return None
        broken = self._answer(call, fault, answer, example)
        broken = replace(broken, delay=broken.delay + _delay(call, fault))
        exchange.facts["fault"] = _told(fault, hit, broken, answer)
        headers = {**broken.headers, "X-Mock-Fault": fault.id or key}
        if hit.retry_after is not None:
            headers["Retry-After"] = str(hit.retry_after)
        hint = _hint(fault, hit, committed=answer is not None)
        return replace(broken, headers=headers, hint=broken.hint or hint)

    def _answer(
        self, call: OperationCall, fault: Fault, answer: Response | None, example: Example
    ) -> Response:
        if fault.proxy_status is not None:
            return _proxy_answer(call, fault.proxy_status)
        if fault.transport is Transport.SLOW_BODY:
            spread = DEFAULT_BODY_SECONDS if fault.body_seconds is None else fault.body_seconds
            beneath = answer or _worded(call, example)
            return replace(beneath, transport=fault.transport, spread=spread)
        if fault.transport is not None:
            beneath = answer or _worded(call, example)
            rule = RULES[fault.transport]
            return replace(beneath, rule=rule, evidence="invented", transport=fault.transport)
        if fault.kind == "latency" and answer is not None:
            return answer
        return replace(_worded(call, example), rule="fault-status", evidence="invented")

    def _example(self, call: OperationCall, fault: Fault) -> Example:
        """Return the example that words the fault: the first that fits, or a good answer."""
        examples = call.operation.examples
        if fault.rule is not None:
            return examples.get(fault.rule) or self._contract.examples[fault.rule]
        fitting = (each for each in examples.values() if each.status == fault.status)
        return next(fitting, next(iter(examples.values())))


def _armed(call: OperationCall, when: FaultPhase) -> Iterator[ArmedFault]:
    """Yield the armed faults that fit `call` on that side of the commit; breaks before delays."""
    fitting = [
        armed
        for armed in call.context.namespace.faults
        if armed.fault.phase is when and _fits(armed.fault, call)
    ]
    yield from sorted(fitting, key=lambda armed: armed.fault.delivers_response)


def _fits(fault: Fault, call: OperationCall) -> bool:
    session = call.context.facts.get("executionId", call.body.get("executionId"))
    return (
        fault.operation_id in {None, call.operation.id}
        and fault.agent_id in {None, call.path_parameters.get("agentId")}
        and fault.execution_id in {None, session}
    )


def _wait(call: OperationCall, fault: Fault, example: Example) -> int | None:
    retryable = fault.kind in {"status", "rule"} and example.status in RETRYABLE
    if not retryable or not call.context.namespace.settings.send_retry_after:
        return None
    return DEFAULT_RETRY_AFTER if fault.retry_after is None else fault.retry_after


def _delay(call: OperationCall, fault: Fault) -> float:
    if fault.latency is None:
        return 0.0
    exchange = call.context
    return fault.latency.seconds(exchange.namespace.ids.fraction("latency", exchange.number))


def _worded(call: OperationCall, example: Example) -> Response:
    content = dict(example.content)
    if "traceId" in content:
        content["traceId"] = call.context.namespace.ids.trace(call.context.number)
    return Response(example.status, content, example.name, example.evidence)


def _proxy_answer(call: OperationCall, status: int) -> Response:
    ray = call.context.namespace.ids.trace(call.context.number).replace("-", "")[:16]
    return Response(
        status=status,
        content=proxy_page(status, ray),
        rule="fault-proxy-page",
        evidence="invented",
        headers=proxy_headers(ray),
        media_type=HTML,
    )


def _told(
    fault: Fault, hit: FaultHit, broken: Response, answer: Response | None
) -> dict[str, object]:
    """Return what the journal keeps of a firing."""
    return {
        "id": fault.id,
        "kind": fault.kind,
        "does": fault.label,
        "when": str(fault.phase),
        "committed": answer is not None,
        "hit": hit.number,
        "times": hit.times,
        "early": hit.early_calls,
        "retryAfter": hit.retry_after,
        "delay": round(broken.delay, 6),
    }


def _hint(fault: Fault, hit: FaultHit, *, committed: bool) -> str:
    name = f"'{fault.id}'" if fault.id else "of the dialogue's turn"
    heard = "the turn counts" if committed else "the message was not heard"
    if hit.early_calls:
        return f"The fault {name} asked to wait, and this call came too early; {heard}."
    return f"The fault {name} ({fault.label}), {hit.number} of {hit.times} times; {heard}."
