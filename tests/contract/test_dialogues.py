"""Section "Dialogues": conversations that a file writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.refusals import assert_refused
from tests.contract.service import Service

TRANSCRIPT = """
user: haircut
agent: Which day?
user: /(?P<day>monday|tuesday)/i
agent: {{day}} it is.
"""


@pytest.fixture
def booking(tmp_path: Path, adjusted: Callable[..., Service]) -> Service:
    file = tmp_path / "booking.txt"
    file.write_text(TRANSCRIPT)
    return adjusted(dialogues=str(file))


@pytest.mark.clause("dialogue-answers-in-the-agents-place")
def test_a_dialogue_answers_in_the_agents_place(booking: Service) -> None:
    sessions = [booking.say("A haircut, please").execution_id for _ in range(2)]
    answers = [
        booking.say(day, execution_id=session).response
        for day, session in zip(("Tuesday", "monday"), sessions, strict=True)
    ]
    assert answers == ["Tuesday it is.", "monday it is."]


@pytest.mark.clause("unscripted-message-is-told")
def test_an_unscripted_message_is_told(booking: Service) -> None:
    session = booking.say("haircut").execution_id
    answer = booking.send(booking.body(message="Sunday", executionId=session))
    assert answer.status_code == 200
    assert answer.headers["X-Mock-Rule"] == "unscripted-message"
    assert "booking.txt:4" in answer.headers["X-Mock-Hint"]
    assert booking.say("monday", execution_id=session).response == "monday it is."


@pytest.mark.clause("unscripted-message-may-be-refused")
def test_an_unscripted_message_may_be_refused(
    tmp_path: Path, adjusted: Callable[..., Service]
) -> None:
    file = tmp_path / "strict.yaml"
    file.write_text("otherwise: refuse\nturns: [{user: a, agent: b}]\n")
    service = adjusted(dialogues=str(file))
    answer = service.send(service.body(message="c"))
    assert_refused(answer, 400, "No turn of the dialogue expects this message.")
