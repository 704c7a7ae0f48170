"""`llm-judge`: what its users do with the evaluation API beside single evaluations."""
