"""Our CDK constructs, one capability a file. `constructs/` is a source root: it must never hold an `__init__.py`."""
