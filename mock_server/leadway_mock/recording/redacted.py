"""Redaction as a type: only `Redacted` values can be written to a file.

`Redacted` and `RedactedJson` redact what they are created from, and no function here takes anything
else. So a type checker finds a value that was not redacted, and at run time it raises `TypeError`.
The same redaction applies whenever a value is created: when a file is saved, when it is loaded, and
when a request is compared with it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self, final

from leadway_mock.documents.problems import DocumentError
from leadway_mock.documents.yaml_document import dump, load
from leadway_mock.recording.private_data import (
    MARKS,
    NOTHING_KNOWN,
    KnownValues,
    mark_of,
    redact_number,
    redact_private,
)
from leadway_mock.util.files import read_regular_file
from leadway_mock.util.printable_text import escape_controls

MAX_FILE_BYTES: Final = 64 * 1_048_576


class RecordingError(Exception):
    """A recording cannot be read or written; the text says which file, why, and what to do."""


@final
class Redacted(str):
    """Text without credentials and personal data, whatever it is created from.

    Operations on it, such as `+` and `format`, return a plain `str`, which must be redacted again.
    """

    __slots__ = ()

    def __new__(cls, text: str, known: KnownValues = NOTHING_KNOWN) -> Self:
        """Return the redacted text; `known` are values that are known to be private."""
        return super().__new__(cls, redact_private(text, known))


@final
class RedactedJson:
    """JSON value without credentials and personal data. Immutable.

    Tuples become lists; parts that are `RedactedJson` stay as they are. Raises `TypeError` or
    `ValueError` for a value that is no JSON.
    """

    __slots__ = ("_text",)

    def __init__(self, value: object, known: KnownValues = NOTHING_KNOWN) -> None:
        content = _redact_value(value, known)
        self._text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @property
    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """A copy of the value. A changed copy must be redacted again before it is written."""
        return json.loads(self._text)

    @property
    def text(self) -> str:
        """The value as compact JSON."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RedactedJson) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"RedactedJson({self._text})"


def _redact_value(
    value: object, known: KnownValues = NOTHING_KNOWN, parents: tuple[str, ...] = ()
) -> object:
    """Return a copy of a JSON value with all that is private replaced, names included.

    `parents` are the names of the objects around it, outermost first.
    """
    if isinstance(value, RedactedJson):
        return value.value
    if isinstance(value, str):
        return redact_private(value, known)
    if isinstance(value, Mapping):
        return {
            redact_private(str(name), known): _replace_all(each, mark)
            if (mark := mark_of(str(name), parents))
            else _redact_value(each, known, (*parents, str(name)))
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redact_value(each, known, parents) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return redact_number(value)
    return value


def _replace_all(value: object, mark: str) -> object:
    """Return a JSON value with all its texts and numbers replaced; empty ones stay."""
    if isinstance(value, Mapping):
        return {redact_private(str(name)): _replace_all(each, mark) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replace_all(each, mark) for each in value]
    return value if value is None or isinstance(value, bool) or value in ("", *MARKS) else mark


def write_json(path: Path, content: RedactedJson) -> None:
    """Write a JSON file, indented, and replace the former one at once.

    Raises `TypeError` for content that is not redacted, `RecordingError` if it cannot be written.
    """
    _check(content, RedactedJson)
    text = json.dumps(content.value, ensure_ascii=False, indent=2)
    _replace_file(path, f"{text}\n")


def write_yaml(path: Path, content: RedactedJson, comments: Sequence[Redacted] = ()) -> None:
    """Write a YAML file with comment lines at its beginning; otherwise as `write_json`."""
    _replace_file(path, yaml_text(content, comments))


def yaml_text(content: RedactedJson, comments: Sequence[Redacted] = ()) -> str:
    """Return the text that `write_yaml` writes; raises `TypeError`."""
    _check(content, RedactedJson)
    for comment in comments:
        _check(comment, Redacted)
    lines = [f"# {escape_controls(line)}" for comment in comments for line in comment.splitlines()]
    return "".join(f"{line}\n" for line in lines) + dump(content.value)


def read_recording(path: Path, known: KnownValues = NOTHING_KNOWN) -> RedactedJson:
    """Return the content of a JSON or YAML file, redacted again: a user may have edited it.

    Raises `RecordingError`.
    """
    try:
        source = read_regular_file(path, MAX_FILE_BYTES + 1)
        if len(source) > MAX_FILE_BYTES:
            raise RecordingError(f"{path}: is larger than {MAX_FILE_BYTES} bytes.")
        text = source.decode()
        value = load(text).value if path.suffix in {".yaml", ".yml"} else json.loads(text)
        return RedactedJson(value, known)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}.") from None
    except DocumentError as error:
        raise RecordingError(f"{path}: is no YAML: {error.problem.message}.") from None
    except (TypeError, ValueError, RecursionError):  # Their texts may quote the file.
        raise RecordingError(f"{path}: is no valid JSON in UTF-8.") from None


def _check(value: object, kind: type) -> None:
    if type(value) is not kind:
        raise TypeError(f"only a {kind.__name__} can be written, not a {type(value).__name__}")


def _replace_file(path: Path, text: str) -> None:
    """Write a file beside `path` and rename it, so that there is never half a file at `path`.

    The file is for its owner alone. A killed process may leave the other file, which has a name
    that begins with a dot, and redacted content.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=".tmp", dir=path.parent
        )
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        with suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        raise RecordingError(
            f"{path}: cannot be written: {error.strerror or error}. Choose another file."
        ) from None
