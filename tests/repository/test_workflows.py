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


EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}|^\s*(?:- )?if: (.+)$", re.MULTILINE)
NAME = re.compile(r"'[^']*'|([A-Za-z_][\w.-]*)\b(?!\()")
CONTEXTS = {"env", "github", "inputs", "matrix", "needs", "runner", "secrets", "steps"}
WORDS = {"true", "false", "null"}
RUNNERS = {"ubuntu-24.04", "windows-2025", "macos-15"}
"""Those of the documentation of GitHub that we use."""


def read(name: str) -> Any:
    # YAML 1.1 takes the key `on` for a boolean.
    return yaml.load((ROOT / ".github" / "workflows" / name).read_text(), yaml.BaseLoader)  # noqa: S506 - it makes nothing but texts


def names_in(part: Any) -> list[str]:
    """Return the names in all expressions of a part of a workflow."""
    text = yaml.safe_dump(part, width=10_000)
    assert text.count("${{") == len(re.findall(r"\$\{\{[^{}]*\}\}", text)), text
    expressions = [found[1] or found[2] for found in EXPRESSION.finditer(text)]
    names = [name for each in expressions for name in NAME.findall(each)]
    return [each for each in names if each and each not in WORDS]


def unknown_names(workflow: Any) -> list[str]:
    """Return what a workflow refers to and does not have. No schema knows these names."""
    unknown = [each for each in names_in(workflow) if each.partition(".")[0] not in CONTEXTS]
    inputs = (workflow["on"].get("workflow_dispatch") or {}).get("inputs", {})
    for job in workflow["jobs"].values():
        matrix = job.get("strategy", {}).get("matrix", {})
        known = {f"inputs.{each}" for each in inputs} | {f"matrix.{each}" for each in matrix}
        scoped = [each for each in names_in(job) if each.startswith(("matrix.", "inputs."))]
        needs = job.get("needs", [])
        needed = [needs] if isinstance(needs, str) else needs
        runners = matrix.get("os", [job["runs-on"]])
        unknown += [each for each in scoped if each not in known]
        unknown += [each for each in needed if each not in workflow["jobs"]]
        unknown += [each for each in runners if each not in RUNNERS]
    return unknown


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_what_it_refers_to(workflow: Path) -> None:
    assert unknown_names(read(workflow.name)) == []


@pytest.mark.parametrize(
    ("name", "text", "typo"),
    [
        ("ci.yml", "${{ matrix.python }}", "${{ matrix.pyton }}"),
        ("ci.yml", "${{ matrix.os }}", "${{ mtrix.os }}"),
        ("ci.yml", "${{ github.workflow }}", "${{ gitub.workflow }}"),
        ("ci.yml", "ubuntu-24.04", "ubuntu-24.40"),
        ("ci.yml", "macos-15", "macos-51"),
        ("release.yml", "needs: build", "needs: biuld"),
        ("release.yml", "if: inputs.draft", "if: inputs.drafts"),
    ],
)
def test_a_misspelt_name_is_found(name: str, text: str, typo: str) -> None:
    source = (ROOT / ".github" / "workflows" / name).read_text()
    assert text in source
    assert unknown_names(yaml.load(source.replace(text, typo), yaml.BaseLoader))  # noqa: S506 - as above


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


@pytest.mark.parametrize(("workflow", "job"), [("ci.yml", "everything"), ("release.yml", "build")])
def test_a_workflow_has_the_newest_python_for_the_newer_tests(workflow: str, job: str) -> None:
    script = (ROOT / "scripts" / "test_newer.sh").read_text()
    [newest] = re.findall(r"^newest=(\d+)$", script, re.MULTILINE)
    assert read("ci.yml")["jobs"]["everything"]["strategy"]["matrix"]["python"][-1] == f"3.{newest}"
    steps = read(workflow)["jobs"][job]["steps"]
    versions = [
        each["with"]["python-version"] for each in steps if "python" in each.get("uses", "")
    ]
    assert versions[0] == f"3.{newest}"
    assert len(versions) == 2


def test_the_sdk_is_tested_on_windows_and_macos() -> None:
    job = read("ci.yml")["jobs"]["sdk"]
    systems = job["strategy"]["matrix"]["os"]
    assert {each.partition("-")[0] for each in systems} == {"windows", "macos"}
    assert job["runs-on"] == "${{ matrix.os }}"
    assert job["steps"][-1] == {"run": "python -m pytest tests/sdk"}
    assert "if" not in job


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("Wheel and sdist", ".venv/bin/python -m build --no-isolation --outdir dist"),
        ("Image", "docker build --file Containerfile "),
        ("Image", "> dist/leadway-mock-image.tar.gz"),
        ("Node package", "npm pack ./clients/node --ignore-scripts --pack-destination dist"),
    ],
)
def test_a_release_has_each_kind_of_package(name: str, command: str) -> None:
    steps = read("release.yml")["jobs"]["build"]["steps"]
    [step] = [each for each in steps if each.get("name") == name]
    assert command in step["run"]
    assert step.get("if", "") in {"", "hashFiles('clients/node/package.json') != ''"}
    assert (ROOT / "clients" / "node" / "package.json").is_file()
    assert (ROOT / "Containerfile").is_file()
    upload = steps[-1]["with"]
    assert (upload["path"], upload["if-no-files-found"]) == ("dist", "error")


def test_only_a_person_starts_a_release() -> None:
    assert list(read("release.yml")["on"]) == ["workflow_dispatch"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_the_token_may_only_read(workflow: Path) -> None:
    text = workflow.read_text()
    assert len(PINNED.findall(text)) == text.count("uses:") > 0
    assert read(workflow.name)["permissions"] == {"contents": "read"}
    assert text.startswith("# Never run yet")
