"""Which bytes go out, and when, for an answer that is late or broken."""

from __future__ import annotations

import pytest

from leadway_mock.http.delivery import Transport
from leadway_mock.http_server.responses import (
    ENDINGS,
    MAX_PIECES,
    RANDOM_DATA,
    Ending,
    Part,
    RawResponse,
    parts,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nDate: today\r\n\r\n"
BODY = b"0123456789" * 10


def parts_of(transport: Transport | None, *, delay: float = 2.0, spread: float = 0.0) -> list[Part]:
    return list(parts(broken_response(delay, transport, spread), HEAD, BODY))


def broken_response(delay: float, transport: Transport | None, seconds: float) -> RawResponse:
    return RawResponse("", [], b"", delay=delay, transport=transport, body_seconds=seconds)


def test_a_delayed_response_is_complete() -> None:
    assert parts_of(None) == [(2.0, HEAD + BODY)]


@pytest.mark.parametrize(
    "transport", [Transport.CONNECTION_RESET_BY_PEER, Transport.EMPTY_RESPONSE, Transport.HANG]
)
def test_nothing_is_sent_at_all(transport: Transport) -> None:
    assert parts_of(transport) == [(2.0, b"")]


def test_half_of_a_truncated_body_is_sent() -> None:
    assert parts_of(Transport.TRUNCATED_BODY) == [(2.0, HEAD + BODY[:50])]


def test_a_malformed_chunk_is_announced_as_a_chunk() -> None:
    ((_, sent),) = parts_of(Transport.MALFORMED_RESPONSE_CHUNK)
    head = b"HTTP/1.1 200 OK\r\nDate: today\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert sent == head + RANDOM_DATA


def test_random_data_is_no_http() -> None:
    ((_, sent),) = parts_of(Transport.RANDOM_DATA_THEN_CLOSE)
    assert sent == RANDOM_DATA
    assert not sent[0:1].isalnum()


def test_a_slow_body_comes_in_equal_parts() -> None:
    head, *body = parts_of(Transport.SLOW_BODY, spread=10.0)
    assert head == (2.0, HEAD)
    assert b"".join(data for _, data in body) == BODY
    assert [len(data) for _, data in body] == [5] * MAX_PIECES
    assert [seconds for seconds, _ in body] == [2.0 + 0.5 * number for number in range(1, 21)]


def test_a_short_slow_body_comes_byte_by_byte() -> None:
    response = broken_response(0, Transport.SLOW_BODY, 3)
    sent = list(parts(response, HEAD, b"abc"))
    assert sent == [(0, HEAD), (1, b"a"), (2, b"b"), (3, b"c")]
    assert list(parts(response, HEAD, b"")) == [(0, HEAD)]


@pytest.mark.parametrize(
    ("transport", "end"),
    [
        (None, Ending.STAY),
        (Transport.SLOW_BODY, Ending.STAY),
        (Transport.CONNECTION_RESET_BY_PEER, Ending.RESET),
        (Transport.EMPTY_RESPONSE, Ending.CLOSE),
        (Transport.MALFORMED_RESPONSE_CHUNK, Ending.CLOSE),
        (Transport.RANDOM_DATA_THEN_CLOSE, Ending.CLOSE),
        (Transport.TRUNCATED_BODY, Ending.CLOSE),
        (Transport.HANG, Ending.HANG),
    ],
)
def test_how_it_ends(transport: Transport | None, end: Ending) -> None:
    assert ENDINGS.get(transport, Ending.STAY) is end


@pytest.mark.parametrize("transport", [None, Transport.SLOW_BODY])
def test_a_last_response_stays_the_last(transport: Transport | None) -> None:
    assert ENDINGS.get(transport, Ending.CLOSE) is Ending.CLOSE
