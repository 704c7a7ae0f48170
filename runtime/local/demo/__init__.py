"""`demo`: sends JSON lines to the gateway like any other client, and shows how they were judged."""
