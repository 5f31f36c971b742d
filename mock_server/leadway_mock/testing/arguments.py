"""Arguments of the public methods: checks whose errors name the argument, and fields of a fault."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from leadway_mock.documents.problems import Problem
from leadway_mock.faults import Fault, FaultError, read_latency
from leadway_mock.faults.model import FIELDS
from leadway_mock.faults.problems import quote_value
from leadway_mock.util.names import MAX_COMPARED_CHARS, suggest

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_RENAMED: Final = "|".join(name for name, field in FIELDS.items() if name != field)
_JSON_NAME: Final = re.compile(rf"\b(?:{_RENAMED})\b")


class ArgumentError(TypeError, ValueError):
    """An argument that cannot be used: the text names it, and says what is expected."""


def checks_arguments(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Raise `ArgumentError` for unknown, missing or too many arguments of `method`.

    Every `ValueError` loses its traceback: its message says what is wrong with the arguments, and
    pytest shows the line of the test. Other errors are bugs of the mock and keep it.
    """
    signature = inspect.signature(method)

    @wraps(method)
    def call(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> Result:
        __tracebackhide__ = True
        try:
            signature.bind(*arguments, **keywords)
        except TypeError:
            raise ArgumentError(_describe(method, signature, arguments, keywords)) from None
        try:
            return method(*arguments, **keywords)
        except ValueError as error:
            raise error.with_traceback(None) from None

    return call


def check_type(name: str, value: object, kinds: Any, expected: str) -> None:  # noqa: ANN401 - as for `isinstance`
    """Raise `ArgumentError` if `value` is of none of these types; a bool is no number."""
    is_bool = isinstance(value, bool) and kinds is not bool
    if is_bool or not isinstance(value, kinds):
        raise ArgumentError(f"{name} must be {expected}, not {quote_value(value)}.")


def check_number(
    name: str, value: float, expected: str, *, minimum: int = 0, is_whole: bool = True
) -> None:
    """Raise `ArgumentError` if `value` is no finite number, at least `minimum`."""
    check_type(name, value, int if is_whole else int | float, expected)
    if not minimum <= value < math.inf:
        raise ArgumentError(f"{name} must be {expected}, not {quote_value(value)}.")


def check_names(names: Iterable[str], known: Iterable[str], what: str) -> None:
    """Raise `ArgumentError` for the first name that is not known; `what` begins the message."""
    known = list(known)
    for name in names:
        if name not in known:
            short = name[:MAX_COMPARED_CHARS]
            raise ArgumentError(f"{what} '{short}'; {suggest(name, known)}")


def fault_of_fields(fields: Mapping[str, Any]) -> Fault:
    """Return the fault that has these fields, with `latency` in any form.

    Raises `FaultError`, and `ArgumentError` for a name that is no field.
    """
    check_names(fields, FIELDS.values(), "fault() has no argument")
    try:
        latency = fields.get("latency")
        read = None if latency is None else read_latency(latency)
    except FaultError as error:
        raise FaultError(each.under("latency") for each in error.problems) from None
    return Fault(**{**fields, "latency": read})


@contextmanager
def python_names() -> Iterator[None]:
    """Raise each `FaultError` with the names of Python."""
    try:
        yield
    except FaultError as error:
        raise FaultError(map(_in_python, error.problems)) from None


def _in_python(problem: Problem) -> Problem:
    def spell(text: str) -> str:
        return _JSON_NAME.sub(lambda found: FIELDS[found[0]], text)

    location = spell(str(problem.location))
    return Problem(location, spell(problem.message), spell(problem.hint))


def _describe(
    method: Callable[..., object],
    signature: inspect.Signature,
    arguments: Sequence[object],
    keywords: Mapping[str, object],
) -> str:
    owner, _, name = method.__qualname__.rpartition(".")
    title = owner if name == "__init__" else name
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    named = [each for each in [*signature.parameters.values()][1:] if each.kind in kinds]
    names = [each.name for each in named]
    takes_others = any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
    unknown = next((each for each in keywords if each not in names and not takes_others), None)
    if unknown is not None:
        short = unknown[:MAX_COMPARED_CHARS]
        return f"{title}() has no argument '{short}'; {suggest(short, names)}"
    given = {*keywords, *names[: len(arguments) - 1]}
    for each in named:
        if each.default is each.empty and each.name not in given:
            return f"{title}() needs the argument {each.name}: write {title}({each.name}=…)."
    hint = (
        f"write {names[0]}=…" if names else "write name=value" if takes_others else "leave it out"
    )
    return f"{title}() has an argument without a name too many; {hint}."
