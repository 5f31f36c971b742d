"""Step 6 of the story: what a test armed happens, before or after the turn is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from leadway_mock.contract.model import Contract, Example
from leadway_mock.faults import Fault, Transport, When
from leadway_mock.faults.model import DEFAULT_RETRY_AFTER, DEFAULT_SPREAD, RETRYABLE
from leadway_mock.faults.proxy_pages import HTML, proxy_headers, proxy_page
from leadway_mock.http.messages import Answer
from leadway_mock.pipeline.context import Call
from leadway_mock.state.armed_faults import Armed, Hit

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


class Breaking:
    """Fires faults, and words the answers that they leave."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def around(self, call: Call, handle: Callable[[Call], Answer]) -> Answer:
        """Answer `call` by `handle`, unless an armed fault comes before, or takes the answer."""
        faults = call.exchange.space.faults
        if not faults:
            return handle(call)
        for armed in _armed(call, When.BEFORE_COMMIT):
            broken = self.strike(call, armed.fault, armed.key)
            if broken is not None:
                return broken
        answer = handle(call)
        for armed in _armed(call, When.AFTER_COMMIT):
            broken = self.strike(call, armed.fault, armed.key, answer)
            if broken is not None:
                return broken
        return answer

    def strike(
        self, call: Call, fault: Fault, key: str, answer: Answer | None = None
    ) -> Answer | None:
        """Fire `fault`, counted under `key`; return what is answered, or None where it is done.

        `answer` is the good one that was about to go out: None before the commit. A call that a
        fault has struck already is not struck again.
        """
        exchange = call.exchange
        if "fault" in exchange.facts:
            return None
        example = self._example(call, fault)
        wait = _wait(call, fault, example)
        hit = exchange.space.faults.claim(key, fault, now=exchange.began, retry_after=wait)
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

    def _answer(self, call: Call, fault: Fault, answer: Answer | None, example: Example) -> Answer:
        if fault.proxy is not None:
            return _proxy_answer(call, fault.proxy)
        if fault.transport is Transport.SLOW_BODY:
            spread = DEFAULT_SPREAD if fault.spread is None else fault.spread
            beneath = answer or _worded(call, example)
            return replace(beneath, transport=fault.transport, spread=spread)
        if fault.transport is not None:
            beneath = answer or _worded(call, example)
            rule = RULES[fault.transport]
            return replace(beneath, rule=rule, evidence="invented", transport=fault.transport)
        if fault.kind == "latency" and answer is not None:
            return answer
        return replace(_worded(call, example), rule="fault-status", evidence="invented")

    def _example(self, call: Call, fault: Fault) -> Example:
        """Return the example that words the fault: the first that fits, or a good answer."""
        examples = call.operation.examples
        if fault.rule is not None:
            return examples.get(fault.rule) or self._contract.examples[fault.rule]
        fitting = (each for each in examples.values() if each.status == fault.status)
        return next(fitting, next(iter(examples.values())))


def _armed(call: Call, when: When) -> Iterator[Armed]:
    """Yield the armed faults that fit `call` on that side of the commit; breaks before delays."""
    fitting = [
        armed
        for armed in call.exchange.space.faults
        if armed.fault.when is when and _fits(armed.fault, call)
    ]
    yield from sorted(fitting, key=lambda armed: armed.fault.delivers)


def _fits(fault: Fault, call: Call) -> bool:
    session = call.exchange.facts.get("executionId", call.body.get("executionId"))
    return (
        fault.operation in {None, call.operation.id}
        and fault.agent in {None, call.path_parameters.get("agentId")}
        and fault.session in {None, session}
    )


def _wait(call: Call, fault: Fault, example: Example) -> int | None:
    retryable = fault.kind in {"status", "rule"} and example.status in RETRYABLE
    if not retryable or not call.exchange.space.settings.retry_after:
        return None
    return DEFAULT_RETRY_AFTER if fault.retry_after is None else fault.retry_after


def _delay(call: Call, fault: Fault) -> float:
    if fault.latency is None:
        return 0.0
    exchange = call.exchange
    return fault.latency.seconds(exchange.space.ids.fraction("latency", exchange.number))


def _worded(call: Call, example: Example) -> Answer:
    content = dict(example.content)
    if "traceId" in content:
        content["traceId"] = call.exchange.space.ids.trace(call.exchange.number)
    return Answer(example.status, content, example.name, example.level)


def _proxy_answer(call: Call, status: int) -> Answer:
    ray = call.exchange.space.ids.trace(call.exchange.number).replace("-", "")[:16]
    return Answer(
        status=status,
        content=proxy_page(status, ray),
        rule="fault-proxy-page",
        evidence="invented",
        headers=proxy_headers(ray),
        media_type=HTML,
    )


def _told(fault: Fault, hit: Hit, broken: Answer, answer: Answer | None) -> dict[str, object]:
    """Return what the journal keeps of a firing."""
    return {
        "id": fault.id,
        "kind": fault.kind,
        "does": fault.does,
        "when": str(fault.when),
        "committed": answer is not None,
        "hit": hit.number,
        "times": hit.times,
        "early": hit.early,
        "retryAfter": hit.retry_after,
        "delay": round(broken.delay, 6),
    }


def _hint(fault: Fault, hit: Hit, *, committed: bool) -> str:
    name = f"'{fault.id}'" if fault.id else "of the dialogue's turn"
    heard = "the turn counts" if committed else "the message was not heard"
    if hit.early:
        return f"The fault {name} asked to wait, and this call came too early; {heard}."
    return f"The fault {name} ({fault.does}), {hit.number} of {hit.times} times; {heard}."
