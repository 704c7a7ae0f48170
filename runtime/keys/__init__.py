"""Provider keys: plaintext only in memory, sealed for one stage while they cross the queues."""
