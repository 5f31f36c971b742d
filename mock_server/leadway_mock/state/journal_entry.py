"""An exchange as the journal keeps it: one text, without secrets, and not endless."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import blake2b
from itertools import islice
from typing import Any

from leadway_mock.http.messages import HEADERS_THAT_DECIDE, Request, Response
from leadway_mock.util.json_text import to_json_text, to_json_text_unchecked
from leadway_mock.util.redaction import (
    fingerprint,
    has_token,
    hasher,
    hide_secrets,
    is_suspicious,
    redact_headers,
    redact_json,
    redact_query,
    redact_text,
)

MAX_BODY_TEXT = 16_384
"""How many characters of a body are kept; what is longer ends in a mark that says so."""

HEAD = "journal"
"""The key under which is kept with a request what the journal tells of its head."""

IDENTITY = "identity"
"""The key under which is kept with a request what makes its fingerprint."""

TRUNCATION_MARK = "more characters]"
"""How a text ends that was cut."""

FAST_PATH_CHARS = 4_096
"""An entry of so many characters is kept as it is, if there is no credential in it."""

MAX_HEADERS = 64
MAX_LINE = 2_048
MAX_FACT = 256


def serialize_entry(
    request: Request, answer: Response, at: float, seconds: float, facts: Mapping[str, Any]
) -> str:
    """Return the entry of one exchange as JSON text.

    `at` is when it began, in seconds since the Unix epoch, `seconds` how long it took, `facts` what
    the emulator learned on the way (operation, agent, session, turn).
    """
    entry = {
        "at": at,
        "milliseconds": round(seconds * 1000, 3),
        "request": _request(request),
        "answer": _answer(answer),
        **facts,
    }
    text = to_json_text_unchecked(
        entry
    )  # The answer was written before, and so holds no other numbers.
    if len(text) > FAST_PATH_CHARS or is_suspicious(text) or len(request.headers) > MAX_HEADERS:
        return to_json_text(_careful(entry))
    return text


def _request(request: Request) -> dict[str, Any]:
    """Return a request as it came, but for its secret headers."""
    identity: blake2b = (request.decided.get(IDENTITY) or _identity(request)).copy()
    identity.update(request.body)
    return {
        **(request.told.get(HEAD) or _head(request)),
        "body": request.body.decode("utf-8", "replace"),
        "fingerprint": identity.hexdigest(),
    }


def _head(request: Request) -> Mapping[str, Any]:
    """Return what is told of a request's head, and keep it for those with the same head."""
    authorization = request.header("authorization")
    told: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": hide_secrets(request.headers),
        "token": fingerprint(authorization) if authorization else None,
    }
    if has_token(request.path, request.query):
        told["tokenInUrl"] = True
    request.told[HEAD] = told
    return told


def _identity(request: Request) -> blake2b:
    """Return a fingerprint that lacks the body: with it, a request has its own when sent again."""
    headers = [request.headers.get(name, "") for name in HEADERS_THAT_DECIDE]
    text = "\x00".join((request.method, request.path, request.query, *headers, ""))
    begun = hasher()
    begun.update(text.encode("utf-8", "surrogatepass"))
    request.decided[IDENTITY] = begun
    return begun


def _answer(answer: Response) -> dict[str, Any]:
    told = {
        "status": answer.status,
        "rule": answer.rule,
        "evidence": answer.evidence,
        "hint": answer.hint,
        "violations": [asdict(violation) for violation in answer.violations],
        "body": answer.content,
    }
    wait = answer.headers.get("Retry-After")
    if wait:
        told["retryAfter"] = wait
    if answer.delay:
        told["delay"] = round(answer.delay, 6)
    if answer.transport:
        told["transport"] = str(answer.transport)
    return told


def _careful(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry without credentials, each text in it cut to what is kept of its kind."""
    request, answer = entry["request"], entry["answer"]
    facts = {name: value for name, value in entry.items() if name not in {"request", "answer"}}
    careful = {
        "request": _careful_request(request),
        "answer": _careful_answer(answer),
        **{name: _fact(value) for name, value in facts.items()},
    }
    cut = list(_cut_places(careful))
    if len(request["headers"]) > MAX_HEADERS:
        cut.append("/request/headers")
    return careful | ({"truncated": cut} if cut else {})


def _careful_request(request: Mapping[str, Any]) -> dict[str, Any]:
    headers = redact_headers(dict(islice(request["headers"].items(), MAX_HEADERS)))
    return {
        **request,
        "method": _shown(request["method"]),
        "path": _shown(request["path"]),
        "query": _cut(redact_query(request["query"]), MAX_LINE),
        "headers": {_cut(name, MAX_LINE): _cut(value, MAX_LINE) for name, value in headers.items()},
        "body": _shown(request["body"], MAX_BODY_TEXT),
    }


def _careful_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    content = redact_json(answer["body"])
    text = to_json_text(content)
    return {
        **answer,
        "hint": _shown(answer["hint"]),
        "violations": [_fact(violation) for violation in answer["violations"]],
        "body": content if len(text) <= MAX_BODY_TEXT else _cut(text, MAX_BODY_TEXT),
    }


def _fact(value: object) -> object:
    if isinstance(value, str):
        return _shown(value, MAX_FACT)
    if isinstance(value, Mapping):
        return {_shown(name, MAX_FACT): _fact(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_fact(each) for each in value]
    return value


def _shown(text: str, most: int = MAX_LINE) -> str:
    # In this order: half a token is not taken for one, and tells much of it.
    return _cut(redact_text(text), most)


class _Cut(str):
    """A text of which the end is missing."""

    __slots__ = ()


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return _Cut(f"{text[:most]}… [{len(text) - most} {TRUNCATION_MARK}")


def _cut_places(value: object, pointer: str = "") -> Iterator[str]:
    """Yield a JSON pointer to each text in `value` that was cut; a name that was cut counts."""
    if isinstance(value, _Cut):
        yield pointer
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _cut_places(item, f"{pointer}/{_escaped(name)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _cut_places(item, f"{pointer}/{index}")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
