import json
import re
from pathlib import Path

from leadway_mock.agents.file.loader import schema_text
from tests.mock.agents.agent_inputs import agent_input
from tests.mock.agents.file.agents_files import loaded

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


def test_the_page_links_the_schema_that_its_example_names() -> None:
    link = re.search(r"\]\((\S+/(agents\.schema\.json))\)", PAGE.read_text("utf-8"))
    assert link

    assert (PAGE.parent / link[1]).read_text("utf-8") == schema_text()
    assert f"```yaml\n# yaml-language-server: $schema={link[2]}\n" in PAGE.read_text("utf-8")


def test_the_page_names_every_property_of_the_schema() -> None:
    page = PAGE.read_text("utf-8")
    schema = json.loads(schema_text())

    for definition in schema["$defs"].values():
        for name in definition["properties"]:
            assert f"`{name}`" in page
