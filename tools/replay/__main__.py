"""`python -m tools.replay --data DIR`."""

import sys

from tools.replay.command import main

sys.exit(main())
