"""The reader of the load generator: what it takes for an answer, however that arrives."""

from __future__ import annotations

import pytest

from bench.load.answers import Answer, AnswerReader, MalformedAnswerError

SIZED = b'HTTP/1.1 200 OK\r\ncontent-Length: 14\r\nServer: x\r\n\r\n{"turn": "one"'
CHUNKED = (
    b"HTTP/1.1 422 Unprocessable Entity\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'7;note=x\r\n{"turn"\r\n7\r\n: "one"\r\n0\r\n\r\n'
)
EMPTY = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BODY = b'{"turn": "one"'


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (SIZED, Answer(200, BODY, kept=True)),
        (CHUNKED, Answer(422, BODY, kept=True)),
        (EMPTY, Answer(204, b"", kept=False)),
    ],
)
def test_an_answer_is_read_however_it_is_cut(sent: bytes, read: Answer) -> None:
    for cut in range(1, len(sent)):
        reader = AnswerReader()
        assert reader.read(sent[:cut]) is None
        assert reader.read(sent[cut:]) == read


def test_a_byte_at_a_time() -> None:
    reader = AnswerReader()
    found = [reader.read(CHUNKED[at : at + 1]) for at in range(len(CHUNKED))]
    assert found[:-1] == [None] * (len(CHUNKED) - 1)
    assert found[-1] == Answer(422, BODY, kept=True)


def test_one_answer_after_the_other() -> None:
    reader = AnswerReader()
    assert [reader.read(each) for each in (SIZED, CHUNKED, SIZED)] == [
        Answer(200, BODY, kept=True),
        Answer(422, BODY, kept=True),
        Answer(200, BODY, kept=True),
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
def test_what_is_no_answer_is_refused(sent: bytes) -> None:
    with pytest.raises((MalformedAnswerError, ValueError)):
        AnswerReader().read(sent)
