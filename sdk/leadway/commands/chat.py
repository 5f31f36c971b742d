"""`leadway chat`: a conversation in the terminal."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final

from leadway.agents import Agent
from leadway.calls import image
from leadway.commands.exits import ANSWERED, exit_code
from leadway.commands.options import (
    Parser,
    add_message_options,
    client_of,
    conversation_fields,
    parser,
    variable,
)
from leadway.commands.terminal import complain, is_typed, lines, say
from leadway.errors import LeadwayError
from leadway_client.models import Attachment

PROMPT: Final = "you> "
_INDENT: Final = " " * len("agent> ")
_COMMANDS: Final[Mapping[str, str]] = {
    "/new": "begin a new session",
    "/id": "show the session's executionId, to resume it later with --session",
    "/raw": "show the last answer as JSON",
    "/history": "show what was said",
    "/vars": "show the input variables; /vars NAME=VALUE sets one, /vars NAME= forgets it",
    "/image": "/image URL sends a picture with the next message",
    "/help": "show this",
    "/quit": "end, as Ctrl-D does",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Converse until the input ends; return the exit code."""
    given = _parser().read(arguments)
    try:
        with client_of(given) as leadway:
            chat = Chat(leadway.agent(given.agent), given)
            return _interactive(chat) if is_typed() else _piped(chat)
    except LeadwayError as error:
        complain(f"leadway chat: {error.on_command_line()}")
        return exit_code(error)


class Chat:
    """One person at a terminal, one agent, and the session between them."""

    def __init__(self, agent: Agent, given: argparse.Namespace) -> None:
        self._agent = agent
        self._fields = conversation_fields(given)
        self._attachments: list[Attachment] = []
        self._variables: dict[str, str] = dict(given.var)
        self._talk = agent.conversation(given.session, **self._fields)
        self._commands: Mapping[str, Callable[[str], None]] = {
            "/new": self._new,
            "/id": lambda _: say(self._talk.execution_id or "There is no session yet."),
            "/raw": self._raw,
            "/history": self._history,
            "/vars": self._vars,
            "/image": self._image,
            "/help": self._help,
        }

    def hear(self, line: str) -> None:
        """Obey a command, or say the line to the agent; raises `LeadwayError`."""
        word, _, rest = line.strip().partition(" ")
        if word.startswith("/"):
            self._commands.get(word, self._unknown)(rest.strip())
        elif word:
            self._say(line.strip())

    def _say(self, message: str) -> None:
        attachments, self._attachments = self._attachments, []
        reply = self._talk.send(message, attachments=attachments, input_variables=self._variables)
        say("agent> " + reply.text.replace("\n", f"\n{_INDENT}"))
        if reply.goal_completion:
            say(f"{_INDENT}(The agent has reached its goal.)")

    def _new(self, _: str) -> None:
        self._talk = self._agent.conversation(**self._fields)
        say("A new session begins with the next message.")

    def _raw(self, _: str) -> None:
        history = self._talk.history
        shown = json.dumps(history[-1].reply.raw, indent=2) if history else "Nothing came yet."
        say(shown)

    def _history(self, _: str) -> None:
        for turn in self._talk.history:
            say(f"{PROMPT}{turn.message}\nagent> {turn.reply.text}")

    def _vars(self, text: str) -> None:
        if text:
            name, value = variable(text)
            self._variables[name] = value
            if not value:
                del self._variables[name]
        say(json.dumps(self._variables))

    def _image(self, url: str) -> None:
        if url:
            self._attachments.append(image(url))
        say(f"{len(self._attachments)} picture(s) go with the next message.")

    def _help(self, _: str) -> None:
        say("\n".join(f"{name:9} {what}" for name, what in _COMMANDS.items()))

    def _unknown(self, _: str) -> None:
        say("There is no such command; /help lists them. A message cannot begin with a slash.")


def _interactive(chat: Chat) -> int:
    _with_line_editing()
    complain("/help lists what else there is; Ctrl-D ends.")
    while True:
        try:
            line = input(PROMPT)
            if line.strip() == "/quit":
                return ANSWERED
            chat.hear(line)
        except EOFError:
            say()
            return ANSWERED
        except KeyboardInterrupt:
            say()
            raise
        except LeadwayError as error:
            complain(error.on_command_line())
        except (argparse.ArgumentTypeError, UnicodeDecodeError) as error:
            complain(str(error))


def _piped(chat: Chat) -> int:
    for line in lines():
        if line.strip() == "/quit":
            break
        try:
            chat.hear(line)
        except argparse.ArgumentTypeError as error:
            complain(str(error))
    return ANSWERED


def _with_line_editing() -> None:
    # Where there is such a module, importing it is what gives `input` its arrow keys.
    try:
        import_module("readline")
    except ImportError:
        complain("This Python has no readline: no arrow keys.")


def _parser() -> Parser:
    commands = "\n".join(f"  {name:9} {what}" for name, what in _COMMANDS.items())
    about = "Talk to an agent. Lines from a pipe are messages too; the first error ends them."
    made = parser("chat", about, f"while talking:\n{commands}\n")
    made.add_argument("agent", metavar="AGENT", help="the agent's id")
    add_message_options(made)
    return made
