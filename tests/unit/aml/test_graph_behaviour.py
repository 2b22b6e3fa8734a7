"""What detectors of links say about a pattern: who, how much, why; and how it grows."""

from pathlib import Path
from typing import Final

import pytest

from catalystindex.aml.bipartite import Bipartite
from catalystindex.aml.fan_in import FanIn
from catalystindex.aml.fan_out import FanOut
from catalystindex.aml.gather_scatter import GatherScatter
from catalystindex.aml.graph_set import GRAPH_DETECTORS
from catalystindex.aml.scatter_gather import ScatterGather
from catalystindex.aml.stack import Stack
from catalystindex.detection.checks import found
from catalystindex.detection.contract import AnyDetector
from catalystindex.detection.finding import Finding
from support.graph_cases import (
    AROUND,
    BEGIN,
    bipartite,
    fan_in,
    fan_out,
    gather_scatter,
    layer,
    persons,
    scatter_gather,
    stack,
)
from support.scenes import DAY, HOUR, Pay, scene

PAGES: Final = Path(__file__).parents[3] / "docs" / "detectors"


def last(detector: AnyDetector, pays: list[Pay], around: tuple[Pay, ...] = AROUND) -> Finding:
    """Return the last finding in a scene."""
    return found(detector, scene("case", pays, around))[-1]


def codes(finding: Finding) -> set[str]:
    return {reason.code for reason in finding.reasons}


def test_a_fan_in_names_collector_senders_and_sum() -> None:
    pays = fan_in()
    finding = last(FanIn(), pays)
    assert finding.anchor == finding.roles["collector"] == ("person-20",)
    assert finding.roles["senders"] == tuple(sorted(f"person-{n}" for n in range(1, 9)))
    assert finding.amount == sum(one.amount for one in pays)
    assert codes(finding) >= {"new_counterparties", "surprise", "unusual_amounts"}
    assert "8 accounts that are new to it" in finding.rationale


def test_a_fan_grows_under_one_anchor() -> None:
    findings = found(FanOut(), scene("case", fan_out(), AROUND))
    sizes = [len(one.event_ids) for one in findings]
    assert len(findings) > 2
    assert sizes == sorted(sizes)
    assert {one.anchor for one in findings} == {("person-20",)}


def test_a_fan_of_an_account_that_takes_cards_is_business() -> None:
    cards = [Pay(day * DAY, "person-9", "person-20", 900, "card") for day in range(30)]
    assert not found(FanIn(), scene("case", fan_in(), [*AROUND, *cards]))


