"""Gather-scatter: one account collects by new links and pays on by others what it got."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, finding_of, units
from catalystindex.aml.kernels.passing import (
    Passings,
    passing_links,
    passings,
    room_for_passings,
)
from catalystindex.aml.link_detector import (
    ALTMAN,
    AMLSIM,
    FATF,
    FFIEC,
    LinkDetector,
    LinkParameters,
)
from catalystindex.aml.link_facts import LinkFacts
from catalystindex.detection.contract import Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh
from catalystindex.temporal.window import Window

BOTH_SIDES = 3
"""Links on each side from which on they count as many."""


class GatherScatterParameters(LinkParameters):
    """When a hub gathers and scatters."""

    min_links: int = Field(default=3, ge=3, le=40, description="Links in and out, together.")
    least_passed: float = Field(
        default=0.8, gt=0, le=1, description="Least share of what came in that is paid on."
    )
    most_passed: float = Field(default=0.999, gt=0, le=1, description="Most of it.")


class GatherScatter(LinkDetector[GatherScatterParameters]):
    """Finds hubs that gather and scatter."""

    name = "gather_scatter"
    version = 1
    typology = "gather_scatter"
    title = "One account gathers from new senders and scatters to new receivers"
    definition = (
        "The newest links out of an account within window_days sum up to between least_passed and"
        " most_passed of the newest links into it that came strictly before them; at least"
        " min_links of both together."
    )
    sources = (FATF, FFIEC, AMLSIM, ALTMAN)
    parameters = GatherScatterParameters
    network = (1.3, 2.0)
    explains = frozenset(("fan_in", "fan_out"))
    weights = (
        Weight("passed_on", 15, "What came in went out, less a commission."),
        Weight("many_links", 25, "Many links on both sides."),
        Weight("round_commission", 35, "What was kept is a customary rate, to the cent."),
        Weight("unusual_amounts", 30, "The payers pay much more than they do otherwise."),
        Weight("gathering_network", 25, "The others gather from, or spread to, many themselves."),
        Weight("equal_amounts", -40, "The amounts in are alike, as shares of a bill are."),
        Weight("business", -40, "The account trades: it takes cards, or pays wages or taxes."),
        Weight("stated_purpose", -20, "The purposes are those of wages, taxes, rents and goods."),
    )

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the hubs that fresh rows complete."""
        params, told = self.params, room_for_passings(fresh.hi - fresh.lo)
        count = passings(
            self.ground(window), fresh.lo, fresh.hi, self.reach, params.min_links,
            params.least_passed, params.most_passed, told,
        )  # fmt: skip
        told = Passings(*(column[:count] for column in told))
        found = (self._finding(window, told, at) for at in range(count))
        return [one for one in found if one is not None]

    def _finding(self, window: Window, told: Passings, at: int) -> Finding | None:
        row, ground = int(told.row[at]), self.ground(window)
        lo, since = self.since(window, row)
        params = self.params
        rows = passing_links(
            ground, row, lo, since, params.min_links, params.least_passed, params.most_passed
        )
        facts = LinkFacts(window, ground, rows, lo)
        hub = int(window.column("source")[row - window.base])
        case = self._weighed(facts, told, at, hub)
        if case.score < self.params.min_score:
            return None  # before its parties are named: most are none, and a hub has many
        into = facts.target == hub
        name = window.account(hub)
        return finding_of(
            self, window, case, rows=rows.tolist(), anchor=(name,),
            roles={
                "hub": (name,),
                "senders": accounts(window, facts.source[into]),
                "receivers": accounts(window, facts.target[~into]),
            },
            amount=int(told.received[at]),
            summary=f"Account {name} got {units(told.received[at])} by {told.ins[at]} new links and"
            f" paid {units(told.sent[at])} on by {told.outs[at]} others, within"
            f" {facts.days:.1f} days.",
        )  # fmt: skip

    def _weighed(self, facts: LinkFacts, told: Passings, at: int, hub: int) -> Case:
        case, into = Case(), facts.target == hub
        sides = facts.of(into), facts.of(~into)
        ins, outs = int(told.ins[at]), int(told.outs[at])
        share = told.sent[at] / told.received[at]
        percent = f"{100 * (1 - share):.1f}%"
        self.weigh(case, "passed_on", 1, 0, 1, f"{share:.1%} of it was passed on")
        links = min(ins, 2 * outs) + min(outs, 2 * ins) if min(ins, outs) >= BOTH_SIDES else 0
        self.weigh(case, "many_links", links, 5, 9, f"{ins} links in, {outs} out")
        self.weigh(case, "round_commission", np.log1p(told.sure[at]), 2.6, 4.6,
                   f"exactly {percent} were kept")  # fmt: skip
        unusual = float(np.fmin(sides[0].unusual, sides[1].unusual))
        self.weigh(case, "unusual_amounts", np.log(unusual), 0.8, 1.7,
                   f"amounts {unusual:.1f} times what the payers pay otherwise, or more")  # fmt: skip
        around = (sides[0].gather + sides[1].spread) / 2
        self.weigh(case, "gathering_network", around, *self.network,
                   f"the others have {np.expm1(around):.1f} new links each themselves")  # fmt: skip
        if case.score >= self.params.min_score:
            self._against(facts, sides[0], case, hub)
        return case

    def _against(self, facts: LinkFacts, gathered: LinkFacts, case: Case, hub: int) -> None:
        self.weigh(case, "equal_amounts", gathered.alike, 0.4, 0.7,
                   f"{gathered.alike:.0%} of the amounts in are alike")  # fmt: skip
        self.weigh(case, "business", facts.businesses((hub,)), 0, 1, "the account trades")
        self.weigh(case, "stated_purpose", facts.named, 0, 0.8,
                   f"{facts.named:.0%} say a purpose of business")  # fmt: skip
