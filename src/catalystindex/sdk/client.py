"""The synchronous client, under its short name."""

from catalystindex.sdk.sync.client import Client

__all__ = ["Client"]
