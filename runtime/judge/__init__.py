"""judge-service (:8004): takes an answer from the judge queue, has it scored, persists, completes."""
