"""The recipes work, with a stand-in for Testcontainers, which needs a container engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from tests.clients.programs import python_packages
from tests.contract.programs import mock
from tests.docs.markdown import ROOT, Page

PAGE = Page.read("docs/recipes.md")
SHOWN_URL = "http://127.0.0.1:4010"
TIMEOUT_SECONDS = 60

TESTCONTAINERS_PYTHON = '''
"""Stand-in: the image is the mock at MOCK_URL."""
import os
import re
from urllib.parse import urlsplit


class DockerContainer:
    def __init__(self, image):
        assert image == "leadway-mock:0.1.0"

    def with_exposed_ports(self, *ports):
        assert ports == (4010,)
        return self

    def waiting_for(self, strategy):
        assert strategy.message == "listening on"
        return self

    def __enter__(self):
        self.address = urlsplit(os.environ["MOCK_URL"])
        return self

    def __exit__(self, *error):
        pass

    def get_container_host_ip(self):
        return self.address.hostname

    def get_exposed_port(self, port):
        assert port == 4010
        return self.address.port


class LogMessageWaitStrategy:
    def __init__(self, message):
        self.message = message
'''

TESTCONTAINERS_NODE = """
// Stand-in: the image is the mock at MOCK_URL.
const address = new URL(process.env.MOCK_URL);
export const Wait = {forHttp: (path, port) => ({path, port})};
export class GenericContainer {
  withExposedPorts() { return this; }
  withWaitStrategy({path, port}) { this.health = new URL(path, address); return this; }
  async start() {
    if (!(await fetch(this.health)).ok) throw new Error("not healthy");
    return {
      getHost: () => address.hostname,
      getMappedPort: () => address.port,
      stop: async () => console.log("container stopped"),
    };
  }
}
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as program:
        yield program.url


def run(command: list[str], folder: Path, url: str, **variables: str) -> str:
    inherited = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    done = subprocess.run(
        command,
        cwd=folder,
        env=inherited | {"MOCK_URL": url, "HOME": str(folder)} | variables,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_workflow_matches_the_schema(tmp_path: Path) -> None:
    (tmp_path / "test.yml").write_text(PAGE.files["test.yml"])
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    flags = ["--builtin-schema", "vendor.github-workflows"]
    assert "ok" in run([checker, *flags, "test.yml"], tmp_path, "")


def test_the_workflow_pins_what_ours_pins() -> None:
    [pinned] = [line for line in PAGE.files["test.yml"].splitlines() if "actions/checkout" in line]
    assert pinned in (ROOT / ".github" / "workflows" / "ci.yml").read_text()


def test_testcontainers_for_python(url: str, tmp_path: Path) -> None:
    core = tmp_path / "testcontainers" / "core"
    core.mkdir(parents=True)
    (core / "container.py").write_text(TESTCONTAINERS_PYTHON)
    (core / "wait_strategies.py").write_text(TESTCONTAINERS_PYTHON)
    (tmp_path / "test_container.py").write_text(PAGE.files["test_container.py"])
    flags = ["-q", "-p", "no:cacheprovider"]
    output = run(
        [sys.executable, "-m", "pytest", *flags], tmp_path, url, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"
    )
    assert "1 passed" in output


def test_testcontainers_for_node(url: str, tmp_path: Path) -> None:
    packages = tmp_path / "node_modules"
    (packages / "testcontainers").mkdir(parents=True)
    (packages / "testcontainers" / "package.json").write_text(
        '{"type": "module", "exports": "./index.js"}'
    )
    (packages / "testcontainers" / "index.js").write_text(TESTCONTAINERS_NODE)
    shutil.copytree(ROOT / "clients" / "node", packages / "leadway-mock-testing")
    (tmp_path / "container.test.mjs").write_text(PAGE.files["container.test.mjs"])
    output = run([str(Path(sys.executable).with_name("node")), "--test"], tmp_path, url)
    assert "pass 1" in output
    assert "container stopped" in output


def test_promptfoo_continues_the_session(url: str) -> None:
    config = yaml.safe_load(PAGE.files["promptfooconfig.yaml"])
    [provider] = config["providers"]
    [test] = config["tests"]
    options = provider["config"]
    assert options["sessionParser"] == "data.body.executionId"
    assert options["transformResponse"] == "json.response"
    values = {"{{prompt}}": test["vars"]["message"], "{{sessionId}}": ""}
    for turn in (1, 2):
        response = requests.request(
            options["method"],
            provider["id"].replace(SHOWN_URL, url),
            headers=options["headers"],
            json={name: values.get(value, value) for name, value in options["body"].items()},
            timeout=TIMEOUT_SECONDS,
        ).json()
        assert response["response"].startswith(f"Turn {turn}.")
        assert test["assert"][0]["value"] in response["response"]
        values["{{sessionId}}"] = response["executionId"]


STOP_AFTER_60_REQUESTS = """
from itertools import count

import gevent
from locust import events

numbers = count(1)

@events.init.add_listener
def limit_requests(environment, **_):
    def stop_after_60(**_):
        if next(numbers) == 60:
            gevent.spawn(environment.runner.quit)  # It ends the user that calls it.
    environment.events.request.add_listener(stop_after_60)
"""


def run_locust(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    """Run the command of the page on another port, until 60 requests are sent."""
    packages = python_packages("locust")
    (folder / "locustfile.py").write_text(PAGE.files["locustfile.py"])
    (folder / "stop.py").write_text(STOP_AFTER_60_REQUESTS)
    [command] = [block.text for block in PAGE.blocks_in("sh") if "locust" in block.text]
    options = ["-f", "locustfile.py,stop.py", "--host", url]
    return subprocess.run(
        [sys.executable, "-m", *command.split(), *options],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": packages},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@pytest.mark.clients
def test_locust_holds_conversations(url: str, tmp_path: Path) -> None:
    assert f'host = "{SHOWN_URL}"' in PAGE.files["locustfile.py"]
    done = run_locust(tmp_path, url)
    assert done.returncode == 0, done.stdout
    assert re.search(r"POST +turn 3 +[1-9]\d* +0\(0\.00%\)", done.stdout), done.stdout


ANOTHER_SESSION = """
turns:
  - {user: "*", agent: Hello}
  - {user: "*", agent: Hello, fault: {mergePatch: {executionId: another}}}
  - {user: "*", agent: Hello}
"""


@pytest.mark.clients
def test_locust_reports_another_session(tmp_path: Path) -> None:
    (tmp_path / "dialogue.yaml").write_text(ANOTHER_SESSION)
    with mock("--dialogues", str(tmp_path / "dialogue.yaml")) as program:
        done = run_locust(tmp_path, program.url)
    assert done.returncode == 1, done.stdout
    assert "the response is of another session" in done.stdout
