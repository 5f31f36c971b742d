"""`python -m leadway` is the command `leadway`."""

import sys

from leadway_command import main

sys.exit(main())
