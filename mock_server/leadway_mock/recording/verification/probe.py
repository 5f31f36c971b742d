"""Model of a probe: one request, and the behaviours that its response shows.

Texts of a probe contain references: `{agent}` is a value that the user gives, and
`{first-message/executionId}` a value of an earlier probe's response, by JSON pointer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from leadway_mock.http.messages import Request
from leadway_mock.util.json_pointer import to_path
from leadway_mock.util.json_text import map_texts, texts_in

EXECUTE = "/agent-studio/agent/{agent}/execute"
USER_AGENT = "leadway-verify"
"""Sent because the platform's proxy rejects the default names of HTTP libraries (observed)."""

_REFERENCE = re.compile(r"\{([a-z][a-z0-9-]{0,60})((?:/[A-Za-z0-9]{1,60}){0,8})\}")


class Effect(StrEnum):
    """What a probe does to the target, beside responding."""

    NONE = "none"
    """Nothing but agent runs: harmless."""

    CHANGES = "changes"
    """It creates, changes and deletes an agent of its own."""

    LARGE = "large"
    """It sends a body of a mebibyte."""

    SLOW = "slow"
    """It waits for half an hour."""


class MissingValueError(Exception):
    """A value that a probe refers to does not exist; the text names it."""


@dataclass(frozen=True)
class Probe:
    """One request to a target, and the rows of the behaviour table that its response shows.

    Args:
        name: its name, which later probes refer to.
        behaviours: ids of rows of the behaviour table. Of several examples of the contract, the
            response shows the one that the mock responds with.
        body: JSON value, or bytes that are sent as they are.
        headers: changes of the usual headers; None removes one.
        bearer: name of the user's value that is the bearer token; empty for none.
        compared: lower-case names of headers that are compared, beside `content-type`.
        is_list: whether only the types of the response are compared, since it lists the account's
            own content.
        wait_seconds: how long to wait before the request.
        after: names of probes that must be sent before, besides those that it refers to.
        agent: name of the user's value that names the agent, where the agent must reply.
    """

    name: str
    behaviours: tuple[str, ...]
    body: Any = field(default_factory=lambda: {"message": "Hello", "locationId": "{location}"})
    method: str = "POST"
    path: str = EXECUTE
    query: str = ""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    bearer: str = "token"
    effect: Effect = Effect.NONE
    compared: tuple[str, ...] = ()
    is_list: bool = False
    wait_seconds: float = 0.0
    after: tuple[str, ...] = ()
    agent: str = ""

    @cached_property
    def references(self) -> frozenset[str]:
        """Names of the values and probes that it refers to."""
        texts = texts_in([self.path, self.query, self.body, self.headers])
        found = {match[1] for text in texts for match in _REFERENCE.finditer(text)}
        return frozenset(found | {self.bearer, *self.after} - {""})

    @property
    def may_run_agent(self) -> bool:
        """Whether the agent runs if the target accepts the request, which may cost money."""
        return self.path.endswith("/execute") and self.method == "POST"

    def build_request(self, values: Mapping[str, Any]) -> Request:
        """Return the request with all references replaced; raises `MissingValueError`.

        `values` are the user's values and the bodies of earlier responses, by name.
        """
        headers: dict[str, Any] = {
            "authorization": f"Bearer {_value(values, self.bearer)}" if self.bearer else None,
            "version": "2021-07-28",
            "content-type": "application/json" if self.body is not None else None,
            "user-agent": USER_AGENT,
            **_resolve(self.headers, values),
        }
        body = self.body
        if not isinstance(body, bytes):
            resolved = _resolve(body, values)
            body = b"" if body is None else json.dumps(resolved, ensure_ascii=False).encode()
        return Request(
            self.method,
            str(_resolve(self.path, values)),
            str(_resolve(self.query, values)),
            {name: str(text) for name, text in headers.items() if text is not None},
            body,
        )


def select_with_references(probes: Mapping[str, Probe], names: Iterable[str]) -> list[Probe]:
    """Return the named probes and those that they need, each after these.

    Probes that are not harmless come last, in the order of `probes`.
    """
    selected: dict[str, Probe] = {}

    def add(name: str) -> None:
        if name not in selected:
            for each in sorted(probes[name].references & probes.keys()):
                add(each)
            selected[name] = probes[name]

    for name in names:
        add(name)
    order = list(probes)
    return sorted(
        selected.values(),
        key=lambda each: -1 if each.effect is Effect.NONE else order.index(each.name),
    )


def _resolve(value: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a copy of a JSON value with all references replaced."""

    def replace_references(text: str) -> Any:  # noqa: ANN401 - the same
        whole = _REFERENCE.fullmatch(text)
        if whole:
            return _value(values, whole[1], whole[2])
        return _REFERENCE.sub(lambda match: str(_value(values, match[1], match[2])), text)

    return map_texts(value, replace_references)


def _value(values: Mapping[str, Any], name: str, pointer: str = "") -> Any:  # noqa: ANN401 - any JSON value
    found = values.get(name)
    if found is None:
        raise MissingValueError(f"{name} has no response")
    for part in to_path(pointer):
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            raise MissingValueError(f"the response of {name} has no {pointer}") from None
    return found
