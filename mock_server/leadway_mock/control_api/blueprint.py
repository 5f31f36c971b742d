"""Hangs the operations of the control API on one blueprint."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import flask

from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract
from leadway_mock.control_api import (
    clock,
    conformance,
    dialogues,
    faults,
    health,
    introspection,
    journal,
    journal_wait,
    namespaces,
    reset,
    sessions,
    settings,
    snapshots,
)
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.pipeline.emulator import Emulator

MODULES = (
    health,
    namespaces,
    sessions,
    journal,
    journal_wait,
    dialogues,
    faults,
    clock,
    settings,
    introspection,
    conformance,
    reset,
    snapshots,
)
"""Each has a function `register`, which gives some operations their handlers."""


@cache
def load_control_contract() -> Contract:
    """Return the description of the control API, read once; raises `ContractError`."""
    return load_contract(Path(str(resources.files(__package__) / "control.yaml")))


def control_blueprint(emulator: Emulator, contract: Contract) -> flask.Blueprint:
    """Return the routes of the control API over `emulator`, as `contract` describes them."""
    control = ControlAPI(emulator, contract)
    for module in MODULES:
        module.register(control)
    return control.blueprint
