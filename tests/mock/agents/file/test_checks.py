from collections.abc import Sequence
from pathlib import Path

import pytest

from leadway_mock.agents.file.loader import SYNONYMS
from tests.mock.agents.file.agents_files import complaints, loaded, loaded_agent, one_agent


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the file must be a mapping, not empty — start it with a line `agents:`"),
        ("- a", "1:1: the file must be a mapping, not a list — start it with"),
        ("{}", "1:1: the file is empty — start it with"),
        ("agent: []", "1:1: `agent` is not known here — did you mean `agents`?"),
        ("agents:", "1:8: `agents` must be a list, not empty — write a value, or leave"),
        ("agents: {}", "1:9: `agents` must be a list, not a mapping — start each entry"),
        ("agents: [a]", "1:10: an entry of `agents` must be a mapping, not text"),
        ("agents: [{id: a}]", "1:10: `name` is missing here — add a line `name: …`"),
        ("agents: [{id: 12, name: A}]", "1:15: `id` must be text, not a number — put it in q"),
        ("agents: [{id: a/b, name: A}]", "1:15: `id` has an invalid value — The agent's id"),
        ('agents: [{id: "a\\n", name: A}]', "1:15: `id` has an invalid value"),
        ("agents: [{id: '', name: A}]", "1:15: `id` has an invalid value"),
        ("tokens: []", "1:9: `tokens` is empty — write something, or leave the line out"),
        ("tokens: [{}]", "1:10: `token` is missing here"),
        ("tokens: [{token: a b}]", "1:18: `token` has an invalid value — The token itself"),
        ("tokens: [{token: a, locations: []}]", "1:32: `locations` is empty"),
        ("tokens: [{token: a, scopes: ['']}]", "1:30: an entry of `scopes` is empty"),
        ("a: b: c", "1:5: a `: ` in the middle of unquoted text"),
        ("a: [\x07]", "1:5: the character"),
    ],
)
def test_problems_of_a_file(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in line for line in complaints(tmp_path, text))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("name2: B", "4:5: `name2` is not known here — did you mean `name`?"),
        ("locationId: x", "4:5: `locationId` is not known here — did you mean `location`?"),
        ("zzz: x", "4:5: `zzz` is not known here — known are `id`, `name`, `description`, "),
        ("status: on", "4:13: `status` cannot be `on` — write `active`, `inactive`, `archived` or"),
        ("status: 1", "4:13: `status` cannot be `1` — write `active`"),
        ("location: true", "4:15: `location` must be text, not true or false — put it in quotes"),
        ("location: 1.5", "4:15: `location` must be text, not a fraction — put it in quotes"),
        ("location: {}", "4:15: `location` must be text, not a mapping — write plain text"),
        ("location: ''", "4:15: `location` is empty"),
        ("versions: []", "4:15: `versions` is empty"),
        ("versions: [{id: v}, {id: v}]", "4:30: `v` is already used on line 4 — give each"),
        ("versions: [{id: v, published: yes}]", "4:35: `published` must be true or false, not te"),
        ("inputVariables: [{key: x}]", "4:23: `key` is not known here — did you mean `name`?"),
        ("inputVariables: [{name: a b}]", "4:29: `name` has an invalid value — Its name: no s"),
        ("inputVariables: [{name: x}, {name: x}]", "4:40: `x` is already used on line 4"),
        ("inputVariables: [{name: x, type: date}]", "4:38: `type` cannot be `date` — write `s"),
        ("replies: []", "4:14: `replies` is empty"),
        ("replies: [{answer: x}]", "4:16: `answer` is not known here — did you mean `response`"),
        ("replies: [{goal_completion: x}]", "did you mean `goalCompletion`?"),
        ("replies: [{response: x, when: ''}]", "4:35: `when` is empty"),
        ("replies: [{response: x, when: {}}]", "4:35: `when` is empty"),
        ("replies: [{response: x, when: 1}]", "4:35: `when` must be text or a mapping, not a numb"),
        (
            "replies: [{response: x, when: {turn: 1}}]",
            "4:36: `turn` is not known here — put `turn`",
        ),
        ("replies: [{response: x, when: {equals: a, contains: b}}]", "4:35: `when` has an invalid"),
        ("replies: [{response: x, when: {contains: ''}}]", "4:46: `contains` is empty"),
        ("replies: [{response: x, turn: 0}]", "4:35: `turn` has an invalid value — The only turn"),
        ("replies: [{response: x, turn: 1.5}]", "4:35: `turn` must be a whole number, not a frac"),
        ("replies: [{response: x, turn: one}]", "4:35: `turn` must be a whole number, not text —"),
        ("replies: [{response: x, attachments: [a]}]", "an entry of `attachments` must be a mapp"),
        ("replies: [{response: x, when: /a/g}]", "4:35: `g` is not a flag of a regular expression"),
        ("replies: [{response: x, when: /(/}]", "4:35: invalid regular expression: miss"),
        ("replies: [{response: x, when: '/(?P<turn>a)/'}]", "4:35: a capture must not be named `t"),
        (
            "replies: [{response: '{{'}]",
            "4:26: a `{{` without a placeholder: `{{` — close it as in",
        ),
        ("replies: [{response: '{{nam}}'}]", "4:26: `{{nam}}` is not defined — capture it in"),
        ("replies: [{response: '{{mesage}}'}]", "is not defined — did you mean `{{message}}`?"),
        ("replies: [{response: '{{variables.x}}'}]", "declare the variable under `inputVariables`"),
        (
            "replies: [{response: x}, {response: y}]",
            "4:30: this reply is never used: the one on li",
        ),
    ],
)
def test_problems_of_an_agent(tmp_path: Path, lines: str, said: str) -> None:
    assert any(said in line for line in complaints(tmp_path, one_agent(lines)))


