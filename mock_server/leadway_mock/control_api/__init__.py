"""Control API: inspects and changes the mock at run time. JSON in, JSON out.

`control.yaml` describes it; each module here handles the operations on one resource.
"""

from __future__ import annotations

import flask

from leadway_mock.contract.model import Contract
from leadway_mock.control_api import (
    agents,
    clock,
    dialogues,
    faults,
    introspection,
    journal,
    namespaces,
    sessions,
    settings,
)
from leadway_mock.control_api.blueprint import ControlAPI, load_control_contract
from leadway_mock.pipeline.emulator import Emulator

__all__ = ["control_blueprint", "load_control_contract"]

MODULES = (agents, clock, dialogues, faults, introspection, journal, namespaces, sessions, settings)
"""Each has a function `register`, which adds the handlers of some operations."""


def control_blueprint(emulator: Emulator, contract: Contract) -> flask.Blueprint:
    """Return the routes of the control API over `emulator`, as `contract` describes them."""
    control = ControlAPI(emulator, contract)
    for module in MODULES:
        module.register(control)
    return control.blueprint
