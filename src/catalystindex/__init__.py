"""CatalystIndex: documents and event streams in, cited evidence out."""

__version__ = "0.1.0"
