"""The event stream under kills, repetition, disorder and poison, against a calm run of the same.

200,000 events go in through the API while the owner is killed; one in twenty is sent twice, one in
twenty far from its place, one in a thousand is no event at all. What is said of entities, what is
indexed and what is dead must be what a calm run ends with, and what was mended must be applied.
"""
