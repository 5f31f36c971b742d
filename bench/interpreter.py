"""Which Python the figures were measured with, and how it was built where that can be told.

The same version is slower where no profile guided its compiler, as where pyenv or plain `make`
built it. What Python remembers of its Makefile does not tell: those variables are there in any
case, and packagers such as Debian's have it done in other ways than by configure's flag.
"""

from __future__ import annotations

import platform
import re
import shlex
import sys
import sysconfig
from pathlib import Path

OPTIMIZED = "--enable-optimizations"
COMPILED = re.compile(rb"GNU C\d[^\0]* -f(?:wrapv|no-strict-overflow)[^\0]*")
"""How gcc was called, as it writes into what is for debuggers; with a flag that Python adds."""

GUIDED = b" -fprofile-use"


def python() -> str:
    """Return the version, and whether a profile guided its compiler where that is known."""
    version = f"Python {platform.python_version()}"
    match guided_by_profile():
        case True:
            return f"{version} (built with profile-guided optimization)"
        case False:
            return f"{version} (built without profile-guided optimization)"
        case _:
            return version


def guided_by_profile() -> bool | None:
    """Tell whether a profile guided the compiler of this Python; None where nothing tells."""
    if OPTIMIZED in shlex.split(sysconfig.get_config_var("CONFIG_ARGS") or ""):
        return True
    try:
        return compiled_by_profile(_program().read_bytes())
    except OSError:
        return None


def compiled_by_profile(program: bytes) -> bool | None:
    """Tell it from the bytes of a program; None where its compiler left no word in it."""
    calls = COMPILED.findall(program)
    return any(GUIDED in call for call in calls) if calls else None


def _program() -> Path:
    """Return the file that Python was compiled into."""
    library, folder = (sysconfig.get_config_var(name) for name in ("INSTSONAME", "LIBDIR"))
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and library and folder:
        return Path(folder, library)
    return Path(sys.executable).resolve()
