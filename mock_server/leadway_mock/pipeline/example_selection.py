"""Example selection with `Prefer` (RFC 7240), in Prism's form.

`Prefer: code=404` and `Prefer: example=agent-unknown`, together or alone, select an example of the
contract; `__code` and `__example` in the query do the same. Other preferences are ignored, as the
RFC requires.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from leadway_mock.contract.model import Example, Operation
from leadway_mock.http.messages import APIError, Request, Response

KNOWN = ("code", "example")


@dataclass(frozen=True, slots=True)
class Preference:
    """The preference of a request; None means any."""

    code: str | None = None
    example: str | None = None

    @property
    def text(self) -> str:
        """The preference in the form of the header."""
        parts = (("code", self.code), ("example", self.example))
        return ", ".join(f"{name}={value}" for name, value in parts if value)


def read_preference(request: Request) -> Preference | None:
    """Return the preference of the request, or None; the header wins over the query."""
    header = request.header("prefer") or ""
    if not header and not request.query:
        return None
    found = {
        name.removeprefix("__"): value
        for name, value in parse_qsl(request.query)
        if name.removeprefix("__") in KNOWN and name.startswith("__")
    }
    for part in header.replace(";", ",").split(","):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() in KNOWN and value:
            found[name.strip().lower()] = value.strip().strip('"')
    return Preference(found.get("code"), found.get("example")) if any(found.values()) else None


def preferred_response(preference: Preference, operation: Operation) -> Response:
    """Return the example of `operation` that was preferred.

    Raises `APIError` `prefer-unsatisfiable` where the contract has no such example.
    """
    for example in operation.examples.values():
        if _fits(example, preference):
            return Response(
                status=example.status,
                content=example.content,
                rule=example.name,
                evidence=example.evidence,
                headers={"Preference-Applied": _plain(preference.text)},
            )
    known = ", ".join(f"{each.status} {each.name}" for each in operation.examples.values())
    hint = f"{operation.id} has no example for '{preference.text}'. It has: {known}."
    raise APIError("prefer-unsatisfiable", hint=hint)


def _fits(example: Example, preference: Preference) -> bool:
    return preference.code in {None, str(example.status)} and preference.example in {
        None,
        example.name,
    }


def _plain(text: str) -> str:
    return text.encode("ascii", "replace").decode()
