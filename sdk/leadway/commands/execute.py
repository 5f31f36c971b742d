"""`leadway execute`: sends one message, for scripts."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Final

from leadway import Leadway, LeadwayError, ManagedReply, Reply
from leadway.commands import command_line
from leadway_command import print_error, print_line

_EXIT_CODES: Final = """\
exit codes:
  0 success   2 usage or settings   3 token, version, scope or location   4 other request errors
  5 too many requests   6 the service failed, or its response is invalid   7 no response
  74 standard output cannot be written; the agent may have received the message
  130 interrupted   141 the reader of the output has closed the pipe
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Send one message, print the reply, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    command_line.check_managed(options, parser)
    try:
        reply = _send(options)
    except LeadwayError as error:
        if options.json:
            print_line(json.dumps({"error": _error_document(error)}))
        else:
            print_error(f"leadway execute: {command_line.error_text(error)}")
        return command_line.exit_code(error)
    print_line(json.dumps(reply.raw) if options.json else reply.text)
    return command_line.SUCCESS


def _send(options: argparse.Namespace) -> Reply | ManagedReply:
    message = "".join(command_line.stdin_lines()) if options.message == "-" else options.message
    with Leadway(command_line.settings_from(options)) as leadway:
        if options.managed:
            return leadway.managed_agent(options.agent).execute(
                message,
                session_id=options.session,
                contact_id=options.contact,
                extra_variables=dict(options.var),
                idempotency_key=options.idempotency_key,
            )
        return leadway.agent(options.agent).execute(
            message,
            execution_id=options.session,
            input_variables=dict(options.var),
            contact_id=options.contact,
            version_id=options.agent_version,
        )


def _error_document(error: LeadwayError) -> dict[str, object]:
    return {
        "type": type(error).__name__,
        "message": command_line.error_message(error),
        "hint": command_line.error_hint(error),
        "status": error.status,
        "traceId": error.trace_id,
        "retrySafe": error.retry_safe,
        "retryAfter": error.retry_after,
        "attempts": error.attempts,
        "idempotencyKey": error.idempotency_key,
    }


def _parser() -> argparse.ArgumentParser:
    description = "Send one message to an agent, and print its reply."
    parser = command_line.create_parser("execute", description, _EXIT_CODES)
    command_line.add_message_options(parser)
    parser.add_argument("message", metavar="MESSAGE", help="the message; - reads standard input")
    parser.add_argument(
        "--idempotency-key",
        metavar="KEY",
        help="key of the turn, with --managed; the same key again gets the same reply",
    )
    parser.add_argument(
        "--json", action="store_true", help="print the whole response, or the error, as JSON"
    )
    return parser
