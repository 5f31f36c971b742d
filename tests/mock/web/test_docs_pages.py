"""Pages for browsers under /__mock: the contract, and documentation without other requests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import flask
import pytest
import yaml
from flask.testing import FlaskClient

from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract
from leadway_mock.web import create_app
from leadway_mock.web.docs_pages import pages_blueprint
from tests.mock.client import CURRENT, TOKEN

CONTRACT = Path(__file__).parents[3] / "openapi" / "leadway.yaml"


@pytest.fixture(scope="module")
def contract_bytes() -> bytes:
    return CONTRACT.read_bytes()


@pytest.fixture(scope="module")
def document(contract_bytes: bytes) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = yaml.safe_load(contract_bytes)
    return parsed


@pytest.fixture
def client(contract_bytes: bytes, document: Mapping[str, Any]) -> Iterator[FlaskClient]:
    app = flask.Flask("pages", static_folder=None)
    contract = Contract(document, contract_bytes, ())
    app.register_blueprint(pages_blueprint(lambda: contract))
    with app.test_client() as client:
        yield client


def test_the_contract_is_served_byte_for_byte(client: FlaskClient, contract_bytes: bytes) -> None:
    response = client.get("/__mock/openapi.yaml")
    assert response.data == contract_bytes
    assert response.mimetype == "application/yaml"


@pytest.mark.parametrize("host", ["localhost:4010", "[::1]:4010", "127.0.0.1"])
def test_the_contract_as_json_calls_the_address_it_was_asked_at(
    client: FlaskClient, host: str
) -> None:
    response = client.get("/__mock/openapi.json", headers={"Host": host})
    assert response.mimetype == "application/json"
    assert response.json
    assert response.json["servers"] == [{"url": f"http://{host}", "description": "This mock."}]


def test_the_contract_as_json_says_the_same(
    client: FlaskClient, document: Mapping[str, Any]
) -> None:
    served = client.get("/__mock/openapi.json").json
    assert served
    assert {**served, "servers": 0, "paths": 0} == {**document, "servers": 0, "paths": 0}
    assert list(served["paths"]) == list(document["paths"])
    for path, item in document["paths"].items():
        assert {**served["paths"][path], "parameters": 0} == {**item, "parameters": 0}


def test_shared_parameters_are_written_out_beside_an_operation(client: FlaskClient) -> None:
    served = client.get("/__mock/openapi.json").json
    assert served
    contract = load_contract()
    for path, item in served["paths"].items():
        own = next(each for each in contract.operations if each.path == path).parameters
        shared = [parameter["name"] for parameter in item["parameters"]]
        assert shared == [each["name"] for each in own][: len(shared)]
        assert "Version" in shared


def test_unresolvable_parameters_stay_unchanged() -> None:
    parameters = [{"$ref": "other.yaml#/a"}, {"name": "b", "in": "query"}]
    app = flask.Flask("pages", static_folder=None)
    contract = Contract({"paths": {"/a": {"parameters": parameters}, "/b": {}}}, b"", ())
    app.register_blueprint(pages_blueprint(lambda: contract))
    with app.test_client() as client:
        served = client.get("/__mock/openapi.json").json
    assert served
    assert served["paths"] == {"/a": {"parameters": parameters}, "/b": {}}


@pytest.mark.parametrize("path", ["/__mock/docs", "/__mock/docs/"])
def test_the_documentation_page_and_its_files_are_served(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.mimetype == "text/html"
    assert "<title>Leadway mock: documentation</title>" in page.text
    named = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(named) == 7
    for address in named:
        with client.get(address) as response:
            assert response.status_code == 200, address


def test_the_documentation_page_requests_no_other_host(client: FlaskClient) -> None:
    page, script = client.get("/__mock/docs").text, client.get("/__mock/docs/start.js").text
    assert "//" not in (page + script).replace("<!doctype", "")
    assert "<script>" not in page
    assert "style=" not in page
    assert re.findall(r'url: "([^"]+)"', script) == ["/__mock/openapi.json", "/__mock/control.yaml"]
    assert "validatorUrl: null" in script


def test_the_documentation_page_shows_nothing_that_its_policy_would_leave_black(
    client: FlaskClient,
) -> None:
    script = client.get("/__mock/docs/start.js").text
    with client.get("/__mock/docs/swagger-ui-standalone-preset.js") as response:
        preset = response.get_data(as_text=True)
    styled = re.findall(r"(\w+):components_\1\b", preset)
    assert preset.count('createElement("style"') == len(styled) == 1
    assert f"components: {{{styled[0]}: () => null}}" in script


def test_the_documentation_page_is_authorized_by_a_scheme_of_the_contract(
    client: FlaskClient, document: Mapping[str, Any]
) -> None:
    script = client.get("/__mock/docs/start.js").text
    named = re.search(r'preauthorizeApiKey\("(\w+)", "(pit-[0-9a-f-]{36})"\)', script)
    assert named
    assert named[1] in document["components"]["securitySchemes"]
    assert named[2] == TOKEN
    readme = (CONTRACT.parents[1] / "README.md").read_text()
    assert f"Bearer {TOKEN}" in readme
    assert "pit-" not in script.replace(TOKEN, "")


RUN_PAGE = """
const SwaggerUIStandalonePreset = {};
let page_options;
const SwaggerUIBundle = (options) => {page_options = options; return {};};
SwaggerUIBundle.presets = {};
%s
const steps = JSON.parse(require("fs").readFileSync(0, "utf8"));
let shown;
page_options.plugins[1]().statePlugins.spec.wrapActions.updateJsonSpec((document) => {
  shown = document;
})(steps.document);
const bodies = steps.bodies.map((body, index) => {
  const sent = page_options.requestInterceptor({method: "POST", headers: {}, body}).body;
  page_options.responseInterceptor({obj: steps.responses[index]});
  return sent;
});
console.log(JSON.stringify({shown, bodies}));
"""


def run_page(client: FlaskClient, **steps: object) -> Any:
    """Run the script of the page in Node.js, with a Swagger UI that only keeps its options."""
    script = RUN_PAGE % client.get("/__mock/docs/start.js").text
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if node is None:
        pytest.skip("there is no Node.js")
    done = subprocess.run(
        [node, "-e", script], input=json.dumps(steps), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_example_of_a_request_works_one_after_the_other(
    client: FlaskClient, document: Mapping[str, Any]
) -> None:
    listed = document["components"]["requestBodies"]["ExecuteAgent"]["content"]["application/json"]
    assert [*listed["examples"]][:2] == ["first-message", "next-message"]
    bodies = [
        json.dumps(document["components"]["examples"][name]["value"]) for name in listed["examples"]
    ]
    mock, responses = create_app().test_client(), list[Any]()
    for number in range(len(bodies)):
        sent = run_page(client, document={}, bodies=bodies, responses=responses)["bodies"]
        headers = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
        response = mock.post(CURRENT, json=json.loads(sent[number]), headers=headers)
        assert response.status_code == 200, response.text
        responses.append(response.json)
    assert responses[1]["executionId"] == responses[0]["executionId"]


def test_extensions_are_shown_as_text(client: FlaskClient, document: Mapping[str, Any]) -> None:
    shown = run_page(client, document=document, bodies=[], responses=[])["shown"]

    def extensions(value: object) -> Iterator[object]:
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):  # type: ignore[arg-type]
            if isinstance(name, str) and name.startswith("x-"):
                yield each
            elif isinstance(each, dict | list):
                yield from extensions(each)

    assert all(isinstance(each, str) for each in extensions(shown))
    parameter = shown["components"]["parameters"]["agentId"]
    assert parameter["x-evidence"] == "documented: specification, executeAgent"
    assert shown["components"]["schemas"].keys() == document["components"]["schemas"].keys()
    assert shown["tags"] == document["tags"]


def test_every_page_forbids_what_it_does_not_need(client: FlaskClient) -> None:
    paths = [
        "",
        "/docs",
        "/docs/start.js",
        "/docs/swagger-ui.css",
        "/openapi.json",
        "/openapi.yaml",
    ]
    for path in paths:
        with client.get(f"/__mock{path}") as response:
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'self'; ")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["../__init__.py", "..%2f__init__.py", "/etc/passwd", "no-such.js", "%00", "a%5cb"]
)
def test_no_other_file_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/__mock/docs/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/__mock", "/__mock/"])
def test_the_index_lists_all_pages(path: str) -> None:
    with create_app().test_client() as client:
        index = client.get(path).json
    assert index
    endpoints = index["endpoints"]
    assert endpoints["GET /__mock/docs"].startswith("The contract's documentation")
    assert {"GET /__mock/health", "GET /__mock/sessions", "POST /__mock/reset"} <= set(endpoints)
    assert all(re.match(r"[A-Z, ]+ /__mock", title) for title in endpoints)
