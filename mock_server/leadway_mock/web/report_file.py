"""Report: the console with the data of a mock, as one HTML file that needs no server."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from leadway_mock.web.console_pages import INDEX, console_files

MAIN: Final = "app.js"
MAX_SESSIONS: Final = 1_000
MAX_PAGE: Final = 1_000

LANGUAGES: Final = ("en", "es")
PLAIN: Final = ("health", "clock", "conformance", "behaviours")
"""Calls of the control API whose responses a report contains as they are."""

_IMPORT: Final = re.compile(
    r'^import (?P<names>\{[^}]*\}|\* as \w+) from "\./(?P<file>[\w.]+)";\n', re.MULTILINE
)
_EXPORT: Final = re.compile(
    r"^export (?P<rest>(?:async )?(?:function|const) (?P<name>\w+))", re.MULTILINE
)

Get = Callable[[str], Any]
"""Returns the JSON of a GET of the control API, whose path begins after `/__mock`."""


def collect(get: Get) -> dict[str, Any]:
    """Return the data of a report: sessions, journal, conformance and behaviours."""
    data = {name: get(f"/{name}") for name in PLAIN}
    data["sessions"] = get(f"/sessions?order=newest&limit={MAX_SESSIONS}")["sessions"]
    data["entries"] = list(_pages(get, "/journal?", "entries"))
    data["transcripts"] = {}
    for session in data["sessions"]:
        path = f"/sessions/{quote(session['executionId'], safe='')}?"
        data["transcripts"][session["executionId"]] = {
            **session,
            "transcript": list(_pages(get, path, "transcript")),
        }
    return data


def report_html(data: Mapping[str, Any]) -> str:
    """Return the report as HTML, whose policy allows no connection and no other script."""
    files = {name: content.decode() for name, content in console_files().items()}
    catalogues = {name: json.loads(files[f"{name}.json"]) for name in LANGUAGES}
    script, style = bundle(files), files["console.css"]
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    embedded = json.dumps({**data, "catalogues": catalogues}).replace("<", r"\u003c")
    page = re.sub(r"<(?:link|script) [^>]*>(?:</script>)?\n", "", files[INDEX])
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{style}</style>\n'
    )
    tail = (
        f'<script type="application/json" id="report">{embedded}</script>\n'
        f'<script type="module">{script}</script>\n'
    )
    page = page.replace("<title>", f"{head}<title>", 1)
    return page.replace("</body>", f"{tail}</body>", 1)


def bundle(files: Mapping[str, str]) -> str:
    """Return the modules of the console as one: each a function that returns its exports."""
    parts = ["\nconst modules = {};\n"]
    written: set[str] = set()

    def write(name: str) -> None:
        if name in written:
            return
        written.add(name)
        source = files[name]
        for found in _IMPORT.finditer(source):
            write(found["file"])
        body = _IMPORT.sub(_import_line, source)
        exports = ", ".join(found["name"] for found in _EXPORT.finditer(source))
        body = _EXPORT.sub(r"\g<rest>", body)
        parts.append(f"modules[{name!r}] = (() => {{\n{body}return {{ {exports} }};\n}})();\n")

    write(MAIN)
    return "".join(parts)


def _import_line(found: re.Match[str]) -> str:
    names = found["names"].removeprefix("* as ").replace(" as ", ": ")
    return f"const {names} = modules[{found['file']!r}];\n"


def _pages(get: Get, path: str, name: str) -> Iterator[Any]:
    after: int | None = 0
    while after is not None:
        page = get(f"{path}after={after}&limit={MAX_PAGE}")
        yield from page[name]
        after = page["next"]


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
