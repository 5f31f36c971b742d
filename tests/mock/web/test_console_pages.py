"""The console's files: who gets them, what they may do, how large they are, and their texts."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from leadway_mock.config.settings import Settings
from leadway_mock.web import create_app
from leadway_mock.web.console_pages import POLICY, bundle, console_files
from leadway_mock.web.server import open_server
from tests.mock.client import EmulatorClient
from tests.mock.raw_client import RawClient

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MAX_WHEEL_BYTES = 60 * 1024
FILES = console_files()
SCRIPTS = "\n".join(text.decode() for name, text in FILES.items() if name.endswith(".js"))


@pytest.fixture
def web_client(client: EmulatorClient) -> FlaskClient:
    return create_app(emulator=client.emulator).test_client()


@pytest.mark.parametrize("path", ["/__mock/", "/__mock/docs", "/__mock/console/api.js"])
def test_a_page_tells_nothing_to_other_sites(web_client: FlaskClient, path: str) -> None:
    assert web_client.get(path, headers=BROWSER).headers["Referrer-Policy"] == "no-referrer"


def test_a_browser_gets_the_console_and_a_program_the_index(web_client: FlaskClient) -> None:
    page = web_client.get("/__mock/", headers=BROWSER)
    assert page.mimetype == "text/html"
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Vary"] == "Accept"
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        assert web_client.get("/__mock/", headers=accept).mimetype == "application/json"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/__mock/"),
        ("/__mock", "/__mock/"),
        ("/__mock/sessions", "/__mock/#/sessions"),
        ("/__mock/sessions/abc123", "/__mock/#/sessions/abc123"),
        ("/__mock/journal", "/__mock/#/journal"),
        ("/__mock/conformance", "/__mock/#/conformance"),
        ("/__mock/behaviours", "/__mock/#/behaviours"),
    ],
)
def test_a_browser_is_redirected_to_the_view_of_a_call(
    web_client: FlaskClient, path: str, place: str
) -> None:
    response = web_client.get(path, headers=BROWSER)
    assert (response.status_code, response.headers["Location"]) == (302, place)
    assert web_client.get(path).status_code != 302
    assert web_client.post(path, headers=BROWSER).status_code != 302


def test_the_http_server_redirects_a_browser_too(web_client: FlaskClient) -> None:
    with (
        open_server(web_client.application, Settings(port=0)) as server,
        RawClient(server.url) as raw,
    ):
        reply = raw.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n").reply()
    assert reply is not None
    assert reply.status == 302


def test_opening_the_console_is_not_in_the_journal(web_client: FlaskClient) -> None:
    web_client.get("/", headers=BROWSER)
    web_client.get("/__mock/", headers=BROWSER)
    assert web_client.get("/__mock/journal").json == {
        "entries": [],
        "next": None,
        "count": 0,
        "written": 0,
    }


def test_without_the_console_its_routes_are_gone(
    client_with: Callable[..., EmulatorClient],
) -> None:
    web_client = create_app(emulator=client_with(console=False).emulator).test_client()
    assert web_client.get("/", headers=BROWSER).status_code == 404
    assert web_client.get("/__mock/", headers=BROWSER).mimetype == "application/json"
    assert web_client.get("/__mock/sessions", headers=BROWSER).mimetype == "application/json"
    assert web_client.get("/__mock/console/app.js").status_code == 404


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_served_with_its_policy(web_client: FlaskClient, name: str) -> None:
    response = web_client.get(f"/__mock/console/{name}")
    assert response.data == FILES[name]
    assert response.headers["Content-Security-Policy"] == POLICY
    types = {"js": "text/javascript", "css": "text/css", "json": "application/json"}
    kind = name.rpartition(".")[2]
    assert response.mimetype == types.get(kind, response.mimetype)


@pytest.mark.parametrize("name", ["../application.py", "..%2fapplication.py", "none.js", "%00"])
def test_no_other_file_is_served(web_client: FlaskClient, name: str) -> None:
    assert web_client.get(f"/__mock/console/{name}").status_code == 404


def test_another_web_page_cannot_load_the_console(web_client: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert web_client.get("/__mock/console/app.js", headers=headers).status_code == 403
    assert web_client.get("/__mock/", headers=BROWSER | headers).status_code == 403
    host = {"Host": "evil.example"}
    assert web_client.get("/", headers=BROWSER | host).status_code == 403
    assert web_client.get("/__mock/", headers=BROWSER | host).status_code == 403


def test_the_policy_allows_own_files_only() -> None:
    rules = dict(each.split(" ", 1) for each in POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert {rules[f"{kind}-src"] for kind in ("script", "style", "connect", "img")} == {"'self'"}
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in POLICY


def test_the_console_is_small() -> None:
    """A wheel is a zip file, so this is what the console adds to it."""
    assert sum(len(zlib.compress(content)) for content in FILES.values()) <= MAX_WHEEL_BYTES
    assert sum(map(len, FILES.values())) <= 96 * 1024


def test_the_console_needs_no_other_host_and_makes_no_html() -> None:
    page = FILES["index.html"].decode()
    assert "://" not in page + FILES["console.css"].decode()
    assert "://" not in SCRIPTS
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "style="):
        assert word not in SCRIPTS + page
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.removeprefix("/__mock/console/") in FILES


def catalogue(name: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads(FILES[f"{name}.json"])
    return texts


def test_the_catalogues_have_the_same_texts() -> None:
    english, spanish = catalogue("en"), catalogue("es")
    assert list(english) == list(spanish)
    for key, text in english.items():
        assert text.strip()
        assert spanish[key].strip()
        names = [sorted(re.findall(r"\{(\w+)\}", each)) for each in (text, spanish[key])]
        assert names[0] == names[1], key


def test_every_text_is_used_and_every_used_text_exists() -> None:
    english = catalogue("en")
    words = set(re.findall(r'["`]([a-z0-9-]+)["`]', SCRIPTS))
    prefixes = tuple(re.findall(r"t\(`([a-z]+-)\$\{", SCRIPTS))
    assert {key for key in english if key not in words and not key.startswith(prefixes)} == set()
    assert set(re.findall(r'\bt\("([a-z0-9-]+)"', SCRIPTS)) <= set(english)
    assert {f"tab-{tab}" for tab in re.findall(r'"(\w+)"', tabs())} <= set(english)


def tabs() -> str:
    (found,) = re.findall(r"const TABS = \[(.*?)\]", SCRIPTS)
    return str(found)


def test_the_spanish_words_are_those_of_the_readme() -> None:
    readme = (Path(__file__).parents[3] / "README.es.md").read_text("utf-8").lower()
    texts = " ".join(catalogue("es").values()).lower()
    words = "sugerencia evidencia instantánea ajustes comportamientos turno regla petición reloj"
    words += " diálogo agente conversa prueba fallo simula guarda"
    for word in words.split():
        assert word in readme
        assert word in texts
    for phrase in ("detalles de cada respuesta", "conversa con un agente"):
        assert phrase in " ".join(readme.split())
        assert phrase in texts
    for word in ("ordenador", "log", "journal", "solicitud", "error simulado"):
        assert not re.search(rf"\b{word}\b", texts), word


def test_the_modules_become_one_script() -> None:
    script = bundle({name: content.decode() for name, content in FILES.items()})
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    names = re.findall(r"^modules\['([\w.]+)'\] = ", script, re.MULTILINE)
    assert sorted(names) == sorted(name for name in FILES if name.endswith(".js"))
    assert names[-1] == "app.js"
