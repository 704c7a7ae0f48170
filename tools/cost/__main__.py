"""`python -m tools.cost --env dev`."""

import sys
from datetime import UTC, datetime

from tools.cost.command import main

sys.exit(main(today=datetime.now(UTC).date()))
