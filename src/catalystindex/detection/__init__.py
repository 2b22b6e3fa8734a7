"""Detectors: the contract, alerts made of findings, and evaluation against what is known."""
