"""The one typed description of the system; CDK, charts, runtime, tests and docs derive from it."""
