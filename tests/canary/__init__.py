"""Proof that no provider key comes to rest: every request brings keys of its own, then everything is searched for them.

`python -m tests.canary --count 200 --seed 1`, as root on Linux; `make canary` does that.
"""
