"""Asks a server one question, to see whether it is there."""

from __future__ import annotations

import socket

from bench.load.answers import AnswerReader, MalformedAnswerError
from bench.load.requests import FIRST_TURN, Requests
from bench.load.scripts import OK

PATIENCE_SECONDS = 30.0


def answers(port: int) -> bool:
    """Tell whether a first turn gets its answer on that port of the loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
            connection.sendall(Requests("127.0.0.1", port).post(FIRST_TURN % 0))
            return _status(connection) == OK
    except (OSError, ValueError, MalformedAnswerError):
        return False


def _status(connection: socket.socket) -> int:
    reader, answer = AnswerReader(), None
    while answer is None:
        data = connection.recv(65_536)
        if not data:
            raise ConnectionResetError
        answer = reader.read(data)
    return answer.status
