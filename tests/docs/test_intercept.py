"""docs/intercept.md: every way to send the vendor's address to the mock works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.programs import debian_program
from tests.contract.programs import running
from tests.docs.markdown import ROOT, Page
from tests.docs.page_runner import search_path

PAGE = Page.read("docs/intercept.md")
SHOWN_PORT = "127.0.0.1:4010"
RESPONSE = "Turn 1. You said: Hello"
VENDOR = "https://services.leadconnectorhq.com/"
SHELL = {block.text.split("\n")[0]: block.text for block in PAGE.blocks_in("sh")}
GUZZLE = Path("/usr/share/php/GuzzleHttp/autoload.php")
"""Where Debian's package has the file that Composer calls `vendor/autoload.php`."""

PROGRAMS = {"requests": "MockAdapter", "httpx": "MockTransport"}

EXECUTE = f"{VENDOR}agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute"
TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
BODY = {"message": "Hello", "locationId": "C2QujeCh8ZnC7al2InWR"}
CURL = f"""{EXECUTE} -d '{json.dumps(BODY)}' -H 'Authorization: Bearer {TOKEN}' \\
  -H 'Version: 2021-07-28' -H 'Content-Type: application/json'"""
PYTHON = f"""
HEADERS = {{"Authorization": "Bearer {TOKEN}", "Version": "2021-07-28"}}
print(client.post("{EXECUTE}", headers=HEADERS, json={BODY}).json()["response"])
client.close()
"""
PHP = f"""
$response = $client->post('{EXECUTE}', [
    'headers' => ['Authorization' => 'Bearer {TOKEN}', 'Version' => '2021-07-28'],
    'json' => json_decode('{json.dumps(BODY)}'),
]);
echo json_decode($response->getBody())->response, "\\n";
"""
NODE = f"""
const response = await fetch("{EXECUTE}", {{
  method: "POST",
  headers: {{
    Authorization: "Bearer {TOKEN}",
    Version: "2021-07-28",
    "Content-Type": "application/json",
  }},
  body: '{json.dumps(BODY)}',
}});
console.log((await response.json()).response);
"""
"""A message, sent as curl, the clients of the page, Guzzle and `fetch` send it."""

pytestmark = [
    pytest.mark.xdist_group("intercept"),
    pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a shell"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a reader whose program is `talk.mjs`."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "talk.mjs").write_text(NODE)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


@pytest.fixture(scope="module")
def environment(folder: Path) -> dict[str, str]:
    known = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    python = os.pathsep.join(each for each in sys.path if each)
    return known | {"HOME": str(folder), "PATH": search_path(), "PYTHONPATH": python}


