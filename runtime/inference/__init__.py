"""inference-service (:8003): takes a request from the inference queue, asks the candidate, passes the answer on."""