def test_a_synonym_is_suggested_only_where_its_property_is_valid(tmp_path: Path) -> None:
    [said] = complaints(tmp_path, "answer: x")

    assert "known are `agents` and `tokens`" in said


@pytest.mark.parametrize(("name", "meant"), [*SYNONYMS.items()])
def test_every_synonym_is_suggested(tmp_path: Path, name: str, meant: Sequence[str]) -> None:
    places = (
        f"agents: [{{id: a, name: A, {name}: x}}]",
        f"agents: [{{id: a, name: A, replies: [{{response: x, {name}: x}}]}}]",
        f"agents: [{{id: a, name: A, versions: [{{id: v, {name}: x}}]}}]",
        f"agents: [{{id: a, name: A, inputVariables: [{{name: v, {name}: x}}]}}]",
        f"tokens: [{{token: x, {name}: x}}]",
    )
    said = [line for each in places for line in complaints(tmp_path, each)]
    for each in meant:
        assert any(f"did you mean `{each}`?" in line for line in said), said


def test_ids_are_unique_in_a_file(tmp_path: Path) -> None:
    said = complaints(tmp_path, "agents:\n  - {id: a, name: A}\n  - {name: B, id: a}\n")

    assert said == ["3:19: `a` is already used on line 2 — give each its own `id`"]


def test_agents_without_an_id_are_not_reported_as_duplicates(tmp_path: Path) -> None:
    said = complaints(
        tmp_path, "agents: [{id: 1, name: A}, {id: 1, name: B}, {name: C}, {name: D}]"
    )

    assert len(said) == 4
    assert not any("taken" in line for line in said)


def test_tokens_are_unique_in_a_file(tmp_path: Path) -> None:
    [said] = complaints(tmp_path, "tokens: [{token: a}, {token: a}]")

    assert said == "1:30: this token is already used on line 1 — give each its own `token`"


def test_versions_and_variables_are_unique_in_an_agent_only(tmp_path: Path) -> None:
    shared = "versions: [{id: v}], inputVariables: [{name: x}]"

    loaded(tmp_path, f"agents:\n- {{id: a, name: A, {shared}}}\n- {{id: b, name: B, {shared}}}\n")


def test_a_magic_token_keeps_its_meaning(tmp_path: Path) -> None:
    [said] = complaints(tmp_path, "tokens: [{token: pit-00000000-0000-4000-8000-000000000401}]")

    assert said == "1:18: this is a test token, whose meaning is fixed — choose another"


