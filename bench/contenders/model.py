"""What the bench has to know of a contender."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a contender is in the comparison."""

    OURS = "ours"
    PEER = "peer"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class Contender:
    """One server as it is started.

    `name` is for the command line, `title` for readers. `command` gives the arguments that make it
    listen on a port of the loopback; `missing` tells why it cannot run here, and is empty where it
    can. `numbers_turns` tells whether its answers begin with the number of their turn.
    """

    name: str
    title: str
    kind: Kind
    command: Callable[[int], list[str]]
    missing: Callable[[], str]
    numbers_turns: bool = False
