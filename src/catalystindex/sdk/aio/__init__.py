"""A client. `sdk/aio` is written by hand; `tools/unasync.py` makes `sdk/sync` of it."""
