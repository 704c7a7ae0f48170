"""persistence-service (:8002): one row of `request_history` per evaluation, and the first writer wins."""
