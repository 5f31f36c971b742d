"""Checks of arguments; the errors name the argument."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

from leadway.errors import InvalidRequestError, LeadwayError, SettingsError, Violation

Subject = TypeVar("Subject", bound=Callable[..., Any])


def checks_arguments(subject: Subject) -> Subject:
    """Raise an SDK error for an unknown, missing or surplus argument of a function or class.

    Of a class, `__init__` and the public methods are checked. Constructors raise `SettingsError`,
    other functions `InvalidRequestError`.
    """
    owner: Any = subject
    if not isinstance(owner, type):
        function: Subject = _wrap(subject, InvalidRequestError)
        return function
    for name, member in list(vars(owner).items()):
        if name == "__init__":
            setattr(owner, name, _wrap(member, SettingsError))
        elif isinstance(member, classmethod) and not name.startswith("_"):
            setattr(owner, name, classmethod(_wrap(member.__func__, SettingsError)))
        elif isinstance(member, FunctionType) and not name.startswith("_"):
            setattr(owner, name, _wrap(member, InvalidRequestError))
    return subject


def _wrap(function: Any, kind: type[LeadwayError]) -> Any:  # noqa: ANN401 - any function, and the same
    # No frame of a traceback keeps the arguments, since a token may be one of them.
    @wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - those of the function
        try:
            return function(*arguments, **keywords)
        except TypeError as error:
            problem = _problem(function, error, arguments, keywords)
            if problem:
                raise kind(problem) from None
            raise
        finally:
            del arguments, keywords

    @wraps(function)
    async def call_async(*arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as above
        try:
            return await call(*arguments, **keywords)
        finally:
            del arguments, keywords

    return call_async if inspect.iscoroutinefunction(function) else call


def _problem(
    function: Callable[..., object],
    error: TypeError,
    arguments: Collection[object],
    keywords: Mapping[str, object],
) -> str:
    """Return what is wrong with the arguments; empty if the error comes from the function."""
    if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
        return ""
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    is_method = any(each.name in {"self", "cls"} for each in parameters[:1])
    named = [
        each
        for each in parameters[is_method:]
        if each.kind in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}
    ]
    names = [each.name for each in named]
    if all(each.kind is not each.VAR_KEYWORD for each in parameters):
        unknown = _unknown_name(keywords, names)
        if unknown:
            return unknown
    positional = [each.name for each in named if each.kind is each.POSITIONAL_OR_KEYWORD]
    values = len(arguments) - is_method
    for name in positional[:values]:
        if name in keywords:
            return f"Argument `{name}` is given twice."
    if values > len(positional):
        rest = f" but {', '.join(f'`{each}`' for each in positional)}" if positional else ""
        fix = f"all{rest} need theirs." if names else "it takes none."
        return f"Too many arguments without a name; {fix}"
    for each in named:
        if each.default is each.empty and each.name not in {*keywords, *positional[:values]}:
            # `version_name` is no misspelt `version_id`, and may be one of the other fields.
            others = [each for each in keywords if each not in names]
            similar = get_close_matches(each.name, others, n=1, cutoff=0.8)
            return _unknown_name(similar, [each.name]) or f"Missing argument `{each.name}`."
    return ""


def check_names(names: Iterable[str], known: Collection[str], error: type[LeadwayError]) -> None:
    """Raise `error` for the first name that is not known, with the closest known one."""
    problem = _unknown_name(names, known)
    if problem:
        raise error(problem)


def _unknown_name(names: Iterable[str], known: Collection[str]) -> str:
    """Return what is wrong with the first name that is not known; empty if all are."""
    name = next((each for each in names if each not in known), None)
    if name is None:
        return ""
    close = get_close_matches(name[:80].lower(), known, n=1)
    fix = f"known are {', '.join(known)}." if known else "leave it out."
    return f"Unknown argument `{name}`; {f'did you mean `{close[0]}`?' if close else fix}"


def check_type(
    name: str,
    value: object,
    kind: Any,  # noqa: ANN401 - a type, or several as for `isinstance`
    expected: str,
    error: type[LeadwayError],
) -> Any:  # noqa: ANN401 - the type is checked here
    """Return `value`; raise `error` if it is not a `kind`."""
    if not isinstance(value, kind):
        raise error(f"`{name}` must be {expected}, not {value!r}.")
    return value


# The module of the errors cannot import this one.
for _kind in (LeadwayError, Violation):
    checks_arguments(_kind)
