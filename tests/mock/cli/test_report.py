"""`leadway report`: one HTML file of a running mock or a snapshot."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.cli.report import main
from leadway_mock.config.settings import Settings
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.client import EmulatorClient


def embedded(html: str) -> Any:
    """Return the data of a report."""
    (text,) = re.findall(r'<script type="application/json" id="report">(.*?)</script>', html)
    return json.loads(text)


def talk(client: EmulatorClient) -> str:
    session = client.begin(message="one </script><b>")
    client.say("two", executionId=session)
    return session


def test_a_report_has_sessions_and_journal_of_a_mock(
    client: EmulatorClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session, file = talk(client), tmp_path / "run.html"
    with open_server(create_app(emulator=client.emulator), Settings(port=0)) as server:
        assert main(["--url", server.url, "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: 1 sessions, 2 requests\n"
    html = file.read_text("utf-8")
    data = embedded(html)
    texts = [turn["message"] for turn in data["transcripts"][session]["transcript"]]
    assert texts == ["one </script><b>", "two"]
    assert [entry["number"] for entry in data["entries"]] == [1, 2]
    assert data["conformance"]["passed"] is True
    assert "<b>" not in html


def test_a_report_of_a_snapshot_is_the_same(
    client: EmulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = talk(client)
    app = create_app(emulator=client.emulator)
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_bytes(app.test_client().get("/__mock/snapshot").data)
    monkeypatch.chdir(tmp_path)
    assert main(["snapshot.json"]) == 0
    data = embedded((tmp_path / "leadway-report.html").read_text("utf-8"))
    assert [each["executionId"] for each in data["sessions"]] == [session]


def test_a_report_reaches_nothing(client: EmulatorClient, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    talk(client)
    with open_server(create_app(emulator=client.emulator), Settings(port=0)) as server:
        assert main(["--url", server.url, "-o", str(file)]) == 0
    html = file.read_text("utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "connect-src" not in policy
    assert "unsafe" not in policy
    for pattern in (r'<script type="module">(.*?)</script>', r"<style>(.*?)</style>"):
        (text,) = re.findall(pattern, html, re.DOTALL)
        assert b64encode(sha256(text.encode()).digest()).decode() in policy
    assert re.findall(r"<(?:link|img|iframe)|(?:src|href)=", html.partition("<style>")[0]) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("--url=http://127.0.0.1:1", "no mock responds at http://127.0.0.1:1. Start one"),
        ("--url=ftp://example.com", "'ftp://example.com' must be the base URL of a mock"),
        ("--url=https://services.leadconnectorhq.com", "is the real service"),
        ("http://127.0.0.1:1", "no file; for a running mock, write --url http://127.0.0.1:1."),
        ("nothing.json", "No such file"),
        ("text.json", "text.json must be a snapshot"),
        ("other.json", "other.json: "),
    ],
)
def test_what_cannot_be_read_is_explained(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: str,
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.json").write_text("<html>")
    (tmp_path / "other.json").write_text('{"format": "x"}')
    assert main([source]) == 1
    error = capsys.readouterr().err
    assert expected in error
    assert "Traceback" not in error
    assert not (tmp_path / "leadway-report.html").exists()


def test_a_mock_is_found_by_the_environment(
    client: EmulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_server(create_app(emulator=client.emulator), Settings(port=0)) as server:
        monkeypatch.setenv("LEADWAY_BASE_URL", server.url)
        assert main([]) == 0


def test_a_mock_with_tls_is_read_with_its_own_authority(
    client: EmulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    session, file = talk(client), tmp_path / "run.html"
    settings = Settings(port=0, tls=True)
    with open_server(create_app(emulator=client.emulator), settings) as server:
        assert server.url.startswith("https://")
        assert main(["--url", server.url, "-o", str(file)]) == 0
    assert session in embedded(file.read_text("utf-8"))["transcripts"]


def test_a_token_selects_the_namespace(client: EmulatorClient, tmp_path: Path) -> None:
    token, file = "pit-87654321-1234-4234-8234-123456789abc", tmp_path / "run.html"
    talk(client)
    app = create_app(emulator=client.emulator)
    headers = {"Authorization": f"Bearer {token}"}
    app.test_client().put("/__mock/namespace", json={}, headers=headers)
    with open_server(app, Settings(port=0)) as server:
        assert main(["--url", server.url, "-o", str(file), "--token", token]) == 0
    assert embedded(file.read_text("utf-8"))["sessions"] == []
