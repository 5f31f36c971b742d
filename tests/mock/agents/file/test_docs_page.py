import json
import re
import subprocess
import sys
from pathlib import Path

from leadway_mock.agents.file.loader import schema_text
from tests.mock.agents.agent_inputs import agent_input
from tests.mock.agents.file.agents_files import complaints, loaded

PAGE = Path(__file__).parents[4] / "docs" / "agents-file.md"


def test_the_example_of_the_page_responds_as_described(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert example
    registry = loaded(tmp_path, example[1])
    desk = registry.by_id["frontdesk000000000000000"]

    met = desk.respond(agent_input(message="Hi, MY NAME IS Ada"))
    asked = desk.respond(agent_input(turn=2, message="Who am I?", state=met.state))
    ended = desk.respond(agent_input(turn=3, message="Bye", state=asked.state))
    lost = desk.respond(agent_input(turn=4, message="Hm", state=ended.state))

    assert met.response == "Nice to meet you, Ada."
    assert asked.response == "You are Ada, and this is message 2."
    assert (ended.response, ended.goal_completion) == ("Goodbye, Ada!", True)
    assert lost.response == 'I did not get "Hm".'
    assert not registry.any_token


def test_the_problems_on_the_page_match_the_output(tmp_path: Path) -> None:
    quoted = re.search(r"```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    text = r"""
agents:
  - id: 12
    name: Front desk
    replies:
      - when: /my name is (?P<name>\w+)/
        response: Nice to meet you, {{nam}}.
"""
    assert quoted
    said = complaints(tmp_path, text.lstrip())
    assert [f"agents.yaml:{line}" for line in said] == quoted[1].splitlines()


def test_the_command_on_the_page_writes_the_schema() -> None:
    command = re.search(r'python -c "(.*)" > agents', PAGE.read_text("utf-8"))
    assert command

    written = subprocess.run([sys.executable, "-c", command[1]], capture_output=True, check=True)

    assert json.loads(written.stdout)["$id"] == "urn:leadway:agents-file:1"


def test_the_page_names_every_property_of_the_schema() -> None:
    page = PAGE.read_text("utf-8")
    schema = json.loads(schema_text())

    for definition in schema["$defs"].values():
        for name in definition["properties"]:
            assert f"`{name}`" in page
