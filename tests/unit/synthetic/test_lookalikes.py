"""Look-alikes resemble abuse, and are told apart in the ground truth alone."""

import pytest

from catalystindex.synthetic.lookalikes.registry import LOOKALIKES
from support.bank import Bank, Row


def _paid(town: Bank, name: str) -> list[list[Row]]:
    return [
        sorted(rows["transaction"], key=lambda row: row["event_time"]) for _, rows in town.of(name)
    ]


@pytest.mark.parametrize("name", LOOKALIKES)
def test_each_is_planted_and_marked_as_lawful(town: Bank, name: str) -> None:
    found = town.of(name)
    assert found
    assert all(pattern.lookalike for pattern, _ in found)


def test_a_payroll_fans_out(town: Bank) -> None:
    for rows in _paid(town, "payroll_fan_out"):
        assert len({row["debtor_account"] for row in rows}) == 1
        assert len({row["creditor_account"] for row in rows}) >= 8
        assert {row["purpose"] for row in rows} == {"SALA"}


def test_a_landlord_is_paid_by_many(town: Bank) -> None:
    for rows in _paid(town, "landlord_fan_in"):
        assert len({row["creditor_account"] for row in rows}) == 1
        assert len({row["debtor_account"] for row in rows}) >= 6


def test_a_family_lends_in_a_circle_of_small_sums(town: Bank) -> None:
    for rows in _paid(town, "family_round_trip"):
        assert rows[-1]["creditor_account"] == rows[0]["debtor_account"]
        assert max(row["amount"] for row in rows) <= 20_000


def test_a_marketplace_pays_out_what_it_collects_less_a_fee(town: Bank) -> None:
    for rows in _paid(town, "marketplace"):
        [hub] = {row["creditor_account"] for row in rows if row["role"] == "sale"}
        came = sum(row["amount"] for row in rows if row["creditor_account"] == hub)
        went = sum(row["amount"] for row in rows if row["debtor_account"] == hub)
        assert 0.85 * came < went < came


def test_a_market_maker_trades_both_sides_and_never_with_itself(town: Bank) -> None:
    for pattern, rows in town.of("market_maker"):
        [desk] = pattern.roles["desk_account"]
        trades = rows["trade"]
        assert {row["buyer_account"] == desk for row in trades} == {True, False}
        assert all(row["buyer_account"] != row["seller_account"] for row in trades)


def test_a_season_wakes_an_account_that_was_asleep(town: Bank) -> None:
    for rows in _paid(town, "seasonal_business"):
        [host] = {row["creditor_account"] for row in rows if row["role"] == "season"}
        assert any(row["debtor_account"] == host for row in rows)


def test_takings_come_near_the_threshold(town: Bank) -> None:
    for rows in _paid(town, "cash_shop"):
        assert len(rows) >= 4
        assert len({row["branch"] for row in rows}) == 1


def test_parts_of_a_delivery_are_each_shipped(town: Bank) -> None:
    for _, rows in town.of("part_delivery"):
        assert len(rows["shipment"]) == len(rows["invoice"]) >= 2
