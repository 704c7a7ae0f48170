"""How many cases each property is tried with: few in every test run, as many as CASES says in `make fuzz`."""

import os

from hypothesis import HealthCheck, settings

COUNT = int(os.environ.get("CASES", "20"))
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
CASES = settings(max_examples=COUNT, deadline=None, suppress_health_check=SLOW_IS_FINE)
MANY_CASES = settings(CASES, max_examples=10 * COUNT)
"""For what takes microseconds."""
