"""The pages of docs/ agree with the program."""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import fields
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
import write_docs
from flask.testing import FlaskClient

from leadway_mock.agents.access_tokens import issue_token
from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.agents.registry import UNSCOPED_TOKEN
from leadway_mock.config.settings import Settings, flag
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Operation
from leadway_mock.store.base import Store
from leadway_mock.store.redis.client import OPTIONS
from leadway_mock.web import create_app
from tests.docs.markdown import ROOT, Page

BEHAVIOURS = Page.read("docs/behaviours.md")
RESPONSES = re.findall(
    r"^\|`(\S+)`\|[^|]+\|(\d{3})(?: [^|]+)?\|\*\*(\w+)[^*]*\*\*", BEHAVIOURS.text, re.MULTILINE
)
URL = f"/agent-studio/agent/{ECHO_ID}/execute"
HEADERS = {
    "Authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc",
    "Version": "2021-07-28",
}
BODY = {"message": "Hello", "locationId": "C2QujeCh8ZnC7al2InWR"}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().test_client()


def test_generated_pages_are_current() -> None:
    assert write_docs.stale(ROOT) == []


def test_the_pages_that_people_write_stay_short() -> None:
    """Generated pages are left out: they grow with the contract and with observations."""
    pages = {ROOT / "README.md", *(ROOT / "docs").rglob("*.md")} - {
        ROOT / page for page in write_docs.PAGES
    }
    words = {page.name: len(page.read_text("utf-8").split()) for page in pages}
    assert sum(words.values()) <= 22_000, sorted(words.items(), key=itemgetter(1))[-10:]


def test_contributed_observations_are_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "observations").mkdir()
    shutil.copy(ROOT / "tests/mock/contract/observations.json", tmp_path / "observations")
    monkeypatch.setattr(write_docs, "ROOT", tmp_path)
    page = write_docs.behaviours_page()
    (row,) = re.findall(r"^\|`session-unknown`\|.*$", page, re.MULTILINE)
    assert "|410 `Session gone`|**observed, 2026-11-29**: `leadway verify` against https:" in row


def test_a_stale_page_is_named_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for page in write_docs.PAGES:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / page, tmp_path / page)
    monkeypatch.setattr(write_docs, "ROOT", tmp_path)
    (tmp_path / "docs" / "settings.md").write_text("# Settings of last year\n")
    (tmp_path / "docs" / "behaviours.md").unlink()
    assert write_docs.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "docs/behaviours.md: stale",
        "docs/settings.md: stale",
        write_docs.HINT,
    ]
    assert write_docs.main([]) == 0
    assert write_docs.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_an_unknown_name_in_the_table_of_settings_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        write_docs, "BEHAVIOUR_SETTINGS", {"profil": ("scope-by-profile", "no-such-rule")}
    )
    with pytest.raises(SystemExit, match="profil, no-such-rule"):
        write_docs.behaviours_page()


def test_every_example_of_the_contract_is_listed() -> None:
    assert {rule for rule, _, _ in RESPONSES} == set(load_contract().examples)


@pytest.mark.parametrize(
    ("rule", "status", "level"), RESPONSES, ids=[rule for rule, *_ in RESPONSES]
)
def test_each_example_can_be_selected(
    client: FlaskClient, rule: str, status: str, level: str
) -> None:
    operations = load_contract().operations
    operation = next(each for each in operations if rule in each.examples)
    form = {"client_id": "app", "client_secret": "x", "grant_type": "refresh_token"}
    if operation.auth_class == "Company":
        form = {"companyId": "agency", "locationId": BODY["locationId"]}
    token = issue_token({"authClass": operation.auth_class})
    version = operation.parameter("header", "Version") or {}
    sent: Any = {}
    if operation.body_schema:
        sent = {"data": form} if operation.has_form else {"json": _body(operation)}
    query = {"locationId": BODY["locationId"]}
    if operation.parameter("query", "offset"):
        query |= {"limit": "5", "offset": "0"}
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if operation.has_form else {}
    response = client.open(
        re.sub("{.+?}", ECHO_ID, operation.path),
        method=operation.method,
        **sent,
        query_string=query if operation.method in {"GET", "DELETE"} else None,
        headers=HEADERS
        | kind
        | {
            "Authorization": f"Bearer {token}",
            "Version": version["schema"]["default"],
            "Prefer": f"example={rule}",
        },
    )
    found = (
        response.headers["X-Mock-Rule"],
        response.status_code,
        response.headers["X-Mock-Evidence"],
    )
    assert found == (rule, int(status), level)


def _body(operation: Operation) -> dict[str, object]:
    """Return a valid body for any operation."""
    if "message" in operation.body_schema["required"]:  # type: ignore[index]
        return {**BODY}
    new = {"status": "active", "version": {}} if operation.id == "createAgent" else {}
    return {"locationId": BODY["locationId"], **new}


def test_responses_of_the_mock_itself_are_as_listed(client: FlaskClient) -> None:
    responses = [
        client.get(URL, headers={"Host": "other.example"}),
        client.get("/__mock/health", headers={"Origin": "https://other.example"}),
        client.post("/__mock/reset"),
    ]
    found = [f"|`{each.headers['X-Mock-Rule']}`|{each.status_code}|" for each in responses]
    assert found == [row for row in found if row in BEHAVIOURS.text]
    assert len(set(found)) == 3


@pytest.mark.parametrize(("profile", "status"), [("documented", 403), ("observed", 401)])
def test_profiles_differ_as_listed(profile: str, status: int) -> None:
    client = create_app(Settings(profile=profile)).test_client()
    headers = HEADERS | {"Authorization": f"Bearer {UNSCOPED_TOKEN}"}
    assert client.post(URL, json=BODY, headers=headers).status_code == status
    row = r"^\|the token lacks the scope `agent-studio.write`\|403\|401\|$"
    assert re.search(row, Page.read("docs/evidence.md").text, re.MULTILINE)


def test_every_setting_is_listed() -> None:
    text = Page.read("docs/settings.md").text
    assert [each.name for each in fields(Settings) if f"|`{flag(each.name)}" not in text] == []


def test_flags_of_the_pages_exist() -> None:
    known = {"--" + setting.name.replace("_", "-") for setting in fields(Settings)}
    known |= {"--triage", "--write"}  # of `leadway drift`
    for name in ("architecture", "evidence", "agents-file"):
        page = Page.read(f"docs/{name}.md")
        assert {code.split()[0] for code in page.code if code.startswith("--")} <= known, name


def test_verbs_of_the_store_are_as_listed() -> None:
    (sentence,) = re.findall(r"nine verbs[^:]*: ([^(]+)", Page.read("docs/architecture.md").text)
    assert sorted(re.findall(r"`(\w+)`", sentence)) == sorted(Store.__abstractmethods__)
    assert len(Store.__abstractmethods__) == 9


def test_changelog_starts_with_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    first = next(text for level, text in Page.read("CHANGELOG.md").headings if level == 2)
    assert first.startswith(f"[{version}] - ")


def test_each_option_of_a_url_for_redis_is_explained() -> None:
    text = Page.read("docs/scale.md").text + Page.read("docs/architecture.md").text
    assert [name for name in OPTIONS if not re.search(rf"`[^`]*\b{name}\b[^`]*`", text)] == []