def test_a_fan_of_an_account_that_was_idle_is_left_to_dormancy() -> None:
    woken = [Pay(one.at, one.source, "sleeper", one.amount // 2) for one in fan_in()]
    before = [Pay(0, "sleeper", "shop-1", 500, "card"), Pay(HOUR, "sleeper", "shop-1", 500, "card")]
    active = [Pay(day * DAY, "sleeper", "shop-1", 500, "card") for day in range(36)]
    idle = found(FanIn(), scene("case", woken, [*AROUND, *before]))
    awake = found(FanIn(), scene("case", woken, [*AROUND, *active]))
    assert awake[-1].score - max((one.score for one in idle), default=0) >= 10


def test_old_relations_make_no_fan() -> None:
    known = [Pay(one.at - 20 * DAY, one.source, one.target, 1_000) for one in fan_in()]
    assert not found(FanIn(), scene("case", fan_in(), [*AROUND, *known]))


def test_a_network_of_collectors_is_a_fan_although_amounts_are_usual() -> None:
    """Whoever pays the collector is paid by many strangers: that is no shop's customer."""
    collectors = [f"collector-{number}" for number in range(10)]
    feeding = [
        Pay((number * 9 + place) * HOUR, f"payer-{number}-{place}", name, 30_000 + 7 * place)
        for number, name in enumerate(collectors)
        for place in range(9)
    ]
    usual = [
        Pay(day * DAY + number * HOUR, name, f"old-{number}", 40_000 + 11 * day)
        for number, name in enumerate(collectors)
        for day in range(0, 30, 4)
    ]
    top = [
        Pay(BEGIN - 3 * DAY + number * 12 * HOUR, name, "top", 30_000 + 3_701 * number)
        for number, name in enumerate(collectors)
    ]
    finding = last(FanIn(), top, (*feeding, *usual))
    assert "gathering_network" in codes(finding)
    assert "unusual_amounts" not in codes(finding)


def test_a_hub_tells_what_was_kept() -> None:
    finding = last(GatherScatter(), gather_scatter(kept=0.1))
    facts = {reason.code: reason.fact for reason in finding.reasons}
    assert facts["passed_on"] == "90.0% of it was passed on"
    assert facts["round_commission"] == "10.0% were kept, to the cent"
    assert finding.anchor == ("person-20",)
    assert len(finding.roles["senders"]) == len(finding.roles["receivers"]) == 4


def test_two_into_one_is_found_by_its_commission_alone() -> None:
    funnel = [
        Pay(BEGIN, "person-1", "person-20", 91_237),
        Pay(BEGIN + DAY, "person-2", "person-20", 103_411),
        Pay(BEGIN + 2 * DAY, "person-20", "person-25", (91_237 + 103_411) * 9 // 10),
    ]
    assert "round_commission" in codes(last(GatherScatter(), funnel))
    funnel[2] = Pay(BEGIN + 2 * DAY, "person-20", "person-25", 174_000)
    assert not found(GatherScatter(), scene("case", funnel, AROUND))


def test_middlemen_who_pass_nothing_on_are_none() -> None:
    pays = scatter_gather()
    assert last(ScatterGather(), pays).roles["middlemen"] == tuple(persons(5, 4))
    spent = [
        Pay(one.at, one.source, one.target, one.amount // 3) if one.target == "person-20" else one
        for one in pays
    ]
    assert not found(ScatterGather(), scene("case", spent, AROUND))


def test_a_middleman_is_paid_before_it_pays() -> None:
    pays = scatter_gather()
    early = [Pay(one.at - 3 * DAY, one.source, one.target, one.amount)
             if one.target == "person-20" else one for one in pays]  # fmt: skip
    assert not found(ScatterGather(), scene("case", early, AROUND))


def test_a_layer_needs_most_of_its_links() -> None:
    finding = last(Bipartite(), bipartite())
    assert finding.roles == {
        "senders": tuple(sorted(persons(1, 3))), "receivers": tuple(sorted(persons(20, 4))),
    }  # fmt: skip
    full = Bipartite(Bipartite.parameters(min_density=1.0))
    for one in found(full, scene("case", bipartite(), AROUND)):
        assert len(one.event_ids) == len(one.roles["senders"]) * len(one.roles["receivers"])


def test_a_stack_has_three_layers() -> None:
    finding = last(Stack(), stack())
    assert finding.roles["top"] == tuple(sorted(persons(1, 3)))
    assert finding.roles["middle"] == tuple(sorted(persons(10, 3)))
    assert finding.roles["bottom"] == tuple(sorted(persons(20, 3)))
    reversed_ = layer(persons(10, 3), persons(20, 3)) + layer(
        persons(1, 3), persons(10, 3), BEGIN + 9 * DAY
    )
    assert not found(Stack(), scene("case", reversed_, AROUND))


def test_a_layer_that_is_too_wide_names_the_bound() -> None:
    wide = layer(["person-1", "person-2"], [f"stranger-{number}" for number in range(40)])
    assert last(Bipartite(), wide).bounds == ("max_links",)


def test_min_score_holds_back_what_scores_less() -> None:
    pays = fan_in()
    best = last(FanIn(), pays).score
    assert not found(FanIn(FanIn.parameters(min_score=best + 1)), scene("case", pays, AROUND))


@pytest.mark.parametrize("kind", GRAPH_DETECTORS, ids=lambda one: one.name)
def test_its_page_tells_all_of_it(kind: type[AnyDetector]) -> None:
    page, detector = (PAGES / f"{kind.name}.md").read_text(encoding="utf-8"), kind()
    for weight in detector.weights:
        assert f"| `{weight.code}` | {weight.points} | {weight.meaning} |" in page
    for name, field in detector.parameters.model_fields.items():
        assert f"| `{name}` | {field.default:,} | {field.description} |" in page
    assert " ".join(detector.definition.split()) in " ".join(page.split())
    assert f"looks back {detector.lookback // DAY} days" in page
    assert all(f"`{name}`" in page for name in detector.explains)
