"""Files that repeat a conversation: a dialogue, tests for pytest and vitest, and a shell script."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import yaml

from leadway_mock.agents.replies import USUAL_FIELDS
from leadway_mock.dialogues.loading.files import parse_dialogue
from leadway_mock.dialogues.loading.transcripts import write_transcript
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.util.json_text import map_texts

NAME: Final = "conversation"
REQUEST_FIELDS: Final = ("contactId", "inputVariables", "extraVariables", "attachments")
"""Properties of a request that a repeated conversation has, too."""


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """Message and response of a turn, and the bodies of both as far as they are known."""

    message: str
    response: str
    request: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reply_fields(self) -> dict[str, Any]:
        """Fields of the response besides its text that differ from the usual ones."""
        return {
            name: self.body[name]
            for name, usual in USUAL_FIELDS.items()
            if name in self.body and self.body[name] != usual
        }

    @property
    def request_fields(self) -> dict[str, Any]:
        """Properties of the request besides message, location and session."""
        return {name: self.request[name] for name in REQUEST_FIELDS if self.request.get(name)}


@dataclass(frozen=True, slots=True)
class SavedConversation:
    """A conversation; `url` is that of the mock."""

    id: str
    agent_id: str
    location_id: str
    is_managed: bool
    turns: Sequence[SavedTurn]
    url: str


def dialogue_text(conversation: SavedConversation) -> tuple[str, str]:
    """Return a dialogue that plays the conversation, and its suffix: `txt`, or `yaml`.

    A transcript cannot have blanks around a text, or other fields of a response than the text.
    """
    turns = conversation.turns
    transcript = write_transcript((each.message, each.response) for each in turns)
    if not any(each.reply_fields for each in turns) and _repeats(transcript, turns):
        return transcript, "txt"
    content = [
        {
            "user": {"equals": each.message},
            "agent": {"response": _literal(each.response), **_literal(each.reply_fields)},
        }
        for each in turns
    ]
    text: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    return text, "yaml"


def dialogue_file(conversation: SavedConversation) -> dict[str, str]:
    """Return the conversation as a dialogue: name, text and command."""
    text, suffix = dialogue_text(conversation)
    name = f"{NAME}.{suffix}"
    return {"name": name, "text": text, "command": f"leadway mock --dialogues {name}"}


def pytest_file(conversation: SavedConversation) -> dict[str, str]:
    """Return the conversation as a test for pytest, which uses the SDK: name, text and command."""
    text, _ = dialogue_text(conversation)
    has_image = any("attachments" in each.request_fields for each in conversation.turns)
    lines = [
        f'"""Conversation {conversation.id}, saved from the mock."""',
        "",
        "import pytest",
        f"from leadway import Leadway{', image' if has_image else ''}",
        "",
        "DIALOGUE = (",
        *(f"    {line!r}" for line in text.splitlines(keepends=True)),
        ")",
        "",
        "",
        "@pytest.mark.leadway_mock(dialogue=DIALOGUE)",
        "def test_conversation(leadway_mock):",
        "    with Leadway.from_env() as leadway:  # put your application here",
        f"        {_python_chat(conversation)}",
    ]
    for turn in conversation.turns:
        lines.append(f"        reply = chat.send({_python_arguments(turn)})")
        lines.append(f"        assert reply.text == {turn.response!r}")
    name = f"test_{NAME}.py"
    return {"name": name, "text": "\n".join(lines) + "\n", "command": f"pytest {name}"}


def _python_chat(conversation: SavedConversation) -> str:
    kind = "managed_agent" if conversation.is_managed else "agent"
    contacts = [each.request_fields.get("contactId") for each in conversation.turns]
    contact = next(filter(None, contacts), None)
    options = f"contact_id={contact!r}" if contact else ""
    return f"chat = leadway.{kind}({conversation.agent_id!r}).conversation({options})"


def _python_arguments(turn: SavedTurn) -> str:
    names = {"inputVariables": "input_variables", "extraVariables": "extra_variables"}
    fields = turn.request_fields
    more = [f"{names[name]}={fields[name]!r}" for name in names if name in fields]
    if "attachments" in fields:
        images = ", ".join(f"image({each['imageUrl']!r})" for each in fields["attachments"])
        more.append(f"attachments=[{images}]")
    return ", ".join([repr(turn.message), *more])


VITEST: Final = """\
// Conversation {id}, saved from the mock. It plays in a namespace of its own.
import {{ expect, test }} from "vitest";

const url = process.env.LEADWAY_BASE_URL ?? {url};
const dialogue = {dialogue};
const turns = [
{turns}
];

const headers = {{
  Authorization: `Bearer pit-${{crypto.randomUUID()}}`,
  Version: {version},
  "Content-Type": "application/json",
}};

