"""Faults that are injected on the first matching calls; docs/faults.md explains them."""

from leadway_mock.faults.latency import Latency, fixed, lognormal, read_latency, uniform
from leadway_mock.faults.model import Fault, FaultPhase, as_json, read_fault
from leadway_mock.faults.problems import FaultError, schema_text
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
