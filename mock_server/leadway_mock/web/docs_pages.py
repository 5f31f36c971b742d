"""Pages for people: the contract, its documentation, and a list of everything under `/__mock`."""

from __future__ import annotations

import importlib.util
import json
import mimetypes
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request

from leadway_mock.contract.model import Contract
from leadway_mock.control_api.request_reader import CONTROL_PREFIX

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def pages_blueprint(contract: Callable[[], Contract], control_bytes: bytes = b"") -> Blueprint:
    """Return the pages under `/__mock`: index, contract as YAML and as JSON, documentation.

    Everything comes from this server. `contract` returns the present contract, `control_bytes` is
    the file that describes the control API.
    """
    pages = Blueprint("pages", __name__, url_prefix=CONTROL_PREFIX)

    @pages.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)  # The console, at the same path, has its own.
        return response

    pages.add_url_rule("", view_func=index, strict_slashes=False)
    pages.add_url_rule("/docs/<name>", view_func=asset)

    @pages.get("/docs", strict_slashes=False)
    def documentation() -> Response:
        """The contract's documentation, to read and to try in a browser."""
        return Response(_read("docs.html"), mimetype="text/html")

    @pages.get("/docs/start.js")
    def start_script() -> Response:
        """The script that starts the documentation page."""
        return Response(_read("start.js"), mimetype="text/javascript")

    @pages.get("/llms.txt")
    def overview_for_agents() -> Response:
        """Overview for coding agents, with links."""
        return Response(_read("llms.txt"), mimetype="text/plain")

    @pages.get("/SKILL.md")
    def skill() -> Response:
        """Instructions for coding agents, with commands."""
        return Response(_read("SKILL.md"), mimetype="text/markdown")

    @pages.get("/openapi.yaml")
    def contract_as_yaml() -> Response:
        """The contract, byte for byte."""
        return Response(contract().source, mimetype="application/yaml")

    @pages.get("/openapi.json")
    def contract_as_json() -> Response:
        """The contract as JSON, with this server as its only server."""
        here = {"url": request.host_url.rstrip("/"), "description": "This mock."}
        document = {**_parameters_in_place(contract().document), "servers": [here]}
        return Response(json.dumps(document), mimetype="application/json")

    @pages.get("/control.yaml")
    def control_as_yaml() -> Response:
        """The contract of the control API, byte for byte."""
        return Response(control_bytes, mimetype="application/yaml")

    return pages


def index() -> Response:
    """All paths of the control API."""
    listing = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        is_asset = rule.rule.startswith((f"{CONTROL_PREFIX}/docs/", f"{CONTROL_PREFIX}/console/"))
        if rule.rule.startswith(CONTROL_PREFIX) and not is_asset:
            text = current_app.view_functions[rule.endpoint].__doc__ or ""
            methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            path = re.sub(r"<[^>]*:(\w+)>", r"<\1>", rule.rule)  # without the name of a converter
            listing[f"{methods} {path}"] = text.strip().partition("\n")[0]
    body = json.dumps({"name": "leadway-mock", "endpoints": listing}, indent=2)
    return Response(body + "\n", mimetype="application/json")


def asset(name: str) -> Response:
    """A file of Swagger UI."""
    content = _assets().get(name)
    if content is None:
        abort(404)
    return Response(content, mimetype=mimetypes.guess_type(name)[0])


@cache
def _assets() -> Mapping[str, bytes]:
    """Return the files of Swagger UI, 2.5 MB, by name; all responses share these bytes."""
    # Only its files are needed: the module is a Flask extension that this page does not use.
    found = importlib.util.find_spec("flask_swagger_ui")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The documentation page needs the package flask-swagger-ui.")
    folder = Path(found.origin).parent / "dist"
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _parameters_in_place(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contract with each path's own parameters written out.

    Swagger UI resolves references below an operation, and shows those beside it as nameless.
    """
    components = document.get("components", {}).get("parameters", {})
    shared = {f"#/components/parameters/{name}": each for name, each in components.items()}
    paths = dict(document.get("paths", {}))
    for path, item in paths.items():
        if "parameters" in item:
            written = [shared.get(each.get("$ref"), each) for each in item["parameters"]]
            paths[path] = {**item, "parameters": written}
    return {**document, "paths": paths}
