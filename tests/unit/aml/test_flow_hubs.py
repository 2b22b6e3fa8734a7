"""What one account costs that does all day what a detector looks for."""

import time
from typing import Final

import numpy as np
import pytest

from catalystindex.aml.high_risk_corridors import HighRiskCorridors
from catalystindex.aml.kernels.corridors import through_count
from catalystindex.aml.structuring import Structuring, StructuringParameters
from catalystindex.detection.checks import Scene, found
from catalystindex.detection.contract import DAY
from catalystindex.model.currency import MAX_MINOR
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.layout import NOBODY, Longs
from catalystindex.temporal.payments import CASH_DEPOSIT, code_of_country, plain
from catalystindex.temporal.window import Window

START: Final = 1_700_000_000_000_000
ACCOUNTS: Final = 200
SECONDS: Final = 30.0
"""Far more than is needed on a slow machine."""


def codebook() -> Codebook:
    return Codebook([f"account-{number}" for number in range(ACCOUNTS)], ["holder", "courier"])


def cash(count: int) -> Scene:
    """Return deposits just below the threshold, by one person into accounts of many."""
    draw = np.random.default_rng(7)
    times = START + np.sort(draw.integers(0, 10 * DAY, count))
    target = draw.integers(0, ACCOUNTS, count)
    made = plain(np.full(count, NOBODY), target, times, draw.integers(900_000, 999_999, count))
    made = made._replace(
        method=np.full(count, CASH_DEPOSIT, np.int8), source_party=np.ones(count, np.int32)
    )
    return Scene("cash", made, codebook())


def corridor(count: int) -> Scene:
    """Return payments of one account from and to a listed country."""
    draw = np.random.default_rng(8)
    times = START + np.sort(draw.integers(0, 20 * DAY, count))
    other, comes = draw.integers(1, ACCOUNTS, count), draw.random(count) < 0.5
    listed, none = np.int16(code_of_country("KP")), np.int16(0)
    made = plain(
        np.where(comes, other, 0), np.where(comes, 0, other), times,
        draw.integers(20_000, 10**7, count),
    )  # fmt: skip
    made = made._replace(
        source_country=np.where(comes, listed, none), target_country=np.where(comes, none, listed)
    )
    return Scene("corridor", made, codebook())


@pytest.mark.parametrize("scene", [cash(2_500), corridor(2_500)], ids=lambda scene: scene.name)
def test_a_hub_of_what_is_looked_for_costs_little(scene: Scene) -> None:
    made = Structuring() if scene.name == "cash" else HighRiskCorridors()
    begin = time.process_time()
    assert found(made, scene, 2_048)
    assert time.process_time() - begin < SECONDS


def test_cash_beyond_the_bound_is_named_whatever_the_batch() -> None:
    made = Structuring(StructuringParameters(max_entries=20))
    scene = cash(200)
    all_at_once = found(made, scene)
    assert found(made, scene, 7) == all_at_once
    assert {len(one.event_ids) for one in all_at_once} <= set(range(21))
    assert "max_entries" in all_at_once[-1].bounds
    assert "max_entries" not in all_at_once[0].bounds


def test_a_sum_of_the_largest_payments_is_not_below_nothing() -> None:
    scene = corridor(1_100)
    most = scene.payments._replace(amount=np.full(1_100, MAX_MINOR))
    findings = found(HighRiskCorridors(), Scene("most", most, scene.codes))
    amounts = [one.amount for one in findings]
    assert min(amounts) >= MAX_MINOR
    assert max(amounts) == 2**63 - 1


def slow_through(times: Longs, amounts: Longs, into: Longs, out: Longs, span: int) -> int:
    return sum(
        any(
            times[came] < times[left] <= times[came] + span
            and 0.8 * amounts[came] <= amounts[left] <= amounts[came]
            for left in out
        )
        for came in into
    )


def test_what_goes_through_is_what_the_definition_says() -> None:
    for seed in range(300):
        draw = np.random.default_rng(seed)
        count = int(draw.integers(1, 40))
        times = np.sort(draw.integers(0, 15, count))
        amounts = draw.choice([0, 5, 80, 99, 100, 10**15], count)
        sides = draw.integers(0, 4, (2, count))
        window = Window(100, codebook())
        window.append(plain(sides[0], sides[1], times, amounts))
        into, out = (np.flatnonzero(side == 0) for side in (sides[1], sides[0]))
        expected = slow_through(times, amounts, into, out, 4)
        assert through_count(window.view, into, out, 4, 0.8) == expected
