"""The command `leadway`, with any installed sub-commands."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, version

import pytest

from leadway_command import dispatch
from leadway_mock.cli.main import COMMANDS


def test_without_a_command_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    words = "chat,doctor,drift,execute,load,mcp,mock,record,report,verify"
    assert f"usage: leadway {{{words}}} [ARGUMENT ...]" in captured.err
    for name in ("chat", "doctor", "execute", "mock"):
        assert re.search(rf"^  {name} +\w+", captured.err, re.MULTILINE)


@pytest.mark.parametrize("flag", ["--help", "-h", "help"])
def test_help_exits_with_0(capsys: pytest.CaptureFixture[str], flag: str) -> None:
    assert dispatch.main([flag]) == 0
    assert "usage: leadway {chat" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main(["--version"]) == 0
    assert capsys.readouterr().out == f"leadway {version('leadway')}\n"


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main(["fly", "--high"]) == 2
    assert "unknown command 'fly'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "meant"),
    [("mok", "mock"), ("moc", "mock"), ("Chat", "chat"), ("hepl", "help")],
)
def test_a_misspelt_command_is_corrected(
    word: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dispatch.main([word]) == 2
    printed = capsys.readouterr().err
    assert printed == f"leadway: unknown command '{word}'; did you mean `leadway {meant}`?\n"


def test_a_misspelt_option_is_corrected(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main(["--verison"]) == 2
    printed = capsys.readouterr().err
    assert printed == "leadway: unknown option '--verison'; did you mean `leadway --version`?\n"


def test_help_has_one_line_for_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    dispatch.main(["--help"])
    listed = re.findall(r"^  (\w+(?: \w+)?)  +\w.+$", capsys.readouterr().out, re.MULTILINE)
    mock = [f"mock {name}" for name in COMMANDS]
    others = ["chat", "doctor", "drift", "execute", "load", "mcp", "mock"]
    assert listed == [*others, *mock, "record", "report", "verify"]


def install(monkeypatch: pytest.MonkeyPatch, *commands: EntryPoint) -> None:
    monkeypatch.setattr(dispatch, "entry_points", lambda *, group: commands if group else ())


def test_a_command_receives_its_arguments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, EntryPoint("count", "builtins:len", dispatch.GROUP))
    assert dispatch.main(["count", "a", "b", "c"]) == 3


def raise_interrupt(_: list[str]) -> int:
    raise KeyboardInterrupt


def test_an_interrupted_command_exits_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, EntryPoint("wait", f"{__name__}:raise_interrupt", dispatch.GROUP))
    assert dispatch.main(["wait"]) == 130


def test_a_missing_package_is_reported_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(monkeypatch, EntryPoint("mock", "no_such_package.cli:main", dispatch.GROUP))
    assert dispatch.main(["mock"]) == 2
    printed = capsys.readouterr().err
    assert "leadway mock needs no_such_package, which is not installed" in printed
    assert "-m pip install '.[mock]'" in printed
    assert "'leadway[mock]'" not in printed  # The index has no package of this name.


def test_a_missing_module_of_this_project_is_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, EntryPoint("mock", "leadway_mock.nowhere:main", dispatch.GROUP))
    with pytest.raises(ModuleNotFoundError):
        dispatch.main(["mock"])


def raise_missing(_: list[str]) -> int:
    raise ModuleNotFoundError(name="flask")


@pytest.mark.parametrize("name", ["load", "mcp", "drift"])
def test_a_package_that_is_imported_later_is_reported_with_the_extra_of_the_mock(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = EntryPoint(name, f"{__name__}:raise_missing", dispatch.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: raise_missing)
    monkeypatch.setattr(EntryPoint, "module", "leadway_mock.cli.x")
    install(monkeypatch, command)
    assert dispatch.main([name]) == 2
    printed = capsys.readouterr().err
    assert f"leadway {name} needs flask, which is not installed" in printed
    assert "-m pip install '.[mock]'" in printed
