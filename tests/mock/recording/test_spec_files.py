"""What cannot be compared is said, and never taken for no difference."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.recording import spec_files
from leadway_mock.recording.spec_files import SpecError, read_operations

OPERATION = {"responses": {"200": {"description": "OK"}}}


def written(folder: Path, content: Any, name: str = "spec.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("<!DOCTYPE html><html></html>", "is HTML"),
        ("{", "is neither JSON nor YAML"),
        ("a: [", "is neither JSON nor YAML"),
        ("[]", "its top level is no object"),
        ("text", "its top level is no object"),
        ({}, "there is no `paths`"),
        ({"paths": []}, "there is no `paths`"),
        ({"paths": {}}, "there is no operation"),
        ({"paths": {"/a": {}}}, "there is no operation"),
        ({"paths": {"/a": []}}, "`paths` has no object at /a"),
        ({"paths": {"/a": {"get": {"$ref": "#/nowhere"}}}}, "#/nowhere leads nowhere"),
        ({"paths": {"/a": {"get": {"$ref": "none.json#/a"}}}}, "none.json: cannot be read"),
        ({"paths": {"/a": {"get": {"$ref": "/etc/passwd#/a"}}}}, "/etc/passwd is neither"),
        (
            {"paths": {"/a": {"get": {"$ref": "https://a/b.json#/a"}}}},
            "https://a/b.json is neither",
        ),
    ],
)
def test_what_is_no_specification_is_named(tmp_path: Path, content: Any, reason: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(SpecError, match=reason) as caught:
        read_operations(path)
    assert str(tmp_path) in str(caught.value)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "absent.json", tmp_path, tmp_path / "fifo"):
        with pytest.raises(SpecError, match="cannot be read"):
            read_operations(path)


def test_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, {"paths": {"/a": {"get": OPERATION}}})
    monkeypatch.setattr(spec_files, "MAX_BYTES", 10)
    with pytest.raises(SpecError, match="larger than 10 bytes"):
        read_operations(path)


def test_aliases_do_not_grow_without_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec_files, "MAX_NODES", 10_000)
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [
        f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]" for number in range(1, 8)
    ]
    path = written(tmp_path, "\n".join([*levels, "paths: {/a: {get: {x: *a7}}}"]), "spec.yaml")
    with pytest.raises(SpecError, match="larger than 10000 values"):
        read_operations(path)


def test_references_lead_to_other_files_and_may_repeat_themselves(tmp_path: Path) -> None:
    written(
        tmp_path,
        {"schemas": {"a/b": {"properties": {"self": {"$ref": "#/schemas/a~1b"}}}}},
        "common.json",
    )
    get = {"responses": {"200": {"$ref": "../x/common.json#/schemas/a~1b", "summary": "S"}}}
    path = written(tmp_path, {"paths": {"/a": {"parameters": [1], "get": get}}})
    (operation,) = read_operations(path).values()
    assert operation["responses"]["200"] == {
        "properties": {"self": {"$ref": "#/schemas/a~1b"}},
        "summary": "S",
    }
    assert operation["parameters"] == [1]
