"""Evaluation: judged collections, measures of rankings, and how sure the measures are."""
