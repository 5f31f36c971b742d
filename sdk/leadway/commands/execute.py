"""`leadway execute`: one message, for scripts."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from leadway.commands.exits import ANSWERED, exit_code
from leadway.commands.options import (
    Parser,
    add_message_options,
    client_of,
    conversation_fields,
    parser,
)
from leadway.commands.terminal import complain, lines, say
from leadway.errors import LeadwayError
from leadway.replies import Reply
from leadway.wording import typed

_EXITS = """\
exit codes:
  0 answered   2 usage or settings   3 token, version, scope or location   4 refused otherwise
  5 too many requests   6 the service failed, or made no sense   7 no answer   130 interrupted
  74 the output cannot be written, though the agent may have heard the message
  141 whoever reads the output has gone
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Send one message, print the reply, and return the exit code."""
    given = _parser().read(arguments)
    try:
        reply = _ask(given)
    except LeadwayError as error:
        return _fail(error, as_json=given.json)
    say(json.dumps(reply.raw) if given.json else reply.text)
    return ANSWERED


def _ask(given: argparse.Namespace) -> Reply:
    message = "".join(lines()) if given.message == "-" else given.message
    with client_of(given) as leadway:
        agent = leadway.agent(given.agent)
        chat = agent.conversation(given.session, **conversation_fields(given))
        return chat.send(message, input_variables=dict(given.var))


def _fail(error: LeadwayError, *, as_json: bool) -> int:
    if as_json:
        say(json.dumps({"error": told(error)}))
    else:
        complain(f"leadway execute: {error.on_command_line()}")
    return exit_code(error)


def told(error: LeadwayError) -> dict[str, object]:
    """Return an error as a JSON object."""
    return {
        "type": type(error).__name__,
        "message": typed(error.message),
        "status": error.status,
        "traceId": error.trace_id,
        "retrySafe": error.retry_safe,
        "retryAfter": error.retry_after,
        "attempts": error.attempts,
    }


def _parser() -> Parser:
    about = "Send one message to an agent, and print what it says."
    made = parser("execute", about, _EXITS)
    made.add_argument("agent", metavar="AGENT", help="the agent's id")
    made.add_argument("message", metavar="MESSAGE", help="what to say; - reads standard input")
    made.add_argument(
        "--json", action="store_true", help="print the whole answer, or the error, as JSON"
    )
    add_message_options(made)
    return made
