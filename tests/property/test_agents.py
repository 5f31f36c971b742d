"""Reading an agent returns what was sent, and an export makes the same agents again."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadway_mock.documents.yaml_document import dump, load
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.created_agents import export_agents, seed_agents
from leadway_mock.util.redaction import redact_json
from tests.property.strategies import HEADERS, emulator, texts, values

LOCATION = "C2QujeCh8ZnC7al2InWR"
AGENTS = "/agent-studio/agent"
mock = emulator()

parts = st.lists(st.dictionaries(texts, values, max_size=4), max_size=4)


def send(method: str, path: str, body: object = None) -> Any:
    text = b"" if body is None else json.dumps(body).encode()
    query = f"locationId={LOCATION}" if method in {"GET", "DELETE"} else ""
    request = Request(method, f"{AGENTS}{path}", query, HEADERS, text)
    response = mock.handle(request)
    assert response.status < 300, (response.status, response.hint)
    return json.loads(response.body)


@given(parts, parts, st.dictionaries(texts, values, max_size=3))
def test_reading_returns_what_was_sent(nodes: Any, edges: Any, config: Any) -> None:
    body = {"locationId": LOCATION, "status": "active", "version": {}}
    created = send("POST", "", body)
    agent, version = created["agent"]["agentId"], created["versions"][0]["versionId"]
    sent = {"nodes": nodes, "edges": edges, "globalConfig": config}
    if redact_json(sent) != sent:
        return
    send("PATCH", f"/versions/{version}", {"locationId": LOCATION} | sent)
    found = send("GET", f"/{agent}")["agent"]["versions"][0]
    # As texts, so that the order of properties counts.
    assert json.dumps({name: found[name] for name in sent}) == json.dumps(sent)
    namespace = mock.namespaces.shared()
    exported = export_agents(namespace)
    seed_agents(mock, namespace, exported)
    assert export_agents(namespace) == exported
    assert json.dumps(send("GET", f"/{agent}")["agent"]["versions"][0]) == json.dumps(found)
    send("DELETE", f"/{agent}")


@given(values)
def test_yaml_is_the_same_value_again(value: object) -> None:
    assert json.dumps(load(dump(value)).value) == json.dumps(value)
