"""Markdown pages: code blocks, headings, anchors, links and inline code."""

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
    """A fenced block of code and the language it names."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file of the repository."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path | str) -> Page:
        """Read a page by its path in the repository."""
        return cls(ROOT / path, (ROOT / path).read_text("utf-8"))

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def prose(self) -> str:
        """The page without its blocks of code."""
        return _BLOCK.sub("", self.text)

    @property
    def blocks(self) -> list[Block]:
        return [Block(*found) for found in _BLOCK.findall(self.text)]

    @property
    def files(self) -> dict[str, str]:
        """Files that the reader saves: blocks below a line that is only a file name."""
        return dict(_FILE.findall(self.text))

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Each heading's level and text, in order."""
        return [(len(marks), text) for marks, text in _HEADING.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """The anchors of the headings, as GitHub generates them."""
        return {anchor_of(text) for _, text in self.headings}

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @property
    def code(self) -> list[str]:
        """Every piece of code: inline, and each block."""
        return [*_INLINE.findall(self.prose), *(block.text for block in self.blocks)]

    def blocks_in(self, language: str) -> list[Block]:
        """Return the blocks of a language, in order."""
        return [block for block in self.blocks if block.language == language]

    def block(self, language: str, part: str = "") -> str:
        """Return the only block of a language that contains `part`."""
        (text,) = [block.text for block in self.blocks_in(language) if part in block.text]
        return text


def pages() -> list[Page]:
    """Return every page in the root and in docs/."""
    paths = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
    return [Page.read(path) for path in sorted(paths)]


def anchor_of(heading: str) -> str:
    """Return the anchor that GitHub generates for a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
