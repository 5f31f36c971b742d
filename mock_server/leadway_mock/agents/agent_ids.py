"""What can be an agent's id: whatever can be one part of the path of a URL, and be read.

Clients end a path at `?` and `#`, take a dot or two for a folder, and refuse what nobody can see.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

AGENT_ID: Final = r"^(?!\.{1,2}(?![\s\S]))[^\s/?#\u0000-\u001f\u007f-\u009f]+(?![\s\S])"
"""What the schemas of both files ask of an id, so that editors know it, too."""

HINT: Final = "an id has no spaces, none of / ? #, and no invisible characters; nor is it . or .."

_ID: Final = re.compile(AGENT_ID)


def is_agent_id(text: str) -> bool:
    """Tell whether an agent can be called by this id."""
    return bool(_ID.search(text)) and not unseen(text)


def unseen(text: str) -> str:
    """Return what is invisible in an id, such as `U+200B`, and no schema knows of; else nothing.

    Blanks and control characters are not among it: `AGENT_ID` has them.
    """
    found = (each for each in text if unicodedata.category(each) in {"Cf", "Cn", "Co", "Cs"})
    return next((f"U+{ord(each):04X}" for each in found), "")
