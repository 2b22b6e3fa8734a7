"""The harder, the more a pattern looks like what is around it."""

from functools import cache

import numpy as np
import pytest

from catalystindex.synthetic.config import SynthConfig
from support.bank import DAY, Bank, bank

_LEVELS = (0.0, 0.5, 1.0)  # the banks of test_typologies, made once
_BETWEEN_PERSONS = ("fan_in", "fan_out", "gather_scatter", "scatter_gather", "bipartite")


@cache
def _town(difficulty: float) -> Bank:
    return bank(SynthConfig(accounts=3_000, days=45, seed=23, difficulty=difficulty, density=1.5))


def _friendly(town: Bank) -> np.ndarray:
    table = town.tables["transaction"]
    ordinary = (table.column("purpose").to_numpy() == "OTHR") & (
        table.column("pattern").to_numpy() < 0
    )
    return np.sort(table.column("amount").to_numpy()[ordinary])


def _planted(town: Bank) -> np.ndarray:
    return np.array(
        [
            row["amount"]
            for name in _BETWEEN_PERSONS
            for _, rows in town.of(name)
            for row in rows["transaction"]
        ]
    )


def _distance(town: Bank) -> float:
    """Return the largest gap between the distributions of amounts (Kolmogorov-Smirnov)."""
    ordinary, planted = _friendly(town), np.sort(_planted(town))
    below = np.searchsorted(ordinary, planted, side="right") / len(ordinary)
    own = np.arange(1, len(planted) + 1) / len(planted)
    return float(np.max(np.abs(below - own)))


def test_amounts_come_closer_to_those_of_ordinary_payments() -> None:
    distances = [_distance(_town(level)) for level in _LEVELS]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > 0.95
    assert distances[-1] < 0.35


@pytest.mark.parametrize("typology", ["fan_in", "cycle", "mule_chain", "scatter_gather"])
def test_patterns_take_longer(typology: str) -> None:
    def span(level: float) -> float:
        lengths = [pattern.end - pattern.start for pattern, _ in _town(level).of(typology)]
        return float(np.mean(lengths)) / DAY

    assert span(1.0) > 2 * span(0.0)


def test_members_do_more_besides() -> None:
    def besides(level: float) -> int:
        """Return unmarked payments of members within the pattern's days."""
        town = _town(level)
        table = town.tables["transaction"].select(["debtor_account", "pattern"])
        unmarked = table.column("pattern").to_numpy() < 0
        debtors = table.column("debtor_account").to_numpy()[unmarked]
        members = {
            account
            for name in _BETWEEN_PERSONS
            for pattern, _ in town.of(name)
            for role, accounts in pattern.roles.items()
            if role.endswith("_account")
            for account in accounts
        }
        return sum(debtor in members for debtor in debtors.tolist())

    assert besides(1.0) > besides(0.0)
