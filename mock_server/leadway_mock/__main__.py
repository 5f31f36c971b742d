"""`python -m leadway_mock` is `leadway mock`."""

import sys

from leadway_mock.cli import main

sys.exit(main())
