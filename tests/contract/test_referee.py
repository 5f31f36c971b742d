"""The referee sees what is wrong: mocks that break the contract on purpose are caught."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from leadway_mock.http_server import Server
from tests.contract.evidence import answers
from tests.contract.programs import Program
from tests.contract.referee import Foul, Referee, refereed
from tests.contract.service import Service, opened

EXAMPLES = {example.name: example.value for example in answers()}
REPLY = EXAMPLES["reply"]


def without(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != name}


ANSWERS: Mapping[str, tuple[str, str, object]] = {
    "good": ("200 OK", "reply", REPLY),
    "good-refusal": ("422 Unprocessable Entity", "body-invalid", EXAMPLES["body-invalid"]),
    "field-dropped": ("200 OK", "reply", without(REPLY, "flowSwitch")),
    "field-of-wrong-type": ("200 OK", "reply", REPLY | {"goalCompletion": "false"}),
    "list-of-wrong-type": ("200 OK", "reply", REPLY | {"attachments": ["url"]}),
    "refusal-without-message": ("404 Not Found", "agent-unknown", {"statusCode": 404}),
    "status-not-in-the-contract": ("418 I'm a teapot", "reply", REPLY),
}
"""What the broken mock answers to a request whose header `Answer` names it."""


def broken_mock(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    status, rule, content = ANSWERS[environ["HTTP_ANSWER"]]
    start_response(status, [("Content-Type", "application/json"), ("X-Mock-Rule", rule)])
    return [json.dumps(content).encode()]


pytestmark = pytest.mark.xdist_group("test_referee")

PLAIN_ALONE = pytest.mark.parametrize("game", ["plain"], indirect=True)
"""For what the strict proxy cannot see: it reads no requests, and logs no answer it replaced."""


@dataclass(frozen=True, slots=True)
class Game:
    """A referee in front of the broken mock, and somebody who asks it."""

    referee: Referee
    service: Service

    def play(self, answer: str, body: dict[str, Any] | None = None) -> None:
        """Send a request to which the broken mock gives the answer of that name."""
        self.service.send(body, headers={"Answer": answer})


@pytest.fixture(scope="module", params=["plain", "strict"])
def game(request: pytest.FixtureRequest) -> Iterator[Game]:
    with (
        Server(broken_mock) as server,
        refereed(server.url, strict=request.param == "strict") as referee,
        opened(
            referee.program.url, trust_env=False, event_hooks={"response": [referee.judge]}
        ) as service,
    ):
        yield Game(referee, service)


def test_a_good_answer_passes(game: Game) -> None:
    game.play("good")


@pytest.mark.parametrize("answer", [name for name in ANSWERS if not name.startswith("good")])
def test_a_wrong_answer_is_seen_and_not_forgotten(game: Game, answer: str) -> None:
    with pytest.raises(Foul, match="the answer is wrong"):
        game.play(answer)
    with pytest.raises(Foul, match=r"the answer is wrong|Prism's log"):
        game.referee.check_log()


@pytest.mark.parametrize("answer", [name for name in ANSWERS if not name.startswith("good")])
@PLAIN_ALONE
def test_a_wrong_answer_is_seen_in_the_log_too(game: Game, answer: str) -> None:
    game.referee.program.log.write_bytes(b"")
    with pytest.raises(Foul):
        game.play(answer)
    with pytest.raises(Foul, match=r"Prism's log: .*response"):
        game.referee.check_log()


@PLAIN_ALONE
def test_a_wrong_request_may_be_refused_and_not_accepted(game: Game) -> None:
    wrong = {"message": "Hello"}
    game.play("good-refusal", wrong)
    with pytest.raises(Foul, match="the request is wrong, and was not refused"):
        game.play("good", wrong)


@PLAIN_ALONE
def test_a_right_request_may_not_be_refused_as_wrong(game: Game) -> None:
    with pytest.raises(Foul, match="refused by body-invalid"):
        game.play("good-refusal")


@pytest.mark.parametrize("game", ["strict"], indirect=True)
def test_prism_may_not_answer_in_our_place(game: Game) -> None:
    with pytest.raises(Foul, match="Prism answered by itself"):
        game.service.send(headers={"Authorization": None, "Answer": "good"})


def test_a_game_nobody_played_is_not_won(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("Prism is listening on http://127.0.0.1:4010")
    program = Program("http://127.0.0.1:4010", tmp_path / "log", Mock())
    with pytest.raises(Foul, match="nothing was judged"):
        Referee(program, strict=False).check_log()
