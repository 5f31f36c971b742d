"""The response parser of the load generator."""

from __future__ import annotations

import pytest

from bench.load.response_parser import HTTPResponse, MalformedResponseError, ResponseParser

SIZED = b'HTTP/1.1 200 OK\r\ncontent-Length: 14\r\nServer: x\r\n\r\n{"turn": "one"'
CHUNKED = (
    b"HTTP/1.1 422 Unprocessable Entity\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'7;note=x\r\n{"turn"\r\n7\r\n: "one"\r\n0\r\n\r\n'
)
EMPTY = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BODY = b'{"turn": "one"'


@pytest.mark.parametrize(
    ("sent", "parsed"),
    [
        (SIZED, HTTPResponse(200, BODY, keep_alive=True)),
        (CHUNKED, HTTPResponse(422, BODY, keep_alive=True)),
        (EMPTY, HTTPResponse(204, b"", keep_alive=False)),
    ],
)
def test_a_response_is_parsed_however_it_is_split(sent: bytes, parsed: HTTPResponse) -> None:
    for cut in range(1, len(sent)):
        parser = ResponseParser()
        assert parser.feed(sent[:cut]) is None
        assert parser.feed(sent[cut:]) == parsed


def test_a_byte_at_a_time() -> None:
    parser = ResponseParser()
    found = [parser.feed(CHUNKED[at : at + 1]) for at in range(len(CHUNKED))]
    assert found[:-1] == [None] * (len(CHUNKED) - 1)
    assert found[-1] == HTTPResponse(422, BODY, keep_alive=True)


def test_several_responses_one_after_another() -> None:
    parser = ResponseParser()
    assert [parser.feed(each) for each in (SIZED, CHUNKED, SIZED)] == [
        HTTPResponse(200, BODY, keep_alive=True),
        HTTPResponse(422, BODY, keep_alive=True),
        HTTPResponse(200, BODY, keep_alive=True),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
        SIZED + b"and more",
        SIZED.replace(b"14", b"xy"),
        CHUNKED.replace(b"7;note=x", b"seven"),
    ],
)
def test_malformed_responses_raise(sent: bytes) -> None:
    with pytest.raises((MalformedResponseError, ValueError)):
        ResponseParser().feed(sent)
