"""Section "Dialogues": conversations that a file writes."""

from __future__ import annotations

import os
import time
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


@pytest.mark.clause("dialogue-stays-as-it-began")
def test_a_dialogue_stays_as_it_began(booking: Service, tmp_path: Path) -> None:
    session = booking.say("haircut").execution_id
    rewrite(tmp_path / "booking.txt", TRANSCRIPT.replace("it is", "it may be"))
    new = wait_for(lambda: said_on_monday(booking), "monday it may be.")
    assert new == "monday it may be."
    assert booking.say("monday", execution_id=session).response == "monday it is."


@pytest.mark.clause("files-are-reloaded")
def test_files_are_reloaded(booking: Service, tmp_path: Path) -> None:
    rewrite(tmp_path / "booking.txt", "user haircut")
    told = wait_for(lambda: str(booking.send(method="GET", path="/__mock/health").json()), "user h")
    assert "starts with neither `user:` nor `agent:`" in told
    assert said_on_monday(booking) == "monday it is."
    rewrite(tmp_path / "booking.txt", TRANSCRIPT.replace("it is", "again"))
    assert wait_for(lambda: said_on_monday(booking), "again") == "monday again."


def said_on_monday(service: Service) -> str:
    session = service.say("haircut").execution_id
    return service.say("monday", execution_id=session).response


def rewrite(file: Path, text: str) -> None:
    before = file.stat().st_mtime_ns
    file.write_text(text)
    os.utime(file, ns=(before + 10**9, before + 10**9))


def wait_for(look: Callable[[], str], part: str) -> str:
    """Look until `part` is seen, for ten seconds; return what was seen last."""
    until = time.monotonic() + 10
    while part not in (seen := look()) and time.monotonic() < until:
        time.sleep(0.2)
    return seen


@pytest.mark.clause("unscripted-message-is-told")
def test_an_unscripted_message_is_told(booking: Service) -> None:
    session = booking.say("haircut").execution_id
    answer = booking.send(booking.body(message="Sunday", executionId=session))
    assert answer.status_code == 200
    assert answer.headers["X-Mock-Rule"] == "unscripted-message"
    assert "booking.txt:4" in answer.headers["X-Mock-Hint"]
    assert booking.say("monday", execution_id=session).response == "monday it is."


@pytest.mark.clause("unscripted-message-may-have-an-answer")
def test_an_unscripted_message_may_have_an_answer(
    tmp_path: Path, adjusted: Callable[..., Service]
) -> None:
    file = tmp_path / "kind.yaml"
    file.write_text("fallback: Sorry?\nturns: [{user: a, agent: b}]\n")
    service = adjusted(dialogues=str(file))
    answer = service.send(service.body(message="c"))
    assert answer.json()["response"] == "Sorry?"
    assert answer.headers["X-Mock-Rule"] == "dialogue-fallback"
    session = answer.json()["executionId"]
    assert service.say("a", execution_id=session).response == "b"


@pytest.mark.clause("unscripted-message-may-be-refused")
def test_an_unscripted_message_may_be_refused(
    tmp_path: Path, adjusted: Callable[..., Service]
) -> None:
    file = tmp_path / "strict.yaml"
    file.write_text("fallback: refuse\nturns: [{user: a, agent: b}]\n")
    service = adjusted(dialogues=str(file))
    answer = service.send(service.body(message="c"))
    assert_refused(answer, 400, "No turn of the dialogue expects this message.")
