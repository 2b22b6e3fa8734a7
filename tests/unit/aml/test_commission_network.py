"""What is said of middlemen who keep one commission: who, how sure, why; and what is none."""

import pytest

from catalystindex.aml.commission_network import CommissionNetwork
from catalystindex.detection.checks import found
from catalystindex.detection.finding import Finding
from support.graph_cases import AROUND, BEGIN, commission_network, persons
from support.scenes import DAY, HOUR, Pay, scene


def findings(pays: list[Pay], **parameters: object) -> list[Finding]:
    """Return what is found among payments that are larger than those of daily life."""
    given = {"min_amount": 10_000, **parameters}
    detector = CommissionNetwork(CommissionNetwork.parameters.model_validate(given))
    return found(detector, scene("case", pays, AROUND))


def facts(finding: Finding) -> dict[str, str]:
    return {reason.code: reason.fact for reason in finding.reasons}


def test_it_names_organiser_middlemen_and_receivers() -> None:
    pays = commission_network()
    finding = findings(pays)[-1]
    assert finding.anchor == finding.roles["source"] == ("person-1",)
    assert finding.roles["middlemen"] == tuple(sorted(persons(5, 4)))
    assert set(finding.roles["sink"]) == {one.target for one in pays} - set(persons(5, 4))
    assert finding.amount == sum(one.amount for one in pays if one.source == "person-1")
    assert len(finding.event_ids) == len(pays)
    assert facts(finding)["middlemen"] == "4 middlemen"
    assert finding.bounds == ()


def test_it_grows_under_one_anchor() -> None:
    told = findings(commission_network())
    assert len({one.anchor for one in told}) == 1
    assert [len(one.roles["middlemen"]) for one in told] == [2, 3, 4]


def test_a_chain_of_middlemen_is_connected_by_what_they_pay_each_other() -> None:
    amount, pays = 7_123_457, []
    for number in range(4):
        pays.append(
            Pay(BEGIN + number * DAY, f"person-{number + 1}", f"person-{number + 2}", amount)
        )
        amount = round(amount * 0.97)
    finding = findings(pays)[-1]
    assert finding.roles["middlemen"] == ("person-2", "person-3", "person-4")
    assert facts(finding)["same_commission"].startswith("each kept 3% to the cent: one in ")


def test_who_keeps_another_rate_is_no_part_of_it() -> None:
    pays = commission_network(3)
    other = [
        Pay(BEGIN + 9 * HOUR, "person-1", "person-9", 555_557),
        Pay(BEGIN + 12 * HOUR, "person-9", "person-29", round(555_557 * 0.95)),
    ]
    assert findings([*other, *pays])[-1].roles["middlemen"] == tuple(persons(5, 3))


def test_one_middleman_alone_is_none() -> None:
    assert not findings(commission_network(1))


@pytest.mark.parametrize("off", [-2, 2])
def test_a_cent_more_or_less_is_no_customary_rate(off: int) -> None:
    pays = [
        one if one.source == "person-1"
        else Pay(one.at, one.source, one.target, one.amount + off)
        for one in commission_network()
    ]  # fmt: skip
    assert not findings(pays)


def test_small_payments_and_those_before_the_window_are_left_out() -> None:
    pays = commission_network()
    assert not findings(pays, min_amount=1_000_000)
    assert not findings([Pay(one.at - 26 * DAY, one.source, one.target, one.amount)
                         if one.source == "person-1" else one for one in pays])  # fmt: skip


def test_what_is_rarer_than_chance_can_be_told_is_said_to_be_so() -> None:
    said = facts(findings(commission_network(8))[-1])["same_commission"]
    assert said == "each kept 10% to the cent: one in more than 1,000,000,000,000 by chance"


@pytest.mark.parametrize(
    ("bound", "value"), [("max_entries", 4), ("max_middlemen", 2), ("max_steps", 10)]
)
def test_a_search_that_ends_early_names_its_bound(bound: str, value: int) -> None:
    pays = commission_network(8)
    told = [one.bounds for one in findings(pays, **{bound: value})]
    assert told[-1] == (bound,)
    assert not any(one.bounds for one in findings(pays))


def test_min_surprise_holds_back_what_chance_makes() -> None:
    assert not findings(commission_network(2), min_surprise=100)
