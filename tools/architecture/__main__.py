"""`python -m tools.architecture --templates cdk.out --environment dev --svg docs/architecture-dev.svg`."""

import sys

from tools.architecture.command import main

sys.exit(main())
