"""A caller of the evaluation API: lines in, each sent once however often it is tried, results in their order."""
