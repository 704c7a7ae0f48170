"""In-memory stands for the ports: they remember what they were told, and may be flaky or down."""
