"""The whole system as separate processes, with a local stub in the place of both providers."""
