"""Operations of the control API as routes of Flask, by what its contract says of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import flask

from leadway_mock.contract.model import Contract, Operation
from leadway_mock.control_api.flask_request import CONTROL_PREFIX
from leadway_mock.control_api.request_reader import (
    MAX_BODY,
    CallReader,
    ControlAPIError,
    ControlCall,
)
from leadway_mock.pipeline.emulator import Emulator

Handler = Callable[[ControlCall], Any]
"""Answers a call: with a JSON object, with one and a status, or with a whole response."""


class ControlAPI:
    """The blueprint of the control API, and the one place where it meets Flask."""

    def __init__(self, emulator: Emulator, contract: Contract) -> None:
        self.emulator = emulator
        self.contract = contract
        self.blueprint = flask.Blueprint("control", __name__, url_prefix=CONTROL_PREFIX)
        self._operations = {operation.id: operation for operation in contract.operations}

    def route(
        self, operation_id: str, *, checked: bool = True, max_body: int = MAX_BODY
    ) -> Callable[[Handler], Handler]:
        """Let the decorated function answer an operation of the contract.

        A handler that knows more of its body than a schema can say is not `checked`.
        """
        operation = self._operations[operation_id]
        reader = CallReader(operation, checked=checked, max_body=max_body)

        def register(handler: Handler) -> Handler:
            def view(**path: str) -> flask.typing.ResponseReturnValue:
                try:
                    answer: flask.typing.ResponseReturnValue = handler(
                        reader.read(self.emulator, path)
                    )
                except ControlAPIError as refused:
                    return refused.content(), refused.status, refused.headers
                return answer

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
