"""Valid agent ids: any text that fits in one segment of a URL path and is visible.

Clients end a path at `?` and `#`, resolve `.` and `..`, and reject invisible characters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

AGENT_ID: Final = r"^(?!\.{1,2}(?![\s\S]))[^\s/?#\u0000-\u001f\u007f-\u009f]+(?![\s\S])"
"""Pattern of an id in the schemas of agents and dialogue files."""

AGENT_ID_HINT: Final = (
    "use no spaces, none of / ? #, no invisible characters, and neither . nor .. alone"
)

_ID: Final = re.compile(AGENT_ID)


def is_agent_id(text: str) -> bool:
    """Return whether `text` is a valid agent id."""
    return bool(_ID.search(text)) and not invisible_character(text)


def invisible_character(text: str) -> str:
    """Return the first invisible character, such as `U+200B`, that `AGENT_ID` allows; else "".

    `AGENT_ID` excludes blanks and control characters.
    """
    found = (each for each in text if unicodedata.category(each) in {"Cf", "Cn", "Co", "Cs"})
    return next((f"U+{ord(each):04X}" for each in found), "")
