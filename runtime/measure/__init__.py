"""How good the judge is, and how sure that is: statistics over recorded verdicts, pure functions of numbers.

They need numpy and scipy, which take seconds and 100 MB of memory to load: nothing that a service imports at its start
may import this package. A missing verdict is None and stays out of every figure; a figure that the data cannot give is
None too, never 0.
"""
