"""The contract's links: the next request is built from the link alone."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from tests.contract.evidence import document
from tests.contract.service import PATHS, Service, Way

LINKS: dict[str, Way] = {
    "continueConversation": "current",
    "continueConversationByOldPath": "deprecated",
}
EXPRESSION = re.compile(r"\{?\$(request|response)\.(body#/|header\.|path\.)(\w+)\}?")


def evaluate(template: Any, response: httpx.Response, agent_id: str) -> Any:
    """Return `template` with every runtime expression replaced by its value for `response`."""
    if isinstance(template, dict):
        return {name: evaluate(value, response, agent_id) for name, value in template.items()}
    found = EXPRESSION.fullmatch(template)
    if found is None:
        return template
    side, source, name = found.groups()
    message = response.request if side == "request" else response
    if source == "path.":
        return {"agentId": agent_id}[name]
    return message.headers[name] if source == "header." else json.loads(message.content)[name]


@pytest.mark.clause("links-continue-the-session")
@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("began", ["current", "deprecated"])
def test_links_continue_the_session(service: Service, began: Way, link: str) -> None:
    first = service.send(path=service.path(way=began))
    node = document()["components"]["links"][link]
    parameters, body = (
        evaluate(node[part], first, service.account.agent_id)
        for part in ("parameters", "requestBody")
    )
    second = service.send(
        body,
        path=PATHS[LINKS[link]].format(parameters["agentId"]),
        headers={"Version": parameters["Version"]},
    )
    assert second.status_code == 200
    assert second.json()["executionId"] == first.json()["executionId"]
