# Made of sdk/aio/__init__.py by tools/unasync.py. Change that one, then run `make sync`.
"""A client. `sdk/aio` is written by hand; `tools/unasync.py` makes `sdk/sync` of it."""
