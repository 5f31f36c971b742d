"""The check of class names and module names."""

from pathlib import Path

import check_names
import pytest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of the mock in an otherwise empty checkout."""
    folder = tmp_path / "mock_server" / "leadway_mock"
    (folder / "testing").mkdir(parents=True)
    (folder / "testing" / "__init__.py").touch()
    (folder / "journal.py").write_text("class Entry:\n    pass\n")
    return folder


def check(package: Path) -> int:
    return check_names.main([str(package.parents[1])])


def test_good_names_have_no_problems(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(package) == 0
    assert capsys.readouterr().out == "1 distributions, no problems\n"


def test_a_repeated_class_is_reported_with_all_positions(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (package / "sessions.py").write_text("class Other:\n    class Entry:\n        pass\n")
    assert check(package) == 1
    output = capsys.readouterr().out
    assert output.startswith("leadway_mock/journal.py:1: class Entry is also in ")
    assert "leadway_mock/sessions.py:2" in output


def test_two_distributions_may_have_the_same_class(package: Path) -> None:
    sdk = package.parents[1] / "sdk" / "leadway"
    sdk.mkdir(parents=True)
    (sdk / "journal.py").write_text("class Entry:\n    pass\n")
    assert check(package) == 0


@pytest.mark.parametrize("name", ["telling.py", "request_reading.py", "waiting/__init__.py"])
def test_a_gerund_is_reported(package: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    file = package / name
    file.parent.mkdir(exist_ok=True)
    file.touch()
    assert check(package) == 1
    assert f"leadway_mock/{name}:1: " in capsys.readouterr().out


@pytest.mark.parametrize("name", ["routing.py", "string.py"])
def test_terms_and_nouns_are_no_gerunds(package: Path, name: str) -> None:
    (package / name).touch()
    assert check(package) == 0
