"""Gather-scatter: one account collects by new links and pays on by others what it got."""

import math
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
LINKS = (5, 9)
SURENESS = (2.6, 5.0)
UNUSUAL = (0.8, 1.7)
NETWORK = (1.1, 1.9)
"""From where on a fact counts, and where it counts fully: links (of the larger side at most twice
the other), ln(1 + one in so many by chance), ln of a ratio, mean ln(1 + links)."""


class GatherScatterParameters(LinkParameters):
    """When a hub gathers and scatters."""

    min_score: int = Field(
        default=48, ge=0, le=100, description="Findings that score less are not reported."
    )
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
    explains = frozenset(("fan_in", "fan_out"))
    weights = (
        Weight("passed_on", 15, "What came in went out, less a commission."),
        Weight("many_links", 28, "Many links on both sides."),
        Weight("round_commission", 35, "What was kept is a customary rate, to the cent."),
        Weight("unusual_amounts", 25, "The payers pay much more than they do otherwise."),
        Weight("gathering_network", 28, "The others gather from, or spread to, many themselves."),
        Weight("equal_amounts", -40, "The amounts in are alike, as shares of a bill are."),
        Weight("business", -40, "The account trades: it takes cards, or pays wages or taxes."),
        Weight("stated_purpose", -35, "The purposes are those of wages, taxes, rents and goods."),
    )

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the hubs that fresh rows complete."""
        params, told = self.params, room_for_passings(fresh.hi - fresh.lo)
        count = passings(
            self.ground(window), fresh.lo, fresh.hi, self.reach, params.min_links,
            params.least_passed, params.most_passed, told,
        )  # fmt: skip
        told = Passings._make(column[:count] for column in told)
        found = (self._finding(window, told, at) for at in range(count))
        return [one for one in found if one is not None]

    def _finding(self, window: Window, told: Passings, at: int) -> Finding | None:
        row, ground, params = int(told.row[at]), self.ground(window), self.params
        lo, since = self.since(window, row)
        rows = passing_links(
            ground, row, lo, since, params.min_links, params.least_passed, params.most_passed
        )
        facts = LinkFacts(window, ground, rows, lo)
        hub = int(window.column("source")[row - window.base])
        into = facts.target == hub
        gathered, scattered = facts.of(into), facts.of(~into)
        case = self._weighed(facts, gathered, scattered, float(told.sure[at]), hub)
        if case.score < params.min_score:
            return None
        name = window.account(hub)
        return finding_of(
            self, window, case, rows=rows.tolist(), anchor=(name,),
            roles={
                "hub": (name,),
                "senders": accounts(window, gathered.source),
                "receivers": accounts(window, scattered.target),
            },
            amount=gathered.total,
            summary=f"Account {name} got {units(gathered.total)} by {len(gathered.rows)} new links"
            f" and paid {units(scattered.total)} on by {len(scattered.rows)} others, within"
            f" {facts.days:.1f} days.",
        )  # fmt: skip

    def _weighed(
        self, facts: LinkFacts, gathered: LinkFacts, scattered: LinkFacts, sure: float, hub: int
    ) -> Case:
        case = Case()
        ins, outs = len(gathered.rows), len(scattered.rows)
        share = scattered.total / max(1, gathered.total)  # all may be payments of nothing
        links = min(ins, 2 * outs) + min(outs, 2 * ins) if min(ins, outs) >= BOTH_SIDES else 0
        around = (gathered.gather + scattered.spread) / 2 if links else 0.0
        unusual = float(np.minimum(gathered.unusual, scattered.unusual))
        self.weigh(case, "passed_on", 1, 0, 1, f"{share:.1%} of it was passed on")
        self.weigh(case, "many_links", links, *LINKS, f"{ins} links in, {outs} out")
        fact = f"{1 - share:.1%} were kept, to the cent"
        self.weigh(case, "round_commission", math.log1p(sure), *SURENESS, fact)
        self.weigh_amounts(case, unusual, *UNUSUAL)
        self.weigh_network(case, around, *NETWORK)
        if case.score >= self.params.min_score:
            self.weigh_alike(case, gathered.alike)
            self.weigh(case, "business", facts.businesses((hub,)), 0, 1, "the account trades")
            self.weigh_purpose(case, facts.named)
        return case
