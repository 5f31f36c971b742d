"""`leadway chat`: a conversation in the terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final

from leadway import (
    Attachment,
    Conversation,
    Leadway,
    LeadwayError,
    ManagedConversation,
    Settings,
    errors,
    image,
)
from leadway.commands import command_line
from leadway.commands.command_line import error_text, parse_variable
from leadway_command import install_hint, print_error, print_line

PROMPT: Final = "you> "
RECORDERS: Final = "leadway.recorders"
"""Group of entry points with the recorder."""

_INDENT: Final = " " * len("agent> ")
_COMMANDS: Final[Mapping[str, str]] = {
    "/new": "start a new session",
    "/id": "print the session's id; --session resumes it later",
    "/raw": "print the last response as JSON",
    "/history": "print all messages and replies",
    "/vars": "print the input variables; /vars NAME=VALUE sets one, /vars NAME= removes it",
    "/image": "/image URL attaches an image to the next message",
    "/help": "print this",
    "/quit": "end, like Ctrl-D",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Send each line of standard input as a message; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    command_line.check_managed(options, parser)
    try:
        settings = command_line.settings_from(options)
        with _with_recorder(settings, options.record) as used, Leadway(used) as leadway:
            chat = Chat(leadway, options)
            if not (sys.stdin and sys.stdin.isatty()):
                return _run_piped(chat)
            print_error(f"Agent {options.agent} at {settings.base_url}")
            return _run_interactive(chat)
    except LeadwayError as error:
        print_error(f"leadway chat: {error_text(error)}")
        return command_line.exit_code(error)


@contextmanager
def _with_recorder(settings: Settings, file: str | None) -> Generator[Settings, None, None]:
    """Yield settings with the URL of a recorder in front of the service, if there is a file.

    The mock brings the recorder, as an entry point; the SDK does not import it.
    """
    if file is None:
        yield settings
        return
    found = [*entry_points(group=RECORDERS)]
    if not found:
        hint = install_hint("mock")
        raise errors.SettingsError(f"--record needs the recorder of the mock. {hint}")
    try:
        with found[0].load()(settings.base_url, file) as url:
            # The token was checked against the service, which the recorder passes it on to.
            yield settings.replace(base_url=url, send_token_anywhere=True)
    except (ModuleNotFoundError, ValueError) as error:
        raise errors.SettingsError(f"--record: {error}") from None


class Chat:
    """Conversation with commands that begin with a slash."""

    def __init__(self, leadway: Leadway, options: argparse.Namespace) -> None:
        self._attachments: list[Attachment] = []
        self._variables: dict[str, str] = dict(options.var)
        self._begin: Callable[[str | None], Conversation | ManagedConversation]
        if options.managed:
            managed = leadway.managed_agent(options.agent)
            self._begin = partial(managed.conversation, contact_id=options.contact)
        else:
            self._begin = partial(
                leadway.agent(options.agent).conversation,
                contact_id=options.contact,
                version_id=options.agent_version,
            )
        self._conversation = self._begin(options.session)

    def handle_line(self, line: str) -> None:
        """Run a command, or send the line to the agent; raises `LeadwayError`."""
        word, _, rest = line.strip().partition(" ")
        match word:
            case "/new":
                self._conversation = self._begin(None)
                print_line("The next message starts a new session.")
            case "/id":
                print_line(self._session_id() or "No session yet.")
            case "/raw":
                turns = self._conversation.history
                print_line(
                    json.dumps(turns[-1].reply.raw, indent=2) if turns else "No response yet."
                )
            case "/history":
                self._print_history()
            case "/vars":
                self._set_variable(rest.strip())
            case "/image":
                self._attach(rest.strip())
            case "/help":
                print_line(_command_list())
            case _ if word.startswith("/"):
                print_line(
                    "Unknown command; /help lists them. A message must not begin with a slash."
                )
            case _ if word:
                self._send(line.strip())

    def _send(self, message: str) -> None:
        conversation = self._conversation
        if isinstance(conversation, ManagedConversation):
            managed = conversation.send(message, extra_variables=self._variables)
            print_line(_reply_lines(managed.text))
            if managed.tools_fired:
                print_line(f"{_INDENT}(Tools used: {', '.join(managed.tools_fired)}.)")
            return
        attachments, self._attachments = self._attachments, []
        reply = conversation.send(message, attachments=attachments, input_variables=self._variables)
        print_line(_reply_lines(reply.text))
        if reply.goal_completion:
            print_line(f"{_INDENT}(The agent has reached its goal.)")

    def _print_history(self) -> None:
        for turn in self._conversation.history:
            print_line(f"{PROMPT}{turn.message}\n{_reply_lines(turn.reply.text)}")

    def _session_id(self) -> str | None:
        conversation = self._conversation
        if isinstance(conversation, ManagedConversation):
            return conversation.session_id
        return conversation.execution_id

    def _set_variable(self, text: str) -> None:
        if text:
            name, value = parse_variable(text)
            self._variables[name] = value
            if not value:
                del self._variables[name]
        print_line(json.dumps(self._variables))

    def _attach(self, url: str) -> None:
        if isinstance(self._conversation, ManagedConversation):
            print_line("Managed agents take no images.")
            return
        if url:
            self._attachments.append(image(url))
        print_line(f"{len(self._attachments)} image(s) attached to the next message.")


def _run_interactive(chat: Chat) -> int:
    try:
        import_module("readline")  # It gives `input` its arrow keys.
    except ImportError:
        print_error("This Python has no readline: no arrow keys.")
    print_error("/help lists the commands; Ctrl-D ends.")
    while True:
        try:
            line = input(PROMPT)
            if line.strip() == "/quit":
                return command_line.SUCCESS
            chat.handle_line(line)
        except EOFError:
            print_line()
            return command_line.SUCCESS
        except KeyboardInterrupt:
            print_line()
            raise
        except LeadwayError as error:
            print_error(error_text(error))
        except (argparse.ArgumentTypeError, UnicodeDecodeError) as error:
            print_error(str(error))


def _run_piped(chat: Chat) -> int:
    for line in command_line.stdin_lines():
        if line.strip() == "/quit":
            break
        try:
            chat.handle_line(line)
        except argparse.ArgumentTypeError as error:
            print_error(str(error))
    return command_line.SUCCESS


def _reply_lines(text: str) -> str:
    return "agent> " + text.replace("\n", f"\n{_INDENT}")


def _command_list(indent: str = "") -> str:
    return "\n".join(f"{indent}{name:9} {what}" for name, what in _COMMANDS.items())


def _parser() -> argparse.ArgumentParser:
    description = "Chat with an agent. Each line of a pipe is a message; the first error ends it."
    epilog = f"commands in the chat:\n{_command_list('  ')}\n"
    parser = command_line.create_parser("chat", description, epilog)
    command_line.add_message_options(parser)
    parser.add_argument(
        "--record", metavar="FILE", help="write the conversation as a dialogue for the mock, YAML"
    )
    return parser
