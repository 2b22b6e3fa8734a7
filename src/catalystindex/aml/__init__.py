"""Detectors of money laundering, one typology per module."""
