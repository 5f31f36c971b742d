"""The command `leadway`, whatever sub-commands are installed."""

from __future__ import annotations

from importlib.metadata import EntryPoint, version

import pytest

from leadway_command import dispatching


def test_without_a_command_it_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatching.main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "commands: chat, doctor, execute, mock" in captured.err


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_is_no_error(capsys: pytest.CaptureFixture[str], flag: str) -> None:
    assert dispatching.main([flag]) == 0
    assert "usage: leadway COMMAND" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatching.main(["--version"]) == 0
    assert capsys.readouterr().out == f"leadway {version('leadway')}\n"


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatching.main(["fly", "--high"]) == 2
    assert "there is no command 'fly'" in capsys.readouterr().err


def installed(monkeypatch: pytest.MonkeyPatch, *commands: EntryPoint) -> None:
    monkeypatch.setattr(dispatching, "entry_points", lambda *, group: commands if group else ())


def test_a_command_gets_its_arguments_and_gives_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, EntryPoint("count", "builtins:len", dispatching.GROUP))
    assert dispatching.main(["count", "a", "b", "c"]) == 3


def interrupted(_: list[str]) -> int:
    raise KeyboardInterrupt


def test_a_command_that_is_interrupted_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch, EntryPoint("wait", f"{__name__}:interrupted", dispatching.GROUP))
    assert dispatching.main(["wait"]) == 130


def test_a_command_whose_packages_are_missing_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(monkeypatch, EntryPoint("mock", "no_such_package.cli:main", dispatching.GROUP))
    assert dispatching.main(["mock"]) == 2
    told = capsys.readouterr().err
    assert "leadway mock needs no_such_package, which is not installed" in told
    assert "pip install 'leadway[mock]'" in told


def test_a_module_of_our_own_that_is_missing_is_no_users_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch, EntryPoint("mock", "leadway_mock.nowhere:main", dispatching.GROUP))
    with pytest.raises(ModuleNotFoundError):
        dispatching.main(["mock"])
