"""`python -m leadway_mock` is `leadway mock`."""

import sys

from leadway_command import run_command
from leadway_mock.cli.main import main

sys.exit(run_command(main, "leadway mock"))