@pytest.fixture(scope="module")
def port(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    command = ["env", *(f"{name}={text}" for name, text in environment.items())]
    words = [*command, "leadway", "mock", "--tls", "--quiet", "--port", "0"]
    with running(words, r"(?m)^listening on https://(\S+)$", folder=folder) as mock:
        yield mock.url


def run(command: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("text", SHELL.values(), ids=SHELL)
def test_every_command_reaches_the_mock(
    text: str, folder: Path, environment: dict[str, str], port: str
) -> None:
    for command in ("curl", "node"):
        if f"{command} " in text and not shutil.which(command, path=search_path()):
            pytest.skip(f"{command} is not installed")
    if "intercept.mjs" in text:
        if not (ROOT / "node_modules" / "undici").is_dir():
            pytest.skip("undici is not installed")
        program = PAGE.block("js", "undici")
        (folder / "intercept.mjs").write_text(program.replace(SHOWN_PORT, port))
    output = run(text.replace(SHOWN_PORT, port), folder, environment)
    assert ('"status":"ok"' if "health" in text else RESPONSE) in output
    if VENDOR in text:
        message = text.replace(f"{VENDOR}__mock/health", CURL)
        assert RESPONSE in run(message.replace(SHOWN_PORT, port), folder, environment)


@pytest.mark.parametrize("name", PROGRAMS)
def test_python_clients_reach_the_mock(
    name: str, folder: Path, environment: dict[str, str], port: str
) -> None:
    program = PAGE.block("python", PROGRAMS[name]).replace(SHOWN_PORT, port)
    program = program.replace("port=4010", f"port={port.rpartition(':')[2]}")
    (folder / f"{name}_talk.py").write_text(program + PYTHON)
    command = f"'{sys.executable}' -W ignore::ResourceWarning {name}_talk.py"
    assert run(command, folder, environment) == f"{RESPONSE}\n"


def test_a_shell_takes_all_variables(folder: Path, environment: dict[str, str], port: str) -> None:
    assert '`eval "$(leadway mock env --intercept)"`' in PAGE.text
    number = port.rpartition(":")[2]
    script = f'eval "$(leadway mock env --intercept --port {number})"; node talk.mjs'
    assert run(script, folder, environment) == f"{RESPONSE}\n"


def test_commands_on_the_mock_speak_tls(
    folder: Path, environment: dict[str, str], port: str
) -> None:
    output = run(f"leadway mock wait --url https://{port}", folder, environment)
    assert f'"url":"https://{port}"' in output


@pytest.mark.parametrize("client", ["requests", "httpx", "urllib.request", "curl", "node"])
def test_exec_sets_what_each_client_needs(
    client: str, folder: Path, environment: dict[str, str]
) -> None:
    url = f"{VENDOR}nothing"
    programs = {
        "requests": f"import requests; print(requests.get('{url}').status_code)",
        "httpx": f"import httpx; print(httpx.get('{url}').status_code)",
        "urllib.request": "import urllib.request, urllib.error\n"
        f"try: urllib.request.urlopen('{url}')\n"
        "except urllib.error.HTTPError as error: print(error.code); error.close()",
    }
    words = {
        "curl": f"curl -s -o /dev/null -w '%{{http_code}}\\n' {url}",
        "node": f"node -e 'fetch(\"{url}\").then(r => console.log(r.status))'",
    }
    if client in programs:
        (folder / "get.py").write_text(programs[client])
    elif not shutil.which(client, path=search_path()):
        pytest.skip(f"{client} is not installed")
    command = words.get(client, f"'{sys.executable}' get.py")
    proxies = {"NO_PROXY": "*", "no_proxy": ".leadconnectorhq.com,intern.example"}
    output = run(f"leadway mock exec --intercept -- {command}", folder, environment | proxies)
    assert output == "404\n"


def test_exec_rejects_other_hosts(folder: Path, environment: dict[str, str]) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    command = "sh -c 'curl -s https://example.com/ || echo $?'"
    output = run(f"leadway mock exec --intercept -- {command}", folder, environment)
    assert output == "56\n"  # The proxy responded with 403.


def test_the_certificate_is_printed(folder: Path, environment: dict[str, str]) -> None:
    text = run("leadway mock ca", folder, environment)
    path = run("leadway mock ca --path", folder, environment).strip()
    assert text == Path(path).read_text("ascii")
    assert re.fullmatch(r"-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n", text)


def test_an_unusable_folder_is_an_error(folder: Path, environment: dict[str, str]) -> None:
    (folder / "file").touch()
    nowhere = environment | {"HOME": str(folder / "file"), "XDG_DATA_HOME": str(folder / "file")}
    for command in ("ca", "--tls --port 0", "exec --intercept -- true"):
        done = subprocess.run(
            ["/bin/sh", "-c", f"leadway mock {command}"],
            env=nowhere,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode in {1, 2}
        assert done.stdout == ""
        assert "authority" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.clients
def test_guzzle_reaches_the_mock(folder: Path, environment: dict[str, str], port: str) -> None:
    php = debian_program("php")
    if not GUZZLE.exists():
        pytest.skip("Guzzle is not installed; make test-clients installs it as root on Debian")
    (folder / "vendor").mkdir()
    (folder / "vendor" / "autoload.php").symlink_to(GUZZLE)
    number = port.rpartition(":")[2]
    text = PAGE.block("php").replace("withPort(4010)", f"withPort({number})")
    (folder / "talk.php").write_text(text + PHP)
    assert run(f"{php} talk.php", folder, environment) == f"{RESPONSE}\n"
