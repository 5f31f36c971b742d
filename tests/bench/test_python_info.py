"""Version and build of Python."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from bench.machine import description
from bench.python_info import is_built_with_pgo, python_version, uses_profile

PLAIN = b"GNU C11 12.2.0 -mtune=generic -g -O3 -std=c11 -fwrapv -fvisibility=hidden -fPIC"
GUIDED = PLAIN + b" -fprofile-use -fprofile-correction"
NEWER = PLAIN.replace(b"-fwrapv", b"-fno-strict-overflow")
LIBRARY = b"GNU C17 12.2.0 -mtune=generic -g -O2 -fPIC"
"""Object code of a linked library, not of Python itself."""

VERSION = f"Python {platform.python_version()}"


def set_variables(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    """Set the only variables that sysconfig has."""
    monkeypatch.setattr("sysconfig.get_config_var", values.get)


def set_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *calls: bytes, **values: object
) -> None:
    """Let Python's program be a file with these compiler calls."""
    file = tmp_path / "python"
    file.write_bytes(b"\x7fELF\0" + b"\0".join(calls) + b"\0.text\0")
    monkeypatch.setattr(sys, "executable", str(file))
    set_variables(monkeypatch, **values)


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
def test_compiler_calls_show_pgo(calls: list[bytes], *, guided: bool | None) -> None:
    assert uses_profile(b"\x7fELF\0" + b"\0".join(calls) + b"\0.text\0") is guided


def test_the_flag_of_configure_shows_pgo(monkeypatch: pytest.MonkeyPatch) -> None:
    set_variables(monkeypatch, CONFIG_ARGS="'--enable-optimizations' 'CFLAGS=-g -O2'")
    assert python_version() == f"{VERSION} (built with profile-guided optimization)"


@pytest.mark.parametrize(
    "arguments", [None, "", "'--prefix=/usr'", "'--enable-optimizations=no'", "'CC=gcc -pipe'"]
)
def test_an_unknown_build_is_described_by_its_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: str | None
) -> None:
    """Like Debian's: built with PGO but without the flag, and stripped."""
    values = {"CONFIG_ARGS": arguments, "PGO_PROF_USE_FLAG": "-fprofile-use"}
    set_program(monkeypatch, tmp_path, b"stripped", **values)
    assert python_version() == VERSION


def test_a_build_without_pgo_is_described(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_program(monkeypatch, tmp_path, PLAIN, CONFIG_ARGS="'--prefix=/usr'")
    assert python_version() == f"{VERSION} (built without profile-guided optimization)"
    assert description().startswith(f"{python_version()}, ")


def test_a_shared_library_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "libpython.so").write_bytes(GUIDED)
    place = {"INSTSONAME": "libpython.so", "LIBDIR": str(tmp_path)}
    set_program(monkeypatch, tmp_path, PLAIN, Py_ENABLE_SHARED=1, **place)
    assert is_built_with_pgo() is True
    (tmp_path / "libpython.so").unlink()
    assert is_built_with_pgo() is None


def test_this_python_is_described() -> None:
    assert python_version().startswith(VERSION)
    assert is_built_with_pgo() in {True, False, None}
