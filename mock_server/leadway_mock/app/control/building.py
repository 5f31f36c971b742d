"""Hangs the operations of the control API on one blueprint."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import flask

from leadway_mock.app.control import (
    clock,
    dialogues,
    faults,
    health,
    journal,
    resetting,
    sessions,
    settings,
    snapshots,
    spaces,
    telling,
    verdict,
    waiting,
)
from leadway_mock.app.control.routes import Control
from leadway_mock.contract import Contract, load_contract
from leadway_mock.emulator import Emulator

MODULES = (
    health,
    spaces,
    sessions,
    journal,
    waiting,
    dialogues,
    faults,
    clock,
    settings,
    telling,
    verdict,
    resetting,
    snapshots,
)
"""Each has a function `register`, which gives some operations their handlers."""


@cache
def load_control_contract() -> Contract:
    """Return the description of the control API, read once; raises `ContractError`."""
    return load_contract(Path(str(resources.files("leadway_mock") / "control.yaml")))


def control_blueprint(emulator: Emulator, contract: Contract) -> flask.Blueprint:
    """Return the routes of the control API over `emulator`, as `contract` describes them."""
    control = Control(emulator, contract)
    for module in MODULES:
        module.register(control)
    return control.blueprint
