"""`python -m leadway` is the command `leadway`."""

import sys

from leadway.cli import main

sys.exit(main())
