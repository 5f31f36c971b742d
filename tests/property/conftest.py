"""How hard the property tests try: the same way each time in the suite, longer and anew by request.

`HYPOTHESIS_PROFILE=deep .venv/bin/pytest tests/property` draws fifty times as many examples, at
random.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None, database=None, max_examples=100)
settings.register_profile("deep", deadline=None, database=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
