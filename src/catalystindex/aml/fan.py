"""Fans: an account deals with many new counterparties within days in which few would be usual."""

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
from catalystindex.temporal.layout import Fresh
from catalystindex.temporal.window import Window

ENTRIES_BOUND = "entries"


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


FAN_WEIGHTS = (
    Weight("new_counterparties", 20, "Many accounts had not dealt with it before."),
    Weight("surprise", 15, "So many would not be usual for the account in that time."),
    Weight("unusual_amounts", 35, "The payers pay much more than they do otherwise."),
    Weight(
        "gathering_network", 35, "The counterparties themselves gather from, or spread to, many."
    ),
    Weight("passes_through", 14, "The account does the opposite with many others, too."),
    Weight("equal_amounts", -40, "The amounts are alike, as fees, rents and shares are."),
    Weight("idle_before", -20, "The account was idle before, as that of a season is."),
    Weight("business", -40, "The account trades: it takes cards, or pays wages or taxes."),
    Weight("stated_purpose", -30, "The purposes are those of wages, taxes, rents and goods."),
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
    weights = FAN_WEIGHTS

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the fans that fresh rows complete."""
        told = room_for_surges(fresh.hi - fresh.lo)
        count = surges(
            self.ground(window), fresh.lo, fresh.hi, self.into, self.reach,
            self.params.min_counterparties, self.params.min_surprise,
            float(np.mean(self.network)), told,
        )  # fmt: skip
        told = Surges(*(column[:count] for column in told))
        promising = np.flatnonzero(self._at_most(told) >= self.params.min_score)
        found = (self._finding(window, told, int(at)) for at in promising)
        return [one for one in found if one is not None]

    def _network(self, told: Surges) -> np.ndarray:
        return told.gather if self.into else told.spread

    def _at_most(self, told: Surges) -> np.ndarray:
        """Return the score that each may reach at most."""
        points = {weight.code: weight.points for weight in self.weights}
        return (
            points["new_counterparties"] * part(told.links, 3, 8)
            + points["surprise"] * part(told.surprise, 4, 16)
            + points["gathering_network"] * part(self._network(told), *self.network)
            + points["passes_through"] * part(np.log1p(told.through), 2.0, 3.5)
            + points["unusual_amounts"]
            + 2
        )

    def _finding(self, window: Window, told: Surges, at: int) -> Finding | None:
        row, begin = int(told.row[at]), int(told.begin[at])
        lo, _ = self.since(window, row)
        ground = self.ground(window)
        side = "target" if self.into else "source"
        hub = int(window.column(side)[row - window.base])
        rows = run_links(ground, row, begin, self.into, lo, self.entries)
        facts = LinkFacts(window, ground, rows, lo)
        case = self._weighed(facts, told, at, hub)
        if case.score < self.params.min_score:
            return None  # before its parties are named: most are none, and a hub has many
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
        links, usual = int(told.links[at]), float(told.usual[at])
        around, through = float(self._network(told)[at]), int(told.through[at])
        self.weigh(case, "new_counterparties", links, 3, 8, f"{links} new counterparties")
        self.weigh(case, "surprise", told.surprise[at], 4, 16, f"{usual:.1f} would be usual")
        self.weigh(case, "unusual_amounts", np.log(facts.unusual), 1.2, 1.9,
                   f"amounts {facts.unusual:.1f} times what the payers pay otherwise")  # fmt: skip
        self.weigh(case, "gathering_network", around, *self.network,
                   f"the others have {np.expm1(around):.1f} new links each themselves")  # fmt: skip
        self.weigh(case, "passes_through", np.log1p(through), 2.0, 3.5,
                   f"{through} accounts on its other side")  # fmt: skip
        if case.score >= self.params.min_score:
            self.weigh(case, "equal_amounts", facts.alike, 0.5, 0.75,
                       f"{facts.alike:.0%} of the amounts are alike")  # fmt: skip
            side = "target" if self.into else "source"
            idle = facts.idle(hub, side)
            self.weigh(case, "idle_before", idle, 20, 28, f"it was idle for {idle:.0f} days before")
            self.weigh(case, "business", facts.businesses((hub,)), 0, 1, "the account trades")
            self.weigh(case, "stated_purpose", facts.named, 0, 0.6,
                       f"{facts.named:.0%} say a purpose of business")  # fmt: skip
        if told.bounded[at]:
            case.bounds.append(ENTRIES_BOUND)
        return case
