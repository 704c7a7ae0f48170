"""redis-service (:8001): the state of every request in Redis, moved forwards by one atomic step at a time."""
