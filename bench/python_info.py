"""Version of Python, and whether it was built with profile-guided optimization (PGO).

The same version is slower without PGO, as built by pyenv or plain `make`. The variables of Python's
Makefile do not show it: they exist in any case, and Debian's packages use PGO without the flag of
configure. Therefore the debug information of the program is read as well.
"""

from __future__ import annotations

import platform
import re
import shlex
import sys
import sysconfig
from pathlib import Path

OPTIMIZED = "--enable-optimizations"
COMPILER_CALL = re.compile(rb"GNU C\d[^\0]* -f(?:wrapv|no-strict-overflow)[^\0]*")
"""Command line of gcc in the debug information, with a flag that only Python's build has."""

PROFILE_USE = b" -fprofile-use"


def python_version() -> str:
    """Return the version of Python, with its build where that is known."""
    version = f"Python {platform.python_version()}"
    match is_built_with_pgo():
        case True:
            return f"{version} (built with profile-guided optimization)"
        case False:
            return f"{version} (built without profile-guided optimization)"
        case _:
            return version


def is_built_with_pgo() -> bool | None:
    """Return whether this Python was built with PGO; None where it is unknown."""
    if OPTIMIZED in shlex.split(sysconfig.get_config_var("CONFIG_ARGS") or ""):
        return True
    try:
        return uses_profile(_program().read_bytes())
    except OSError:
        return None


def uses_profile(program: bytes) -> bool | None:
    """Return whether a program was compiled with a profile; None without debug information."""
    calls = COMPILER_CALL.findall(program)
    return any(PROFILE_USE in call for call in calls) if calls else None


def _program() -> Path:
    """Return the file that contains Python's code."""
    library, folder = (sysconfig.get_config_var(name) for name in ("INSTSONAME", "LIBDIR"))
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and library and folder:
        return Path(folder, library)
    return Path(sys.executable).resolve()
