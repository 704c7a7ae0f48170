"""Real servers that stand in for somebody else's: they speak the wire protocol and misbehave on demand."""
