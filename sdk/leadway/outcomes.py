"""What may come of sending: an answer, whatever it says, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadway.errors import LeadwayError


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came: its secrets struck out, its cookies gone, its content unjudged."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name, in lower case."""

    path: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer that could be judged: the error it means, and why."""

    error: type[LeadwayError]
    reason: str
    retry_safe: bool = False
    """Whether the message was surely not heard."""

    path: str = ""
    seconds: float = 0.0


Outcome = Answer | Failure
