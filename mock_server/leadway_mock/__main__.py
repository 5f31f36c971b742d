"""`python -m leadway_mock` is `leadway mock`."""

import sys

from leadway_command import obeyed
from leadway_mock.cli.main import main

sys.exit(obeyed(main, "leadway mock"))
