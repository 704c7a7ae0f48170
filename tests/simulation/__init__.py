"""A seeded simulation of the worker protocol: the real handlers on virtual time, among simulated faults."""
