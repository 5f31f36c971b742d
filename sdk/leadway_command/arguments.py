"""Parser of command-line arguments whose errors suggest what may be meant."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final, NoReturn

MAX_COMPARED_CHARS: Final = 80

_CHOICE: Final = re.compile(r"invalid choice: '([^']*)' \(choose from (.+)\)")


class CommandParser(argparse.ArgumentParser):
    """Parser that says "did you mean" for an unknown flag or choice.

    Args:
        word_hint: hint about words that no argument takes.
        options: arguments of `argparse.ArgumentParser`.
    """

    def __init__(self, *, word_hint: str = "", **options: Any) -> None:  # noqa: ANN401 - argparse's
        super().__init__(**options)
        self._word_hint = word_hint

    def error(self, message: str) -> NoReturn:
        """Print usage and error, and exit with code 2."""
        _, unknown, words = message.partition("unrecognized arguments: ")
        word = words.split(" ")[0].partition("=")[0]
        choice = _CHOICE.search(message)
        if choice:
            message += did_you_mean(choice[1], re.findall(r"[\w-]+", choice[2]))
        elif unknown and word.startswith("-"):
            message += did_you_mean(word, self._option_string_actions)
        elif unknown and self._word_hint:
            message += f"; {self._word_hint}"
        super().error(
            "".join(each if each.isprintable() else ascii(each)[1:-1] for each in message)
        )


def did_you_mean(word: str, known: Iterable[str], program: str = "") -> str:
    """Return "; did you mean `…`?" if a known word is similar, or else an empty text.

    `program` and a space precede the word in the suggestion.
    """
    words = [*known]
    close = get_close_matches(word[:MAX_COMPARED_CHARS], words, n=1)
    if not close and re.fullmatch("-[a-z]", word):
        close = [each for each in words if each.startswith(f"-{word}")]  # -p for --port
    return f"; did you mean `{program}{close[0]}`?" if close else ""
