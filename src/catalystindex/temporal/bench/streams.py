"""The streams of the benchmark: drawn by a definition that anyone can follow.

n payments at uniform random times over 10 days (or as many as one says), sorted; amounts
lognormal(6, 2); payer and payee drawn independently of each other, by the weights of a shape;
payments to oneself are dropped, so a little less than n are left. Weights are drawn once per
account:

- ``pareto``: min(Pareto(2) + 1, 100), n / 6 accounts;
- ``dense``: the same, n / 60 accounts;
- ``zipf``: min(Zipf(1.8), 10,000), n / 10 accounts.
"""

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from catalystindex.temporal.layout import Floats
from catalystindex.temporal.payments import Payments, plain

DAY: Final = 86_400_000_000
DAYS: Final = 10
FEWEST: Final = 100
"""Payments that a stream must have: fewer leave no accounts to draw from."""

MOST: Final = 100_000_000


class Shape(StrEnum):
    """How accounts differ in how often they pay and are paid."""

    PARETO = "pareto"
    ZIPF = "zipf"
    DENSE = "dense"


_EDGES_PER_ACCOUNT: Final = {Shape.PARETO: 6, Shape.ZIPF: 10, Shape.DENSE: 60}


class Stream(NamedTuple):
    """Payments in order, and how many accounts their codes are below."""

    payments: Payments
    accounts: int


def synthetic(edges: int, shape: Shape, seed: int = 1, days: int = DAYS) -> Stream:
    """Return the stream of a shape and a seed: the same on every machine.

    Raises `ValueError` for a number of edges out of `FEWEST` to `MOST`.
    """
    if not FEWEST <= edges <= MOST:
        raise ValueError(f"a stream has {FEWEST:,} to {MOST:,} edges, not {edges:,}")
    rng = np.random.default_rng(seed)
    time = np.sort((rng.random(edges) * (days * DAY)).astype(np.int64))
    amount = np.maximum((rng.lognormal(6, 2, edges) * 100).astype(np.int64), 1)
    accounts = edges // _EDGES_PER_ACCOUNT[shape]
    weights = _weights(rng, shape, accounts)
    ends = (rng.choice(accounts, edges, p=weights), rng.choice(accounts, edges, p=weights))
    real = ends[0] != ends[1]
    return Stream(plain(ends[0][real], ends[1][real], time[real], amount[real]), accounts)


def _weights(rng: np.random.Generator, shape: Shape, accounts: int) -> Floats:
    """Return how likely each account is to be drawn."""
    if shape is Shape.ZIPF:
        weights = np.minimum(rng.zipf(1.8, accounts), 10_000).astype(np.float64)
    else:
        weights = np.minimum(rng.pareto(2, accounts) + 1, 100.0)
    shares: Floats = weights / weights.sum()
    return shares
