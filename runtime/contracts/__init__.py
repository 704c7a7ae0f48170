"""What crosses a border between services: pure data and pure functions, no I/O."""
