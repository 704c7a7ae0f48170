"""What `make faults` was asked for."""

import os

SEED = int(os.environ.get("SEED") or 1)
"""Of everything random: the same seed gives the same faults in the same order."""
LONG = bool(os.environ.get("LONG"))
"""As large as production may see it; it takes most of an hour."""
END_SECONDS = 3600 if LONG else 150
"""For whatever has to end."""