def test_captures_of_any_reply_can_be_used_in_any_other(tmp_path: Path) -> None:
    loaded_agent(
        tmp_path, "replies: [{turn: 2, response: '{{n}}'}, {when: '/(?P<n>.)/', response: x}]"
    )


def test_declared_variables_can_be_used(tmp_path: Path) -> None:
    replies = "replies: [{response: '{{ variables.x-1 }}'}]"

    loaded_agent(tmp_path, f"inputVariables: [{{name: x-1}}]\n{replies}")


@pytest.mark.parametrize("capture", ["(?P<n>[)", "(?<n>.)"])
def test_an_invalid_pattern_is_one_problem(tmp_path: Path, capture: str) -> None:
    reply = f"{{when: '/{capture}/', response: '{{{{n}}}}'}}"

    said = complaints(tmp_path, one_agent(f"replies: [{reply}]"))

    assert len(said) == 1
    assert "invalid regular expression" in said[0]


def test_a_placeholder_used_twice_is_reported_once(tmp_path: Path) -> None:
    assert len(complaints(tmp_path, one_agent("replies: [{response: '{{x}} {{x}}'}]"))) == 1


@pytest.mark.parametrize(
    ("replies", "unreachable"),
    [
        (["{response: a}", "{response: b}"], [2]),
        (["{response: a}", "{response: b, turn: 1}", "{response: c, when: x}"], [2, 3]),
        (["{response: a, turn: 1}", "{response: b}"], []),
        (["{response: a, turn: 1}", "{response: b, turn: 2}", "{response: c, turn: 1}"], [3]),
        (["{response: a, turn: 1}", "{response: b, turn: 1, when: x}"], [2]),
        (["{response: a, when: x}", "{response: b, when: x}"], [2]),
        (["{response: a, when: x}", "{response: b, when: x, turn: 1}"], [2]),
        (["{response: a, when: x, turn: 1}", "{response: b, when: x}"], []),
        (["{response: a, when: {equals: x}}", "{response: b, when: {contains: x}}"], []),
        (["{response: a, when: {equals: x}}", "{response: b, when: {equals: x}}"], [2]),
        (["{response: a, when: x}", "{response: b}"], []),
    ],
)
def test_unreachable_replies_are_reported(
    tmp_path: Path, replies: list[str], unreachable: list[int]
) -> None:
    lines = "replies:\n" + "".join(f"  - {reply}\n" for reply in replies)

    if not unreachable:
        loaded_agent(tmp_path, lines)
        return
    said = complaints(tmp_path, one_agent(lines))

    assert [int(line.split(":")[0]) - 4 for line in said] == unreachable
    assert all("never used" in line for line in said)


def test_all_problems_are_reported_in_the_order_of_the_file(tmp_path: Path) -> None:
    said = complaints(
        tmp_path,
        """\
agents:
  - name: A
    status: 1
    replies:
      - when: /(/
        response: "{{a}}"
  - id: a b
    name: B
tokens:
  - token: pit-00000000-0000-4000-8000-000000000403
    scope: x
""",
    )

    assert [line.split(" ")[0] for line in said] == [
        "2:5:",
        "3:13:",
        "5:15:",
        "6:19:",
        "7:9:",
        "10:12:",
        "11:5:",
    ]


def test_two_missing_properties_are_two_problems(tmp_path: Path) -> None:
    assert complaints(tmp_path, "agents: [{}]") == [
        "1:10: `id` is missing here — add a line `id: …`",
        "1:10: `name` is missing here — add a line `name: …`",
    ]


@pytest.mark.parametrize(
    ("count", "lines", "last"),
    [
        (50, 50, "51:3: an entry of `agents` must be a mapping"),
        (51, 51, " and 1 more"),
        (5_000, 51, " and 950 more"),
    ],
)
def test_the_problems_of_another_kind_of_file_are_limited(
    tmp_path: Path, count: int, lines: int, last: str
) -> None:
    said = complaints(tmp_path, "agents:\n" + "- x\n" * count)

    assert len(said) == lines
    assert said[-1].startswith(last)
