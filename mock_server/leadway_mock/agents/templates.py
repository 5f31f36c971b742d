"""Text with placeholders such as `{{name}}`: substitution, in one pass, and nothing more.

A template comes from the agents file only. What is put in its place comes from requests and is
never looked at again, so that a message holding `{{…}}` stays a message.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# An escaped opening, a whole placeholder, or an opening that is never closed, in this order.
_PIECE = re.compile(r"\\\{\{|\{\{(?P<name>[^{}]*)\}\}|\{\{")


class TemplateError(ValueError):
    """A text that is no template, because a `{{` in it opens no placeholder."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template, taken apart: texts and the names of placeholders, taking turns."""

    texts: tuple[str, ...]
    """One more than there are `names`."""

    names: tuple[str, ...]

    def fill(self, values: Mapping[str, str]) -> str:
        """Put values in the place of the names; a name without a value leaves nothing."""
        return "".join(self._pieces(values))

    def _pieces(self, values: Mapping[str, str]) -> Iterator[str]:
        for text, name in zip(self.texts, self.names, strict=False):
            yield text
            yield values.get(name, "")
        yield self.texts[-1]


def parse_template(text: str) -> Template:
    r"""Take a template apart; `\{{` stands for two braces. Raises `TemplateError`."""
    texts, names, end = [""], [], 0
    for piece in _PIECE.finditer(text):
        texts[-1] += text[end : piece.start()]
        end = piece.end()
        if piece["name"] is not None:
            names.append(piece["name"].strip())
            texts.append("")
        elif piece[0] == r"\{{":
            texts[-1] += "{{"
        else:
            raise TemplateError
    texts[-1] += text[end:]
    return Template(tuple(texts), tuple(names))
