"""Fans: an account deals with many new counterparties within days in which few would be usual."""

import math
from collections.abc import Sequence
from typing import ClassVar, TypeVar

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, finding_of, units
from catalystindex.aml.kernels.surge import Surges, room_for_surges, run_links, surges
from catalystindex.aml.link_detector import LinkDetector, LinkParameters, part
from catalystindex.aml.link_facts import LinkFacts
from catalystindex.detection.contract import Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Floats, Fresh
from catalystindex.temporal.window import Window

LINKS = (3, 8)
SURPRISE = (4, 16)
THROUGH = (2.0, 3.5)
IDLE = (20, 28)
"""From where on a fact counts, and where it counts fully. Numbers of accounts as ln(1 + n), ratios
of amounts as logarithms, idleness in days."""
ROUNDING = 2
"""What points may gain by being rounded."""
ENTRIES_BOUND = "max_entries"


class FanParameters(LinkParameters):
    """When a fan is one."""

    min_counterparties: int = Field(
        default=5, ge=3, le=100, description="New counterparties that a fan has at least."
    )
    min_surprise: float = Field(
        default=6.0,
        ge=0,
        le=1000,
        description="Logarithm of how much more likely a change of the account's habits is than"
        " its usual rate of new counterparties.",
    )


def fan_weights(network: int) -> tuple[Weight, ...]:
    """Return the table of a fan, with the points that a network around it gives."""
    around = "The counterparties themselves gather from, or spread to, many."
    return (
        Weight("new_counterparties", 20, "Many accounts had not dealt with it before."),
        Weight("surprise", 15, "So many would not be usual for the account in that time."),
        Weight("unusual_amounts", 35, "The payers pay much more than they do otherwise."),
        Weight("gathering_network", network, around),
        Weight("passes_through", 14, "The account does the opposite with many others, too."),
        Weight("equal_amounts", -40, "The amounts are alike, as fees, rents and shares are."),
        Weight("idle_before", -20, "The account was idle before, as that of a season is."),
        Weight("business", -40, "The account trades: it takes cards, or pays wages or taxes."),
        Weight("stated_purpose", -35, "The purposes are those of wages, taxes, rents and goods."),
    )


F = TypeVar("F", bound=FanParameters)


class Fan(LinkDetector[F]):
    """What fan-in and fan-out share."""

    into: ClassVar[bool]
    """Whether the account is paid."""
    centre: ClassVar[str]
    """Role of the account."""
    rim: ClassVar[str]
    """Role of the others."""
    network: ClassVar[tuple[float, float]]
    """Mean ln(1 + links) of the others from which on they count as a network, and fully do."""
    unusual: ClassVar[tuple[float, float]]
    """Logarithm of how many times larger amounts are, from which on they count, and fully do."""

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the fans that fresh rows complete."""
        told = room_for_surges(fresh.hi - fresh.lo)
        count = surges(
            self.ground(window), fresh.lo, fresh.hi, self.into, self.reach,
            self.params.min_counterparties, self.params.min_surprise,
            float(np.mean(self.network)), told,
        )  # fmt: skip
        told = Surges._make(column[:count] for column in told)
        promising = np.flatnonzero(self._at_most(told) >= self.params.min_score)
        found = (self._finding(window, told, int(at)) for at in promising)
        return [one for one in found if one is not None]

    def _network(self, told: Surges) -> Floats:
        return told.gather if self.into else told.spread

    def _at_most(self, told: Surges) -> Floats:
        """Return the score that each may reach at most."""
        points = {weight.code: weight.points for weight in self.weights}
        return (
            points["new_counterparties"] * part(told.links, *LINKS)
            + points["surprise"] * part(told.surprise, *SURPRISE)
            + points["gathering_network"] * part(self._network(told), *self.network)
            + points["passes_through"] * part(np.log1p(told.through), *THROUGH)
            + points["unusual_amounts"]
            + ROUNDING
        )

    def _finding(self, window: Window, told: Surges, at: int) -> Finding | None:
        row, begin = int(told.row[at]), int(told.begin[at])
        lo, _ = self.since(window, row)
        ground = self.ground(window)
        side = "target" if self.into else "source"
        hub = int(window.column(side)[row - window.base])
        rows = run_links(ground, row, begin, self.into, lo, self.params.max_entries)
        facts = LinkFacts(window, ground, rows, lo)
        case = self._weighed(facts, told, at, hub)
        if case.score < self.params.min_score:
            return None
        others = facts.source if self.into else facts.target
        name = window.account(hub)
        return finding_of(
            self, window, case, rows=facts.rows.tolist(), anchor=(name,),
            roles={self.centre: (name,), self.rim: accounts(window, others)},
            amount=facts.total,
            summary=self._summary(name, facts),
        )  # fmt: skip

    def _summary(self, name: str, facts: LinkFacts) -> str:
        verb, other = ("was paid", "by") if self.into else ("paid", "to")
        return (
            f"Account {name} {verb} {units(facts.total)} {other} {len(facts.rows)} accounts"
            f" that are new to it, within {facts.days:.1f} days."
        )

    def _weighed(self, facts: LinkFacts, told: Surges, at: int, hub: int) -> Case:
        case = Case()
        links, usual, through = int(told.links[at]), told.usual[at], int(told.through[at])
        self.weigh(case, "new_counterparties", links, *LINKS, f"{links} new counterparties")
        self.weigh(case, "surprise", told.surprise[at], *SURPRISE, f"{usual:.1f} would be usual")
        self.weigh_amounts(case, facts.unusual, *self.unusual)
        self.weigh_network(case, float(self._network(told)[at]), *self.network)
        fact = f"{through} accounts on its other side"
        self.weigh(case, "passes_through", math.log1p(through), *THROUGH, fact)
        if case.score >= self.params.min_score:
            self._against(case, facts, hub)
        if told.bounded[at]:
            case.bounds.append(ENTRIES_BOUND)
        return case

    def _against(self, case: Case, facts: LinkFacts, hub: int) -> None:
        idle = facts.idle(hub, "target" if self.into else "source")
        self.weigh_alike(case, facts.alike)
        self.weigh(case, "idle_before", idle, *IDLE, f"it was idle for {idle:.0f} days before")
        self.weigh(case, "business", facts.businesses((hub,)), 0, 1, "the account trades")
        self.weigh_purpose(case, facts.named)
