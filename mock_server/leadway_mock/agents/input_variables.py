"""The input variables an agent declares, and how those of a request compare with them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leadway_mock.documents.json_types import json_type
from leadway_mock.util.suggestions import closest

NAMED_STRANGERS: Final = 5
"""How many undeclared variables are remarked on by name; a request may carry thousands."""


@dataclass(frozen=True, slots=True)
class InputVariable:
    """One variable that an agent's configuration declares.

    The vendor's page says that a request's `inputVariables` *should* match the declared ones, not
    what happens when they do not. So a mismatch is never refused; built-in agents remark on it.
    """

    name: str
    type: str = "string"
    """A JSON type: `string`, `number`, `boolean`, `object` or `array`."""

    required: bool = False
    description: str = ""


def remarks(declared: Sequence[InputVariable], sent: Mapping[str, object]) -> Iterator[str]:
    """Yield a sentence for each way in which the variables sent differ from those declared."""
    yield from _missing(declared, sent)
    yield from _mistyped(declared, sent)
    yield from _undeclared(declared, sent)


ENCODER = json.JSONEncoder(ensure_ascii=False, default=dict)
"""`dict` makes JSON of a mapping that is read-only; lists and tuples need no help."""


def plain_text(value: object) -> str:
    """Write a JSON value the way it reads best in a sentence: text as it is, all else as JSON."""
    if isinstance(value, str):
        return value
    return ENCODER.encode(value)


def _missing(declared: Sequence[InputVariable], sent: Mapping[str, object]) -> Iterator[str]:
    for variable in declared:
        if variable.name not in sent:
            need = "required" if variable.required else "optional"
            yield f"Not sent: {variable.name} ({need} {variable.type})."


def _mistyped(declared: Sequence[InputVariable], sent: Mapping[str, object]) -> Iterator[str]:
    for variable in declared:
        if variable.name in sent:
            found = json_type(sent[variable.name])
            if found != variable.type:
                yield f"{variable.name} is declared as {variable.type} but was sent as {found}."


def _undeclared(declared: Sequence[InputVariable], sent: Mapping[str, object]) -> Iterator[str]:
    names = [variable.name for variable in declared]
    strangers = [name for name in sent if name not in names]
    for name in strangers[:NAMED_STRANGERS]:
        close = closest(name, names)
        guess = f" Did you mean {close}?" if close else ""
        yield f"Sent but not declared, so this agent ignores it: {name}.{guess}"
    if len(strangers) > NAMED_STRANGERS:
        yield f"And {len(strangers) - NAMED_STRANGERS} more that are not declared."
