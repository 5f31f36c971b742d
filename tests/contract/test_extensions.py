"""Section "What mocks add": headers and wishes that the real service does not know."""

from __future__ import annotations

import socket

import httpx
import pytest

from leadway_client.models import Attachment
from tests.contract.evidence import Example, answers, rows
from tests.contract.refusals import assert_refused
from tests.contract.service import Service
from tests.contract.test_routes import refusals


@pytest.mark.clause("deprecated-path-is-marked")
def test_deprecated_path_is_marked(service: Service) -> None:
    deprecated = service.path(way="deprecated")
    for headers in ({}, {"Version": None}):
        answer = service.send(path=deprecated, headers=headers)
        assert answer.headers["Deprecation"].startswith("@")
        assert answer.headers["Link"] == f'<{service.path()}>; rel="successor-version"'
        current = service.send(headers=headers)
        assert not {"Deprecation", "Link"} & {*map(str.title, current.headers)}


@pytest.mark.clause("answers-name-their-rule")
def test_answers_name_their_rule(service: Service) -> None:
    reply = service.send()
    assert reply.headers["X-Mock-Rule"] == "reply"
    refused = [answer.headers["X-Mock-Rule"] for answer in refusals(service)]
    assert refused == [
        "token-invalid",
        "version-missing",
        "location-missing",
        "body-invalid",
        "agent-unknown",
    ]
    for answer in (reply, *refusals(service)):
        rule = answer.headers["X-Mock-Rule"]
        assert answer.headers["X-Mock-Evidence"] == rows()[rule]


@pytest.mark.clause("answers-are-traceable")
def test_answers_are_traceable(service: Service) -> None:
    seen = [service.send(), service.send(), *refusals(service)]
    assert len({answer.headers["X-Trace-Id"] for answer in seen}) == len(seen)
    answer = service.send(service.body(message=3))
    assert answer.headers["X-Trace-Id"] == answer.json()["traceId"]


@pytest.mark.clause("attachments-are-never-fetched")
def test_attachments_are_never_fetched(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        url = f"http://{host}:{port}/image.png"
        assert service.say(attachments=[Attachment(type_="image", image_url=url)]).success
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.clause("prefer-selects-an-example")
@pytest.mark.parametrize("example", list(answers()), ids=lambda example: example.name)
def test_prefer_selects_an_example(service: Service, example: Example) -> None:
    wish = f"code={example.status}, example={example.name}"
    answer = service.send(headers={"Prefer": wish})
    assert answer.status_code == example.status
    assert list(answer.json().items()) == list(example.value.items())


@pytest.mark.clause("prefer-selects-a-status")
def test_prefer_selects_a_status(service: Service) -> None:
    def by_header(code: int) -> httpx.Response:
        return service.send(headers={"Prefer": f"code={code}"})

    def by_query(code: int) -> httpx.Response:
        return service.send(params={"__code": code})

    for ask in (by_header, by_query):
        assert [ask(code).status_code for code in (200, 404, 503)] == [200, 404, 503]


@pytest.mark.clause("preference-is-confirmed")
def test_preference_is_confirmed(service: Service) -> None:
    granted = service.send(headers={"Prefer": "code=503"})
    assert granted.headers["Preference-Applied"] == "code=503"
    assert "Preference-Applied" not in service.send().headers


@pytest.mark.clause("prefer-cannot-ask-for-more")
@pytest.mark.parametrize("wish", ["code=418", "example=no-such-example"])
def test_prefer_cannot_ask_for_more(service: Service, wish: str) -> None:
    message = (
        "Prefer asks for a status or an example that the contract does not have for this operation."
    )
    assert_refused(service.send(headers={"Prefer": wish}), 400, message)
