"""Bipartite: several senders each pay the same receivers for the first time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, finding_of, units
from catalystindex.aml.kernels.layers import is_capped, layers, shared_links
from catalystindex.aml.link_detector import (
    ALTMAN,
    AMLSIM,
    CAPPED,
    FATF,
    FFIEC,
    LinkDetector,
    LinkParameters,
    rows_array,
)
from catalystindex.aml.link_facts import LinkFacts
from catalystindex.detection.contract import Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh
from catalystindex.temporal.window import Window


class BipartiteParameters(LinkParameters):
    """When a layer is one."""

    min_links: int = Field(default=5, ge=4, le=200, description="Links of a layer at least.")
    min_density: float = Field(
        default=0.6, ge=0, le=1, description="Least share of all possible links that there are."
    )


class Bipartite(LinkDetector[BipartiteParameters]):
    """Finds layers of senders and receivers."""

    name = "bipartite"
    version = 1
    typology = "bipartite"
    title = "Senders each pay the same receivers"
    definition = (
        "Senders who each have links to at least two of some receivers, and receivers who each have"
        " links from at least two of the senders, within window_days: at least min_links, and at"
        " least min_density of the possible ones."
    )
    sources = (FATF, FFIEC, AMLSIM, ALTMAN)
    parameters = BipartiteParameters
    explains = frozenset(("commission_network", "fan_in", "fan_out"))
    weights = (
        Weight("links", 45, "Many links between the two sides."),
        Weight("dense", 20, "Nearly every sender pays every receiver."),
        Weight("unusual_amounts", 25, "The payers pay much more than they do otherwise."),
        Weight("business", -40, "The senders trade: they take cards, or pay wages or taxes."),
        Weight("equal_amounts", -30, "The amounts are alike, as fees are."),
        Weight("stated_purpose", -35, "The purposes are those of wages, taxes, rents and goods."),
    )

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the layers that fresh rows complete."""
        rows = rows_array(fresh.hi - fresh.lo)
        count = layers(
            self.ground(window), fresh.lo, fresh.hi, self.reach, self.params.min_links, rows
        )
        found = (self._finding(window, row) for row in rows[:count].tolist())
        return [one for one in found if one is not None]

    def _finding(self, window: Window, row: int) -> Finding | None:
        ground = self.ground(window)
        lo, since = self.since(window, row)
        facts = LinkFacts(window, ground, shared_links(ground, row, lo, since), lo)
        senders, receivers = np.unique(facts.source), np.unique(facts.target)
        density = len(facts.rows) / (len(senders) * len(receivers))
        if density < self.params.min_density:
            return None
        case = self._weighed(facts, density, senders)
        if is_capped(ground, row, lo, since):
            case.bounds.append(CAPPED)
        if case.score < self.params.min_score:
            return None
        return finding_of(
            self, window, case, rows=facts.rows.tolist(),
            anchor=(window.account(int(facts.source[0])),),
            roles={"senders": accounts(window, senders), "receivers": accounts(window, receivers)},
            amount=facts.total,
            summary=f"{len(senders)} accounts paid {units(facts.total)} to the same"
            f" {len(receivers)} accounts, within {facts.days:.1f} days.",
        )  # fmt: skip

    def _weighed(self, facts: LinkFacts, density: float, senders: NDArray[Any]) -> Case:
        case = Case()
        links = len(facts.rows)
        self.weigh(case, "links", links, 4, 12, f"{links} links")
        self.weigh(case, "dense", density, 0.6, 1.0, f"{density:.0%} of the possible ones")
        self.weigh_amounts(case, facts.unusual, 0.8, 1.6)
        if case.score >= self.params.min_score:
            trading = facts.businesses(senders)
            self.weigh(case, "business", trading, 0, 0.6, f"{trading:.0%} of the senders trade")
            self.weigh_alike(case, facts.alike)
            self.weigh_purpose(case, facts.named)
        return case
