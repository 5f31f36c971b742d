"""Faults: what a test breaks on purpose, for the first calls of an operation, agent or session.

A fault is a value, made in Python or read from JSON (`faults.schema.json` describes it)::

    Fault(status=500)  # the platform's own 500, once
    Fault(rule="upstream-timeout", times=2)  # by the name of a behaviour, twice
    Fault(status=429, retry_after=30)  # and true: who comes sooner is refused again
    Fault(proxy=502, operation="executeAgent")  # an HTML page of a proxy in front
    Fault(transport=Transport.HANG, when=When.AFTER_COMMIT)  # heard, and its answer lost
    Fault(transport=Transport.SLOW_BODY, spread=5.0)  # the body drips in for 5 seconds
    Fault(latency=fixed(0.2), times=100)  # nothing but slow

    read_fault({"status": 429, "retryAfter": 30, "times": 2})    # raises FaultError: every problem
    as_json(fault)                                               # and back

It is armed in a space, and fires on the first `times` calls that reach step 6 of the story and fit
its `operation`, `agent` and `session`; at most one fault fires on a call::

    arm(emulator.spaces, emulator.contract, space.name, fault)  # leadway_mock.state.fault_registry
    disarm(emulator.spaces, space.name, "fault-1")  # without an id: all of them
    space.faults.listed()  # their JSON forms, each with `hits`, `early` and `left`

An answer says in `X-Mock-Fault` which fault fired, and the journal's entry has it under `fault`:
`id`, `kind`, `does`, `when`, `committed`, `hit`, `times`, `early`, `retryAfter` and `delay`.
A turn of a dialogue that has a fault of its own calls `leadway_mock.pipeline.fault_injection.Breaking.strike`.

`when` is `before-commit` (the message was never heard: the turn does not count) or `after-commit`
(the turn counts, and its answer is lost). A fault that delivers the whole answer (latency alone, or
`SLOW_BODY`) is always `after-commit`.
"""

from leadway_mock.faults.json_form import as_json, read_fault, read_latency, schema_text
from leadway_mock.faults.latency import Latency, fixed, lognormal, uniform
from leadway_mock.faults.model import Fault, FaultPhase
from leadway_mock.faults.problems import FaultError
from leadway_mock.http.delivery import Transport

__all__ = [
    "Fault",
    "FaultError",
    "FaultPhase",
    "Latency",
    "Transport",
    "as_json",
    "fixed",
    "lognormal",
    "read_fault",
    "read_latency",
    "schema_text",
    "uniform",
]
