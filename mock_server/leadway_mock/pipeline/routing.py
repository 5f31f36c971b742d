"""Routing: from method and path to an operation of the contract."""

from __future__ import annotations

from collections.abc import Mapping

from leadway_mock.contract.model import Contract, Operation
from leadway_mock.http.messages import APIError, Request


def route(contract: Contract, request: Request) -> tuple[Operation, Mapping[str, str]]:
    """Return the operation for `request`, with its path parameters.

    Raises `APIError`: `route-unknown`, or `method-not-allowed` with its `Allow` header.
    """
    matches = contract.operations_at(request.path)
    for operation, parameters in matches:
        if operation.method == request.method:
            return operation, parameters
    line = f"Cannot {request.method} {request.path}"
    if not matches:
        raise APIError("route-unknown", message=line, hint=_hint(contract, request.path))
    allowed = ", ".join(sorted({operation.method for operation, _ in matches}))
    raise APIError(
        "method-not-allowed",
        message=f"{line}. Use {allowed}.",
        hint=f"This path allows {allowed}.",
        headers={"Allow": allowed},
    )


def _hint(contract: Contract, path: str) -> str:
    slashes = "There are two slashes in a row: does the base URL end with one? "
    return slashes * ("//" in path) + _known(contract)


def _known(contract: Contract) -> str:
    current = [each for each in contract.operations if not each.deprecated]
    listed = ", ".join(f"{each.method} {each.path}" for each in current)
    return f"The contract has {listed}; the mock lists its own pages at /__mock."
