"""Faults on purpose: the matrix of what is promised, what injects the faults, and the checker of the invariants."""
