"""Reading of files that may be something else: a FIFO, a device, a folder or a socket."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path

_KINDS: Mapping[int, str] = {
    stat.S_IFIFO: "a FIFO (named pipe)",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFSOCK: "a socket",
}


def check_regular_file(path: str | Path, *, missing_ok: bool = False) -> None:
    """Raise `OSError` if `path` is no regular file; opening one of another kind may block."""
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        if missing_ok:
            return
        raise
    if not stat.S_ISREG(mode):
        what = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"it is {what}, not a regular file", str(path))


def read_regular_file(path: str | Path, limit: int = -1) -> bytes:
    """Return up to `limit` bytes of a file; raises `OSError` or `ValueError`."""
    check_regular_file(path)
    # A FIFO may have taken its place by now.
    with open(path, "rb", opener=_open_without_blocking) as file:
        return file.read(limit)


def _open_without_blocking(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
