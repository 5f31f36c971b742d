"""What the mock remembers of requests, to know them again, is little, whatever clients send."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from leadway_mock.config.settings import Settings
from leadway_mock.http.delivery import HEAD
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.server.heads import PlainReader
from leadway_mock.server.prompt import Reply
from leadway_mock.util.cache import memoize
from leadway_mock.web import create_app, prompt_of
from tests.mock.client import TOKEN

MOST = 48_000_000
"""What the page promises, in bytes."""

TIMES = 1_100
"""A little more often than there are places for heads."""

HEADERS = {
    "Host": "localhost",
    "Authorization": f"Bearer {TOKEN}",
    "Version": "2021-07-28",
    "Content-Type": "application/json",
    "Content-Length": "2",
}


@pytest.fixture
def app() -> Iterator[Flask]:
    emulator = build_emulator(Settings(max_journal=1, quiet=True))
    yield create_app(emulator=emulator)
    emulator.close()


class Loop:
    """Sends heads as a server's loop takes them."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.reader = PlainReader()
        self.is_prompt = prompt_of(app)

    def send(self, agent: str, headers: dict[str, str]) -> None:
        """Send a message that is refused by its body, so that nothing else of it is kept."""
        lines = [f"{name}: {value}" for name, value in headers.items()]
        first = f"POST /agent-studio/agent/{agent}/execute HTTP/1.1"
        read = self.reader.read("\r\n".join([first, *lines, "", "{}"]).encode())
        if read is None:
            return
        environ = {"REQUEST_METHOD": "POST", **read[0].environ, HEAD: read[0]}
        environ["wsgi.input"] = BytesIO(read[1])
        assert self.is_prompt(environ)
        Reply("mock").ask(self.app, environ)


def kept(attack: Callable[[], None]) -> int:
    """Return how many bytes more there are after an attack."""
    gc.collect()
    tracemalloc.start()
    try:
        attack()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def many_lines(number: int) -> dict[str, str]:
    names = (f"N{number}-{each}".ljust(27, "n") for each in range(55))
    return dict.fromkeys(names, f"{number}" + '"' * 20)


Shape = Callable[[int], tuple[str, dict[str, str]]]
"""An agent and headers that differ from number to number."""

PLAIN: dict[str, Shape] = {
    "long agents and preferences": lambda number: (
        f"{number}".ljust(1_500, "a"),
        {"Prefer": "example=" + f"{number}".ljust(900, "q"), "X": '"' * 1_200 + str(number)},
    ),
    "many lines": lambda number: ("a", many_lines(number)),
}
NOT_PLAIN: dict[str, Shape] = {
    "too many lines": lambda number: (
        str(number),
        {f"{chr(97 + each // 26)}{chr(97 + each % 26)}": "" for each in range(500)},
    ),
    "a long name": lambda number: ("a", {f"N{number}".ljust(7_000, "n"): "x"}),
    "a long value": lambda number: ("a", {"X": f"{number}".ljust(7_000, "n")}),
}


def kept_of(app: Flask, shape: Shape) -> int:
    loop = Loop(app)

    def attack() -> None:
        for number in range(TIMES):
            agent, headers = shape(number)
            for _ in range(2):  # A head is remembered when its lines come again.
                loop.send(agent, HEADERS | headers)

    return kept(attack)


@pytest.mark.parametrize("shape", PLAIN.values(), ids=PLAIN.keys())
def test_of_plain_heads_little_is_kept(app: Flask, shape: Shape) -> None:
    assert kept_of(app, shape) < MOST / 2


@pytest.mark.parametrize("shape", NOT_PLAIN.values(), ids=NOT_PLAIN.keys())
def test_of_heads_that_are_too_long_to_be_plain_nothing_is_kept(app: Flask, shape: Shape) -> None:
    assert kept_of(app, shape) < 1_000_000


LONG = 60_000
FIELDS: dict[str, Callable[[str], dict[str, str]]] = {
    "a host": lambda text: {"HTTP_HOST": f"localhost.{text}"},
    "a token": lambda text: {"HTTP_AUTHORIZATION": f"Bearer {text}"},
    "a name": lambda text: {f"HTTP_{text.upper()}": "x"},
    "an agent": lambda text: {"PATH_INFO": f"/agent-studio/agent/{text}/execute"},
}


def as_threads_see_it() -> dict[str, Any]:
    """Return a request as WSGI tells it, without the head that the loop gives along."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/agent-studio/agent/a/execute",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "2",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {TOKEN}",
        "HTTP_VERSION": "2021-07-28",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(b"{}"),
        "wsgi.errors": BytesIO(),
    }


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS.keys())
def test_of_long_heads_that_threads_read_nothing_is_kept(
    app: Flask, field: Callable[[str], dict[str, str]]
) -> None:
    def attack() -> None:
        for number in range(300):
            given = field(f"{number}".ljust(LONG, "n"))
            b"".join(app(as_threads_see_it() | given, lambda *_: None))  # type: ignore[arg-type]  # as WSGI has it

    assert kept(attack) < LONG * 100


def test_long_texts_are_not_remembered_and_what_is_made_of_them_is_the_same() -> None:
    made: list[str] = []

    @memoize(2, max_chars=3)
    def length(text: str) -> int:
        made.append(text)
        return len(text)

    said = ("abc", "abc", "abcd", "abcd", "d", "e", "abc")
    assert [length(text) for text in said] == [3, 3, 4, 4, 1, 1, 3]
    assert made == ["abc", "abcd", "abcd", "d", "e", "abc"]
