"""What a person opens in a browser: the contract, its documentation, and what else there is."""

import importlib.util
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request, send_from_directory
from werkzeug.routing import Rule

from leadway_mock.contract.model import Contract
from leadway_mock.control_api.flask_request import CONTROL_PREFIX

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = f"""\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Leadway mock: documentation</title>
  <link rel="icon" type="image/png" href="{CONTROL_PREFIX}/docs/favicon-32x32.png">
  <link rel="stylesheet" href="{CONTROL_PREFIX}/docs/index.css">
  <link rel="stylesheet" href="{CONTROL_PREFIX}/docs/swagger-ui.css">
</head>
<body>
  <noscript>This page needs JavaScript. The contract itself is at
    <a href="{CONTROL_PREFIX}/openapi.yaml">{CONTROL_PREFIX}/openapi.yaml</a>.</noscript>
  <main id="documentation"></main>
  <script src="{CONTROL_PREFIX}/docs/swagger-ui-bundle.js"></script>
  <script src="{CONTROL_PREFIX}/docs/swagger-ui-standalone-preset.js"></script>
  <script src="{CONTROL_PREFIX}/docs/start.js"></script>
</body>
</html>
"""

# Any well-formed token is good enough for the mock: the first click on Execute succeeds.
_TOKEN = "pit-12345678-9abc-4def-8000-123456789abc"  # noqa: S105 - made up

# The logo brings its colours as an inline style, which the policy above forbids: black on black.
_START = f"""\
const page = SwaggerUIBundle({{
  urls: [
    {{name: "the platform's API", url: "{CONTROL_PREFIX}/openapi.json"}},
    {{name: "the mock's control API", url: "{CONTROL_PREFIX}/control.yaml"}},
  ],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [() => ({{components: {{Logo: () => null}}}})],
  layout: "StandaloneLayout",
  dom_id: "#documentation",
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  showExtensions: true,
  tryItOutEnabled: true,
  onComplete: () => page.preauthorizeApiKey("bearerAuth", "{_TOKEN}"),
  requestInterceptor: (request) => {{
    if (request.method && request.method !== "GET") {{
      request.headers["Content-Type"] = "application/json";
    }}
    return request;
  }},
}});
"""


def pages_blueprint(contract: Callable[[], Contract], control_bytes: bytes = b"") -> Blueprint:
    """Return the pages under ``/__mock``: index, contract as YAML and as JSON, documentation.

    Everything comes from this server; the documentation page makes no other requests.

    Args:
        contract: returns the contract as it is at the moment: its file is served as it is, and
            as JSON with this server as its only server.
        control_bytes: the file that describes the control API, served as it is.
    """
    pages = Blueprint("pages", __name__, url_prefix=CONTROL_PREFIX)
    pages.after_request(_with_headers)
    pages.add_url_rule("", view_func=index, strict_slashes=False)
    pages.add_url_rule("/docs", view_func=documentation, strict_slashes=False)
    pages.add_url_rule("/docs/start.js", view_func=start_script)
    pages.add_url_rule("/docs/<name>", view_func=asset)

    @pages.get("/openapi.yaml")
    def contract_as_yaml() -> Response:
        """The contract, byte for byte."""
        return Response(contract().source, mimetype="application/yaml")

    @pages.get("/openapi.json")
    def contract_as_json() -> Response:
        """The contract as JSON, with this server as its server."""
        document = _parameters_in_place(contract().document)
        return Response(_called_here(document), mimetype="application/json")

    @pages.get("/control.yaml")
    def control_as_yaml() -> Response:
        """The contract of what is under this address, byte for byte."""
        return Response(control_bytes, mimetype="application/yaml")

    return pages


def index() -> Response:
    """What there is under this address."""
    rules = [rule for rule in current_app.url_map.iter_rules() if _is_listed(rule)]
    listing = {_title(rule): _summary(rule) for rule in sorted(rules, key=lambda rule: rule.rule)}
    body = json.dumps({"name": "leadway-mock", "endpoints": listing}, indent=2)
    return Response(body + "\n", mimetype="application/json")


def documentation() -> Response:
    """The contract's documentation, to read and to try in a browser."""
    return Response(_PAGE, mimetype="text/html")


def start_script() -> Response:
    """The script that starts the documentation page."""
    return Response(_START, mimetype="text/javascript")


def asset(name: str) -> Response:
    """A file of Swagger UI."""
    return send_from_directory(_swagger_ui(), name)


def _called_here(document: Mapping[str, Any]) -> str:
    """Return the contract with the address this request was sent to; `Host` was checked before."""
    here = {"url": request.host_url.rstrip("/"), "description": "This mock."}
    return json.dumps({**document, "servers": [here]})


def _parameters_in_place(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contract with each path's own parameters written out.

    Swagger UI resolves references below an operation, and shows those beside it as nameless.
    """
    shared = document.get("components", {}).get("parameters", {})
    paths = {
        path: {**item, "parameters": [_written_out(it, shared) for it in item["parameters"]]}
        if "parameters" in item
        else item
        for path, item in document.get("paths", {}).items()
    }
    return {**document, "paths": paths}


def _written_out(parameter: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    name = parameter.get("$ref", "").removeprefix("#/components/parameters/")
    written: Mapping[str, Any] = shared.get(name, parameter)
    return written


def _swagger_ui() -> Path:
    # Found, not imported: its module is a Flask extension that this page does without.
    found = importlib.util.find_spec("flask_swagger_ui")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The documentation page needs the package flask-swagger-ui.")
    return Path(found.origin).parent / "dist"


def _is_listed(rule: Rule) -> bool:
    return rule.rule.startswith(CONTROL_PREFIX) and not rule.rule.startswith(
        f"{CONTROL_PREFIX}/docs/"
    )


def _title(rule: Rule) -> str:
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    path = re.sub(r"<[^>]*:(\w+)>", r"<\1>", rule.rule)  # without the name of a converter
    return f"{', '.join(methods)} {path}"


def _summary(rule: Rule) -> str:
    lines = (current_app.view_functions[rule.endpoint].__doc__ or "").strip().splitlines()
    return lines[0] if lines else ""


def _with_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
