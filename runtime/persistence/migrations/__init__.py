"""The schema of the history, as numbered steps that Alembic applies once each."""
