"""Flask blueprint of the control API: operations of its contract as routes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import flask

from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract, Operation
from leadway_mock.control_api.flask_request import CONTROL_PREFIX
from leadway_mock.control_api.request_reader import (
    MAX_BODY_BYTES,
    CallReader,
    ControlAPIError,
    ControlCall,
)
from leadway_mock.pipeline.emulator import Emulator

Handler = Callable[[ControlCall], Any]
"""Returns a JSON object, one with a status, or a Flask response."""


@cache
def load_control_contract() -> Contract:
    """Return the contract of the control API, read once; raises `ContractError`."""
    return load_contract(Path(str(resources.files(__package__) / "control.yaml")))


class ControlAPI:
    """The blueprint, and the decorator that adds handlers to it."""

    def __init__(self, emulator: Emulator, contract: Contract) -> None:
        self.emulator = emulator
        self.contract = contract
        self.blueprint = flask.Blueprint("control", __name__, url_prefix=CONTROL_PREFIX)
        self._operations = {operation.id: operation for operation in contract.operations}

    def route(
        self, operation_id: str, *, validate: bool = True, max_body: int = MAX_BODY_BYTES
    ) -> Callable[[Handler], Handler]:
        """Make the decorated function the handler of an operation of the contract.

        Without `validate`, the handler checks the body itself, beyond what a schema can express.
        """
        operation = self._operations[operation_id]
        reader = CallReader(operation, validate=validate, max_body=max_body)

        def register(handler: Handler) -> Handler:
            def view(**path: str) -> flask.typing.ResponseReturnValue:
                try:
                    call = reader.read(self.emulator, path)
                    response: flask.typing.ResponseReturnValue = handler(call)
                except ControlAPIError as error:
                    return error.content(), error.status, error.headers
                return response

            view.__doc__ = self._summary(operation)
            self.blueprint.add_url_rule(
                re.sub(r"{(\w+)}", r"<\1>", operation.path),
                operation.id,
                view,
                methods=[operation.method],
                provide_automatic_options=False,
            )
            return handler

        return register

    def _summary(self, operation: Operation) -> str:
        node = self.contract.document["paths"][operation.path][operation.method.lower()]
        return str(node["summary"])
