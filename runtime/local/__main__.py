"""`python -m runtime.local up | down | status | demo | deploy`: the whole system on one machine."""

import sys

OLDEST_PYTHON = (3, 11)

if sys.version_info < OLDEST_PYTHON:
    # Checked before anything is imported: an older Python fails on our imports with a riddle.
    sys.exit(f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer is needed; this is {sys.version.split()[0]}")

from runtime.local.commands import main  # noqa: E402

sys.exit(main())
