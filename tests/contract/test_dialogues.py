"""Section "Dialogues": conversations from a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.error_assertions import assert_error
from tests.contract.service import Service
from tests.wait import wait_until

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


@pytest.mark.clause("dialogue-replaces-the-agent")
def test_dialogue_replaces_the_agent(booking: Service) -> None:
    sessions = [booking.say("A haircut, please").execution_id for _ in range(2)]
    responses = [
        booking.say(day, execution_id=session).response
        for day, session in zip(("Tuesday", "monday"), sessions, strict=True)
    ]
    assert responses == ["Tuesday it is.", "monday it is."]


@pytest.mark.clause("session-keeps-its-dialogue")
def test_session_keeps_its_dialogue(booking: Service, tmp_path: Path) -> None:
    session = booking.say("haircut").execution_id
    rewrite(tmp_path / "booking.txt", TRANSCRIPT.replace("it is", "it may be"))
    wait_until(lambda: said_on_monday(booking) == "monday it may be.")
    assert booking.say("monday", execution_id=session).response == "monday it is."


@pytest.mark.clause("files-are-reloaded")
def test_files_are_reloaded(booking: Service, tmp_path: Path) -> None:
    rewrite(tmp_path / "booking.txt", "user haircut")
    health = "/__mock/health"
    error = "starts with neither `user:` nor `agent:`"
    wait_until(lambda: error in booking.send(method="GET", path=health).text)
    assert said_on_monday(booking) == "monday it is."
    rewrite(tmp_path / "booking.txt", TRANSCRIPT.replace("it is", "again"))
    wait_until(lambda: said_on_monday(booking) == "monday again.")


def said_on_monday(service: Service) -> str:
    session = service.say("haircut").execution_id
    return service.say("monday", execution_id=session).response


def rewrite(file: Path, text: str) -> None:
    before = file.stat().st_mtime_ns
    file.write_text(text)
    os.utime(file, ns=(before + 10**9, before + 10**9))


@pytest.mark.clause("unscripted-message-is-reported")
def test_unscripted_message_is_reported(booking: Service) -> None:
    session = booking.say("haircut").execution_id
    response = booking.send(booking.body(message="Sunday", executionId=session))
    assert response.status_code == 200
    assert response.headers["X-Mock-Rule"] == "unscripted-message"
    assert "booking.txt:4" in response.headers["X-Mock-Hint"]
    assert booking.say("monday", execution_id=session).response == "monday it is."


@pytest.mark.clause("unscripted-message-can-have-a-fallback")
def test_unscripted_message_can_have_a_fallback(
    tmp_path: Path, adjusted: Callable[..., Service]
) -> None:
    file = tmp_path / "kind.yaml"
    file.write_text("fallback: Sorry?\nturns: [{user: a, agent: b}]\n")
    service = adjusted(dialogues=str(file))
    response = service.send(service.body(message="c"))
    assert response.json()["response"] == "Sorry?"
    assert response.headers["X-Mock-Rule"] == "dialogue-fallback"
    session = response.json()["executionId"]
    assert service.say("a", execution_id=session).response == "b"


@pytest.mark.clause("unscripted-message-can-be-rejected")
def test_unscripted_message_can_be_rejected(
    tmp_path: Path, adjusted: Callable[..., Service]
) -> None:
    file = tmp_path / "strict.yaml"
    file.write_text("fallback: reject\nturns: [{user: a, agent: b}]\n")
    service = adjusted(dialogues=str(file))
    response = service.send(service.body(message="c"))
    assert_error(response, 400, "No turn of the dialogue expects this message.")
