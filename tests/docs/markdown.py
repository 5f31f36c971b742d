"""Parser of Markdown pages: code blocks, headings, links and inline code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_FILE = re.compile(r"^`([\w./-]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block and its language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file of the repository."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path | str) -> Page:
        """Return the page at a path of the repository."""
        return cls(ROOT / path, (ROOT / path).read_text("utf-8"))

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def prose(self) -> str:
        """The page without its code blocks."""
        return _BLOCK.sub("", self.text)

    @property
    def blocks(self) -> list[Block]:
        return [Block(*found) for found in _BLOCK.findall(self.text)]

    @property
    def files(self) -> dict[str, str]:
        """Files of the reader: code blocks below a line that is a file name."""
        return dict(_FILE.findall(self.text))

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Each heading's level and text, in order."""
        return [(len(marks), text) for marks, text in _HEADING.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """Anchors of the headings, as GitHub generates them."""
        return {_anchor(text) for _, text in self.headings}

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @property
    def code(self) -> list[str]:
        """All code: inline, and each block."""
        return [*_INLINE.findall(self.prose), *(block.text for block in self.blocks)]

    def block(self, language: str, part: str = "") -> str:
        """Return the only block of `language` that contains `part`."""
        found = [each.text for each in self.blocks if each.language == language]
        (only,) = [text for text in found if part in text]
        return only


def pages() -> list[Page]:
    """Return every page, written or generated."""
    paths = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
    return [Page.read(path) for path in sorted(paths)]


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
