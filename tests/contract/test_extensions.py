"""Section "Extensions of the mock": headers and preferences that the real service lacks."""

from __future__ import annotations

import socket

import httpx
import pytest

from leadway_client.models import Attachment
from tests.contract.error_assertions import assert_error
from tests.contract.evidence import Example, examples, rows
from tests.contract.service import Service
from tests.contract.test_routes import errors


@pytest.mark.clause("deprecated-path-is-marked")
def test_deprecated_path_is_marked(service: Service) -> None:
    deprecated = service.path(way="deprecated")
    for headers in ({}, {"Version": None}):
        response = service.send(path=deprecated, headers=headers)
        assert response.headers["Deprecation"].startswith("@")
        assert response.headers["Link"] == f'<{service.path()}>; rel="successor-version"'
        current = service.send(headers=headers)
        assert not {"Deprecation", "Link"} & {*map(str.title, current.headers)}


@pytest.mark.clause("responses-name-their-rule")
def test_responses_name_their_rule(service: Service) -> None:
    reply = service.send()
    assert reply.headers["X-Mock-Rule"] == "reply"
    rules = [response.headers["X-Mock-Rule"] for response in errors(service)]
    assert rules == [
        "token-invalid",
        "version-missing",
        "location-missing",
        "body-invalid",
        "agent-unknown",
    ]
    for response in (reply, *errors(service)):
        rule = response.headers["X-Mock-Rule"]
        assert response.headers["X-Mock-Evidence"] == rows()[rule]


@pytest.mark.clause("responses-have-trace-ids")
def test_responses_have_trace_ids(service: Service) -> None:
    responses = [service.send(), service.send(), *errors(service)]
    assert len({response.headers["X-Trace-Id"] for response in responses}) == len(responses)
    response = service.send(service.body(message=3))
    assert response.headers["X-Trace-Id"] == response.json()["traceId"]


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
@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.name)
def test_prefer_selects_an_example(service: Service, example: Example) -> None:
    preference = f"code={example.status}, example={example.name}"
    response = service.send(headers={"Prefer": preference})
    assert response.status_code == example.status
    assert list(response.json().items()) == list(example.value.items())


@pytest.mark.clause("prefer-selects-a-status")
def test_prefer_selects_a_status(service: Service) -> None:
    def by_header(code: int) -> httpx.Response:
        return service.send(headers={"Prefer": f"code={code}"})

    def by_query(code: int) -> httpx.Response:
        return service.send(params={"__code": code})

    for send in (by_header, by_query):
        assert [send(code).status_code for code in (200, 404, 503)] == [200, 404, 503]


@pytest.mark.clause("preference-is-confirmed")
def test_preference_is_confirmed(service: Service) -> None:
    applied = service.send(headers={"Prefer": "code=503"})
    assert applied.headers["Preference-Applied"] == "code=503"
    assert "Preference-Applied" not in service.send().headers


@pytest.mark.clause("unsatisfiable-prefer-is-rejected")
@pytest.mark.parametrize("preference", ["code=418", "example=no-such-example"])
def test_unsatisfiable_prefer_is_rejected(service: Service, preference: str) -> None:
    message = (
        "Prefer names a status or an example that the contract does not have for this operation."
    )
    assert_error(service.send(headers={"Prefer": preference}), 400, message)
