"""Thousands of silent connections: they cost the busy ones nothing, and never shut others out."""

from __future__ import annotations

from collections import Counter

import pytest

from leadway_mock.server.channel import Channel
from tests.contract.programs import mock
from tests.mock.raw_client import RawClient
from tests.pressure.pressing import assert_answers, many, pressed, say, soon

resource = pytest.importorskip("resource", reason="this system has no limit on open files to lower")

FEW_FILES = 200
SPARE_FILES = 200


def most_idle() -> int:
    """Return how many connections to hold: both of their ends are in this process."""
    files: int = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(2_000, (files - SPARE_FILES) // 2)


def test_silent_connections_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is why they cost nothing: a request is as much work among 2,000 as alone."""
    looks: Counter[Channel] = Counter()
    readable = Channel.readable

    def counted(channel: Channel) -> bool:
        looks[channel] += 1
        return bool(readable(channel))

    monkeypatch.setattr(Channel, "readable", counted)
    number = most_idle()
    with pressed() as server, many(server.url, number), RawClient(server.url) as busy:
        assert say(busy).status == 200
        assert soon(lambda: len(looks) == number + 1)
        looks.clear()
        for _ in range(200):
            assert say(busy).status == 200
        assert len(looks) <= 1


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="this system sets no other's limits")
@pytest.mark.parametrize("when", ["from the start", "later"])
def test_where_files_are_few_the_silent_make_room(when: str) -> None:
    """Later means that the mock counts on more files than there are, as when others take them."""
    with mock() as program:
        pid = program.process.pid
        if when == "later":
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (FEW_FILES, FEW_FILES))
        for _ in range(3):
            with many(program.url, 300):
                for _ in range(3):
                    assert_answers(program.url)
        assert "Traceback" not in program.log.read_text()
