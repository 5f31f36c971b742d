"""Agents files are plain data: tags create no objects, aliases do not expand without limit."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadway_mock.agents.file.loader import AgentsFileError, load_agents

FRAME = """\
agents:
  - id: anagent00000000000000000
    name: {}
"""

BOMBS = {
    "a billion laughs": "a0: &a0 lol\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 11)),
    "many quadratic laughs": "a: &a [" + "x, " * 50_000 + "x]\nb: [" + "*a, " * 50_000 + "*a]\n",
    "an alias of itself": "agents: &a [*a]\n",
    "deep brackets": "agents: " + "[" * 100_000,
    "deep braces": "agents: " + "{a: " * 100_000,
    "deep indents": "".join(" " * depth + "-\n" for depth in range(1_000)),
    "a long key": "agents:\n  - ? " + "x" * 900_000 + "\n",
    "many keys": "agents:\n" + "".join(f"  k{n}: 1\n" for n in range(60_000)),
    "many documents": "---\n" * 200_000,
    "many anchors": "".join(f"a{n}: &a{n} 1\n" for n in range(50_000)),
    "a large file": "#" * 2_000_000,
    "a large number": FRAME.format("9" * 900_000),
    "merges": "base: &b {id: x}\nagents:\n  - {<<: *b, name: y}\n",
    "a bad pattern": FRAME.format("x")
    + "    replies:\n      - when: /"
    + "(" * 10_000
    + "/\n        response: x\n",
}

TAGS = [
    "!!python/object/apply:os.system ['touch {}']",
    "!!python/object/new:os.system ['touch {}']",
    "!!python/object/apply:subprocess.check_output [['touch', '{}']]",
    "!!python/object/apply:builtins.open ['{}', 'w']",
    "!!python/name:os.system",
    "!!python/module:os",
    "!!python/tuple [a, b]",
    "!!binary aGVsbG8=",
    "!!timestamp 2026-11-22",
    "!<tag:yaml.org,2002:python/object/apply:os.system> ['touch {}']",
    "!include /etc/passwd",
    "!ENV HOME",
]


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_rejected_quickly_with_a_short_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    path.write_text(BOMBS[name])
    began = time.thread_time()
    with pytest.raises(AgentsFileError) as rejected:
        load_agents(path)
    assert time.thread_time() - began < 20
    assert len(str(rejected.value)) < 300_000
    assert re.match(r".*agents\.yaml:\d+:\d+: ", str(rejected.value))


@pytest.mark.parametrize("tag", TAGS, ids=range(len(TAGS)))
def test_no_tag_creates_an_object(tag: str, tmp_path: Path) -> None:
    path, touched = tmp_path / "agents.yaml", tmp_path / "touched"
    path.write_text(FRAME.format(tag.format(touched)))
    with pytest.raises(AgentsFileError):
        load_agents(path)
    assert not touched.exists()


def test_the_command_reports_a_bomb_like_any_other_error(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(BOMBS["a billion laughs"])
    done = subprocess.run(
        [sys.executable, "-m", "leadway", "mock", "--port", "0", "--agents-file", "agents.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "agents.yaml:" in done.stderr
    assert "Traceback" not in done.stderr
