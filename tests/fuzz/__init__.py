"""Files changed at random, read like any other: what comes out is an issue or a message, never another exception.

`python -m tests.fuzz` runs as long as wanted; `test_fuzz.py` a short, seeded run.
"""
