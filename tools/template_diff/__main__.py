"""`python -m tools.template_diff --base REVISION`: compare the templates of two commits."""

import sys

from tools.template_diff.command import main

sys.exit(main())
