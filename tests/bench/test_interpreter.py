"""What the bench says of the Python that it measured with."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from bench.interpreter import compiled_by_profile, guided_by_profile, python
from bench.machine import description

PLAIN = b"GNU C11 12.2.0 -mtune=generic -g -O3 -std=c11 -fwrapv -fvisibility=hidden -fPIC"
GUIDED = PLAIN + b" -fprofile-use -fprofile-correction"
NEWER = PLAIN.replace(b"-fwrapv", b"-fno-strict-overflow")
LIBRARY = b"GNU C17 12.2.0 -mtune=generic -g -O2 -fPIC"
"""What is no part of Python, and was linked to it."""

VERSION = f"Python {platform.python_version()}"


def variables(monkeypatch: pytest.MonkeyPatch, **told: object) -> None:
    """Let Python remember this of its build, and nothing else."""
    monkeypatch.setattr("sysconfig.get_config_var", told.get)


def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *calls: bytes, **told: object) -> None:
    """Let Python be in a file with these words of its compiler."""
    file = tmp_path / "python"
    file.write_bytes(b"\x7fELF\0" + b"\0".join(calls) + b"\0.text\0")
    monkeypatch.setattr(sys, "executable", str(file))
    variables(monkeypatch, **told)


@pytest.mark.parametrize(
    ("calls", "guided"),
    [
        ([PLAIN], False),
        ([NEWER], False),
        ([LIBRARY, PLAIN], False),
        ([PLAIN, GUIDED], True),
        ([LIBRARY + b" -fprofile-use", PLAIN], False),
        ([LIBRARY], None),
        ([b"clang version 17.0.6"], None),
        ([], None),
    ],
)
def test_the_compiler_tells_whether_it_was_guided(
    calls: list[bytes], *, guided: bool | None
) -> None:
    assert compiled_by_profile(b"\x7fELF\0" + b"\0".join(calls) + b"\0.text\0") is guided


def test_what_was_asked_of_configure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    variables(monkeypatch, CONFIG_ARGS="'--enable-optimizations' 'CFLAGS=-g -O2'")
    assert python() == f"{VERSION} (built with profile-guided optimization)"


@pytest.mark.parametrize(
    "arguments", [None, "", "'--prefix=/usr'", "'--enable-optimizations=no'", "'CC=gcc -pipe'"]
)
def test_a_build_that_tells_nothing_is_told_by_its_version_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: str | None
) -> None:
    """As Debian's: made by a profile, without the flag, and stripped."""
    told = {"CONFIG_ARGS": arguments, "PGO_PROF_USE_FLAG": "-fprofile-use"}
    program(monkeypatch, tmp_path, b"stripped", **told)
    assert python() == VERSION


def test_a_build_without_a_profile_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(monkeypatch, tmp_path, PLAIN, CONFIG_ARGS="'--prefix=/usr'")
    assert python() == f"{VERSION} (built without profile-guided optimization)"
    assert description().startswith(f"{python()}, ")


def test_a_shared_library_is_what_python_was_compiled_into(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "libpython.so").write_bytes(GUIDED)
    place = {"INSTSONAME": "libpython.so", "LIBDIR": str(tmp_path)}
    program(monkeypatch, tmp_path, PLAIN, Py_ENABLE_SHARED=1, **place)
    assert guided_by_profile() is True
    (tmp_path / "libpython.so").unlink()
    assert guided_by_profile() is None


def test_the_python_that_runs_this_is_described() -> None:
    assert python().startswith(VERSION)
    assert guided_by_profile() in {True, False, None}
