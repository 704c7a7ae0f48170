"""`python -m tools.connectivity --manifests dist/dev --environment dev`."""

import sys

from tools.connectivity.command import main

sys.exit(main())
