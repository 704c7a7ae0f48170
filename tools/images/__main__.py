"""`python -m tools.images --env dev`."""

import sys

from tools.images.command import main

sys.exit(main())
