"""Reply templates: text with placeholders such as `{{name}}`, filled in one pass.

Templates come from files only. Values come from requests and are not parsed again, so a message
that contains `{{…}}` stays plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from leadway_mock.agents.replies import AgentInput
from leadway_mock.util.json_text import plain_text

BUILT_IN_NAMES: Final = ("message", "turn", "contactId", "executionId", "versionId")
"""Placeholders of every template, besides captures and `variables.NAME`."""

# An escaped opening, a whole placeholder, or an opening that is never closed, in this order.
_TOKEN = re.compile(r"\\\{\{|\{\{(?P<name>[^{}]*)\}\}|\{\{")


class TemplateError(ValueError):
    """A `{{` that is not part of a placeholder."""


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: texts and the placeholder names between them."""

    texts: tuple[str, ...]
    """One more than there are `names`."""

    names: tuple[str, ...]

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the text with each placeholder replaced by its value, or by nothing."""
        return "".join(self._pieces(values))

    def _pieces(self, values: Mapping[str, str]) -> Iterator[str]:
        for text, name in zip(self.texts, self.names, strict=False):
            yield text
            yield values.get(name, "")
        yield self.texts[-1]


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    r"""Parse a template; `\{{` is two literal braces. Raises `TemplateError`."""
    texts, names, end = [""], [], 0
    for token in _TOKEN.finditer(text):
        texts[-1] += text[end : token.start()]
        end = token.end()
        if token["name"] is not None:
            names.append(token["name"].strip())
            texts.append("")
        elif token[0] == r"\{{":
            texts[-1] += "{{"
        else:
            raise TemplateError
    texts[-1] += text[end:]
    return Template(tuple(texts), tuple(names))


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a JSON value except property names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | Sequence):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(each)


def fill_texts(value: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a JSON value with the placeholders in all its texts filled."""
    if isinstance(value, str):
        return parse_template(value).fill(values)
    if isinstance(value, Mapping):
        return {name: fill_texts(each, values) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(fill_texts(each, values) for each in value)
    return value


def placeholder_values(agent_input: AgentInput, captures: Mapping[str, str]) -> dict[str, str]:
    """Return the values of all placeholders for one message and its captures."""
    built_in = (
        agent_input.message,
        str(agent_input.turn),
        agent_input.contact_id or "",
        agent_input.execution_id,
        agent_input.version_id,
    )
    variables = agent_input.input_variables
    return {
        **captures,
        **dict(zip(BUILT_IN_NAMES, built_in, strict=True)),
        **{f"variables.{name}": plain_text(value) for name, value in variables.items()},
    }
