"""Input variables that an agent declares, compared with those of a request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leadway_mock.documents.schema_errors import json_type
from leadway_mock.util.suggestions import closest

MAX_NAMED_UNDECLARED: Final = 5
"""Maximum undeclared variables that are named; a request may contain thousands."""


@dataclass(frozen=True, slots=True)
class InputVariable:
    """One variable that an agent's configuration declares.

    The vendor's page says that a request's `inputVariables` *should* match the declared ones, not
    what happens when they do not. So a mismatch is never an error; built-in agents report it.
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
    undeclared = [name for name in sent if name not in names]
    for name in undeclared[:MAX_NAMED_UNDECLARED]:
        close = closest(name, names)
        guess = f" Did you mean {close}?" if close else ""
        yield f"Sent but not declared, so this agent ignores it: {name}.{guess}"
    if len(undeclared) > MAX_NAMED_UNDECLARED:
        yield f"And {len(undeclared) - MAX_NAMED_UNDECLARED} more that are not declared."
