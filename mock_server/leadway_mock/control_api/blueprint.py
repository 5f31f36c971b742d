"""Flask blueprint of the control API: operations of its contract as routes, and calls that wait."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import flask
from werkzeug.routing import BaseConverter, Map

from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract, Operation, match_segments
from leadway_mock.control_api.request_reader import (
    CONTROL_PREFIX,
    MAX_BODY_BYTES,
    CallReader,
    ControlAPIError,
    ControlCall,
)
from leadway_mock.http.delivery import IS_CANCELLED
from leadway_mock.pipeline.emulator import Emulator

READING_POSTS = frozenset({"findEntries", "countEntries", "waitForEntries", "validateDialogue"})
"""Operations that change nothing, although they are no GET."""

READ_ONLY_MESSAGE = (
    "This mock was started with --read-only, so the control API changes nothing."
    " Start it without that flag (or LEADWAY_MOCK_READ_ONLY) to allow changes."
)

Handler = Callable[[ControlCall], Any]
"""Returns a JSON object, one with a status, or a Flask response."""


@cache
def load_control_contract() -> Contract:
    """Return the contract of the control API, read once; raises `ContractError`."""
    return load_contract(Path(str(resources.files(__package__) / "control.yaml")))


class NameConverter(BaseConverter):
    """A path segment other than the reserved ones, which are literal segments of other paths.

    So `/dialogues/validate` has its own methods only, and not those of `/dialogues/{name}`.
    """

    def __init__(self, url_map: Map, *reserved: str) -> None:
        super().__init__(url_map)
        self.regex = f"(?!(?:{'|'.join(map(re.escape, reserved))})$)[^/]+"


class WaitSlots:
    """Limits how many calls of this process wait at the same time."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = threading.BoundedSemaphore(number) if number else None

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Occupy a slot; raises `ControlAPIError` if none is free."""
        if self._free is None:
            hint = "Start it with --threads 2 or more."
            raise ControlAPIError(503, f"The mock has one thread, which cannot wait. {hint}")
        if not self._free.acquire(blocking=False):
            message = f"At most {self._number} calls may wait at the same time; try again later."
            raise ControlAPIError(503, message, headers={"Retry-After": "1"})
        try:
            yield
        finally:
            self._free.release()


def is_cancelled() -> Callable[[], bool]:
    """Return the function that says whether the present request's client needs no response."""
    found: Callable[[], bool] = flask.request.environ.get(IS_CANCELLED, lambda: False)
    return found


class ControlAPI:
    """The blueprint, and the decorator that adds handlers to it."""

    def __init__(self, emulator: Emulator, contract: Contract) -> None:
        self.emulator = emulator
        self.contract = contract
        self.blueprint = flask.Blueprint("control", __name__, url_prefix=CONTROL_PREFIX)
        self.blueprint.record(lambda state: state.app.url_map.converters.update(name=NameConverter))
        self._operations = {operation.id: operation for operation in contract.operations}
        self.wait_slots = WaitSlots(emulator.settings.threads // 2)
        """Each waiting call blocks a thread; half of them stay free for what it waits for."""

    def route(
        self, operation_id: str, *, validate: bool = True, max_body: int = MAX_BODY_BYTES
    ) -> Callable[[Handler], Handler]:
        """Make the decorated function the handler of an operation of the contract.

        Without `validate`, the handler checks the body itself, beyond what a schema can express.
        """
        operation = self._operations[operation_id]
        reader = CallReader(operation, validate=validate, max_body=max_body)
        writes = operation.method != "GET" and operation_id not in READING_POSTS
        is_forbidden = writes and self.emulator.settings.read_only

        def register(handler: Handler) -> Handler:
            def view(**path: str) -> flask.typing.ResponseReturnValue:
                if is_forbidden:
                    content = ControlAPIError(403, READ_ONLY_MESSAGE).content()
                    return content, 403, {"X-Mock-Rule": "control-read-only"}
                try:
                    call = reader.read(self.emulator, path)
                    response: flask.typing.ResponseReturnValue = handler(call)
                except ControlAPIError as error:
                    return error.content(), error.status, error.headers
                return response

            node = self.contract.document["paths"][operation.path][operation.method.lower()]
            view.__doc__ = str(node["summary"])
            self.blueprint.add_url_rule(
                self._rule(operation),
                operation.id,
                view,
                methods=[operation.method],
                provide_automatic_options=False,
            )
            return handler

        return register

    def _rule(self, operation: Operation) -> str:
        literal = [each.path for each in self.contract.operations if "{" not in each.path]
        same = [path for path in literal if match_segments(operation.segments, path.split("/"))]
        reserved = ", ".join(f"'{path.rpartition('/')[2]}'" for path in dict.fromkeys(same))
        converter = f"name({reserved}):" if reserved else ""
        return re.sub(r"{(\w+)}", rf"<{converter}\1>", operation.path)
