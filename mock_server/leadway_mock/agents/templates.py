"""Reply templates, and agents with a list of them.

A template is a text with placeholders such as `{{name}}`, filled in one pass.
Templates come from files only. Values come from requests and are not parsed again, so a message
that contains `{{…}}` stays plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from leadway_mock.agents.patterns import ANY, Pattern
from leadway_mock.agents.replies import AgentInput, AgentReply, Responder
from leadway_mock.documents.problems import MAX_PROBLEMS_IN_TEXT, quote
from leadway_mock.util.json_text import map_texts, plain_text
from leadway_mock.util.names import closest

NO_REPLY_MATCHED: Final = AgentReply(
    "I am sorry, I have no answer to that. (This is the mock: no reply in the agents file matches "
    "this message on this turn. Add a last reply without `when`, which matches any message.)"
)

CAPTURES: Final = "captures"
"""Key of the captures in the state of the agent."""

BUILT_IN_NAMES: Final = ("message", "turn", "contactId", "executionId", "versionId")
"""Placeholders of every template, besides captures and `variables.NAME`."""

MAX_EXCERPT_CHARS: Final = 20
"""Maximum characters of a template that an error quotes."""

# An escaped opening, a whole placeholder, or an opening that is never closed, in this order.
_TOKEN = re.compile(r"\\\{\{|\{\{(?P<name>[^{}]*)\}\}|\{\{")


class TemplateError(ValueError):
    """Each `{{` that is not part of a placeholder: `messages`, and a `hint` for all."""

    hint = r"close it as in `{{name}}`, or write `\{{` for two braces"

    def __init__(self, openings: Iterable[str]) -> None:
        """Create the error of texts that begin with such a `{{`."""
        starts = dict.fromkeys(text[:MAX_EXCERPT_CHARS] for text in openings)
        self.messages = [f"a `{{{{` without a placeholder: {quote(each)}" for each in starts]
        super().__init__("; ".join(self.messages))


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: texts and the placeholder names between them."""

    texts: tuple[str, ...]
    """One more than there are `names`."""

    names: tuple[str, ...]

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the text with each placeholder replaced by its value, or by nothing."""
        pieces = [self.texts[0]]
        for name, text in zip(self.names, self.texts[1:], strict=True):
            pieces += (values.get(name, ""), text)
        return "".join(pieces)


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    r"""Parse a template; `\{{` is two literal braces. Raises `TemplateError`."""
    texts, names, end = [""], [], 0
    unclosed: list[int] = []
    for token in _TOKEN.finditer(text):
        texts[-1] += text[end : token.start()]
        end = token.end()
        if token["name"] is not None:
            names.append(token["name"].strip())
            texts.append("")
        elif token[0] == r"\{{":
            texts[-1] += "{{"
        elif len(unclosed) < MAX_PROBLEMS_IN_TEXT:
            unclosed.append(token.start())
    if unclosed:
        raise TemplateError(
            text[start:stop].strip() for start, stop in pairwise([*unclosed, len(text)])
        )
    texts[-1] += text[end:]
    return Template(tuple(texts), tuple(names))


def placeholder_hint(name: str, known: Iterable[str], hint: str) -> str:
    """Return "did you mean" for an undefined placeholder, or else `hint`."""
    close = closest(name, sorted(known))
    return f"did you mean `{{{{{close}}}}}`?" if close else hint


def fill_texts(value: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a JSON value with the placeholders in all its texts filled."""
    return map_texts(value, lambda text: parse_template(text).fill(values))


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


@dataclass(frozen=True, slots=True)
class CannedReply:
    """One reply of an agents file."""

    template: Template
    reply: AgentReply
    """The reply without its text and state."""

    condition: Pattern = ANY
    turn: int | None = None
    """The only turn on which it is used; `None` is any."""

    def match(self, agent_input: AgentInput) -> Mapping[str, str] | None:
        """Return the captures if the reply applies, or else `None`."""
        is_turn = self.turn in {None, agent_input.turn}
        return self.condition.find(agent_input.message, agent_input.match_time) if is_turn else None


def first_match_responder(replies: Sequence[CannedReply]) -> Responder:
    """Return an agent that uses the first matching reply, and keeps all captures."""

    def respond(agent_input: AgentInput) -> AgentReply:
        before = agent_input.state.get(CAPTURES)
        known = before if isinstance(before, Mapping) else {}
        captures = {str(name): str(text) for name, text in known.items()}
        for canned in replies:
            captured = canned.match(agent_input)
            if captured is not None:
                captures |= captured
                response = canned.template.fill(placeholder_values(agent_input, captures))
                return replace(canned.reply, response=response, state={CAPTURES: captures})
        return replace(NO_REPLY_MATCHED, state={CAPTURES: captures})

    return respond