async function call(method, path, body, more) {{
  const options = {{ method, headers: {{ ...headers, ...more }}, body: JSON.stringify(body) }};
  const response = await fetch(url + path, options);
  expect(response.status).toBe(200);
  return response.json();
}}

test("conversation", async () => {{
  await call("PUT", "/__mock/namespace");
  try {{
    await call("PUT", "/__mock/dialogues/conversation", {{ text: dialogue }});
    let session;
    for (const [request, text] of turns) {{
      // Put your application here.
      const body = {{ ...request, locationId: {location}, {field}: session }};
      const key = {{ "Idempotency-Key": crypto.randomUUID() }};
      const reply = await call("POST", {path}, body, key);
      expect(reply.{text_field}).toBe(text);
      session = reply.{field};
    }}
  }} finally {{
    await call("DELETE", "/__mock/namespace");
  }}
}});
"""


def vitest_file(conversation: SavedConversation) -> dict[str, str]:
    """Return the conversation as a test for vitest: name, text and command."""
    text, _ = dialogue_text(conversation)
    lines = (
        f"  [{_script({'message': each.message, **each.request_fields})}, "
        f"{_script(each.response)}],"
        for each in conversation.turns
    )
    name = f"{NAME}.test.mjs"
    names = _names(conversation)
    names |= {each: _script(names[each]) for each in ("url", "path", "version")}
    location, turns = _script(conversation.location_id), "\n".join(lines)
    content = VITEST.format(**names, dialogue=_script(text), location=location, turns=turns)
    return {
        "name": name,
        "text": content,
        "command": f"leadway mock exec -- npx vitest run {name}",
    }


CURL: Final = """\
#!/bin/sh
# Conversation {id}, saved from the mock. It sends the same messages to a running mock.
set -eu
url=${{LEADWAY_BASE_URL:-{url}}}
token=${{LEADWAY_TOKEN:-pit-12345678-1234-4234-8234-123456789abc}}
session=

say() {{
  reply=$(sed "s/^{{/{{${{session:+\\"{field}\\":\\"$session\\",}}/" |
    curl -sS --fail-with-body "$url{path}" \\
      -H "Authorization: Bearer $token" -H "Version: {version}" \\
      -H "Idempotency-Key: $(date +%s)-$$-$1" \\
      -H "Content-Type: application/json" --data-binary @-)
  printf '%s\\n' "$reply"
  session=$(printf '%s' "$reply" | sed -n 's/.*"{field}":"\\([^"]*\\)".*/\\1/p')
}}

"""


def curl_file(conversation: SavedConversation) -> dict[str, str]:
    """Return the conversation as a shell script: name, text and command."""
    location = {"locationId": conversation.location_id}
    lines = []
    for number, turn in enumerate(conversation.turns, start=1):
        body = {"message": turn.message, **location, **turn.request_fields}
        # JSON is one line here, which is never the last one of the document.
        lines.append(f"say {number} <<'END'\n{_script(body)}\nEND\n")
    name = f"{NAME}.sh"
    return {
        "name": name,
        "text": CURL.format(**_names(conversation)) + "".join(lines),
        "command": f"sh {name}",
    }


FILES: Final[Mapping[str, Callable[[SavedConversation], dict[str, str]]]] = {
    "dialogue": dialogue_file,
    "pytest": pytest_file,
    "vitest": vitest_file,
    "curl": curl_file,
}
"""Formats of the control API: each returns name, text and command of a file."""


def _names(conversation: SavedConversation) -> dict[str, str]:
    """Return the platform's names for the conversation, for the templates."""
    kind, version, field, text_field = "agent", "2021-07-28", "executionId", "response"
    if conversation.is_managed:
        kind, version, field, text_field = "managed-agents", "v3", "sessionId", "finalText"
    return {
        "id": conversation.id,
        "url": conversation.url,
        "path": f"/agent-studio/{kind}/{quote(conversation.agent_id)}/execute",
        "version": version,
        "field": field,
        "text_field": text_field,
    }


def _repeats(transcript: str, turns: Sequence[SavedTurn]) -> bool:
    """Return whether a transcript has exactly these texts."""
    try:
        parsed = parse_dialogue(transcript, name=NAME).turns
    except ProblemsError:
        return False
    found = [(each.user.kind, each.user.text, each.reply.text) for each in parsed]
    return found == [("equals", each.message, _literal(each.response)) for each in turns]


def _literal(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value whose texts have no placeholders."""
    return map_texts(value, lambda text: text.replace("{{", r"\{{"))


def _script(value: object) -> str:
    """Return a value as a literal of JavaScript, and as JSON on one line, in ASCII."""
    return json.dumps(value)
