"""Measurements on real data, as ratios within one run."""
