"""What the two queue stages, inference and judge, decide alike."""
