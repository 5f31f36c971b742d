"""Private data that must never leave the memory of a recorder, and exchanges that have it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from urllib.parse import quote

from leadway_mock.recording.exchanges import Exchange, ReceivedResponse, SentRequest

TOKEN = "pit-0f8fad5b-d9cb-469f-a165-70867728950e"
EMAIL = "ada.lovelace@canary.example"
PHONE = "+34 600 123 987"
NAME = "Augusta Kanarienvogel"
CONTACT = "ocQHyuzHvysMo5N5VsXc"
CANARIES = (TOKEN, EMAIL, PHONE, NAME)
TRACES = ("70867728950e", "ada.lovelace", "canary.example", "123 987", "123987", "Kanarienvogel")
TRACES_ENCODED = (*TRACES, "123%20987", "123+987", CONTACT)
"""Parts of the canaries; none may be in a file, whatever the encoding of the rest."""

PATH = "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute"
HEADERS = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"))


def said(body: object, **headers: str) -> SentRequest:
    """Return a request whose body introduces the contact by name and id."""
    return SentRequest("POST", PATH, "", (*HEADERS, *headers.items()), json.dumps(body).encode())


INTRODUCTION = {
    "message": "Hello",
    "locationId": "C2QujeCh8ZnC7al2InWR",
    "contactId": CONTACT,
    "inputVariables": {"firstName": "Augusta", "contactName": NAME, "phone": PHONE},
}
"""Body of a request that shows what is private by the names of its properties."""


def _response(body: object = None, status: int = 200, note: str = "") -> ReceivedResponse:
    headers = (("X-Note", note), ("Location", f"https://x.example/a?n={quote(note)}#{quote(note)}"))
    return ReceivedResponse(status, headers if note else (), json.dumps(body).encode())


PLACES: dict[str, Callable[[str], Exchange]] = {
    "a request header": lambda text: Exchange(said(INTRODUCTION, referer=text), _response(), 0.1),
    "the name of a header": lambda text: Exchange(
        said(INTRODUCTION, **{text: "x"}), _response(), 0.1
    ),
    "the path": lambda text: Exchange(
        SentRequest("GET", f"/contacts/{quote(text)}/x", body=json.dumps(INTRODUCTION).encode()),
        _response(),
        0.1,
    ),
    "the query": lambda text: Exchange(
        SentRequest("GET", PATH, f"q={quote(text)}", body=json.dumps(INTRODUCTION).encode()),
        _response(),
        0.1,
    ),
    "the request's body": lambda text: Exchange(
        said({**INTRODUCTION, "message": f"I am {text}."}), _response(), 0.1
    ),
    "the name of a property": lambda text: Exchange(
        said({**INTRODUCTION, text: 1}), _response(), 0.1
    ),
    "a form": lambda text: Exchange(
        SentRequest("POST", "/oauth/token", body=f"contactName={quote(NAME)}&a={text}".encode()),
        _response(),
        0.1,
    ),
    "the response's body": lambda text: Exchange(
        said(INTRODUCTION), _response({"response": [f"You are {text}!"]}), 0.1
    ),
    "an error": lambda text: Exchange(
        said(INTRODUCTION), _response({"statusCode": 422, "message": [text]}, 422), 0.1
    ),
    "a page": lambda text: Exchange(
        said(INTRODUCTION), ReceivedResponse(502, (), f"<p>{text}</p>".encode()), 0.1
    ),
    "a broken body": lambda text: Exchange(
        said(INTRODUCTION), ReceivedResponse(200, (), f'{{"a": "{text}'.encode()), 0.1
    ),
    "a response header": lambda text: Exchange(said(INTRODUCTION), _response({}, note=text), 0.1),
    "a redirect": lambda text: Exchange(said(INTRODUCTION), _response({}, 302, text), 0.1),
}
"""An exchange that has a text at this place."""


def traces_in(texts: Iterable[str]) -> list[str]:
    """Return the parts of canaries that are in the texts, in any case."""
    return [trace for text in texts for trace in TRACES_ENCODED if trace.lower() in text.lower()]
