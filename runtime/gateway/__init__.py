"""gateway-service (:8000): the HTTP evaluation API; accepts a request, keeps its state, publishes it."""
