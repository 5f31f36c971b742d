"""Rules for the workflows of GitHub Actions, which cannot run here."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def read(name: str) -> Any:
    # YAML 1.1 takes the key `on` for a boolean.
    return yaml.load((ROOT / ".github" / "workflows" / name).read_text(), yaml.BaseLoader)  # noqa: S506 - it makes nothing but texts


def test_the_versions_of_python_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    supported = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    jobs = read("ci.yml")["jobs"]
    assert jobs["everything"]["strategy"]["matrix"]["python"] == supported
    assert {*jobs["sdk"]["strategy"]["matrix"]["python"]} <= {*supported}


@pytest.mark.parametrize(("workflow", "job"), [("ci.yml", "everything"), ("release.yml", "build")])
def test_a_workflow_runs_what_ci_runs(workflow: str, job: str) -> None:
    steps = read(workflow)["jobs"][job]["steps"]
    assert ".ci/run" in [step.get("run") for step in steps]


def test_only_a_person_starts_a_release() -> None:
    assert list(read("release.yml")["on"]) == ["workflow_dispatch"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_the_token_may_only_read(workflow: Path) -> None:
    text = workflow.read_text()
    assert len(PINNED.findall(text)) == text.count("uses:") > 0
    assert read(workflow.name)["permissions"] == {"contents": "read"}
    assert text.startswith("# Never run yet")
