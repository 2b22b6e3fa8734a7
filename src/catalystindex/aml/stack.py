"""Stack: two layers, one upon the other; who is paid by the upper one pays the lower one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, finding_of, units
from catalystindex.aml.kernels.layers import feeding_links, is_capped, shared_links, stacks
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


class StackParameters(LinkParameters):
    """When layers are a stack."""

    min_upper: int = Field(
        default=4, ge=2, le=200, description="Links of the upper layer at least."
    )
    min_lower: int = Field(
        default=4, ge=4, le=200, description="Links of the lower layer at least."
    )


class Stack(LinkDetector[StackParameters]):
    """Finds stacked layers."""

    name = "stack"
    version = 1
    typology = "stack"
    title = "Layers of accounts, each paying the next"
    definition = (
        "A layer as of bipartite with at least min_lower links, whose senders, each before it first"
        " paid in it, had links from at least two accounts that fed at least two of them: at least"
        " min_upper links, all within window_days."
    )
    sources = (FATF, FFIEC, AMLSIM, ALTMAN)
    parameters = StackParameters
    explains = frozenset(
        ("bipartite", "commission_network", "fan_in", "fan_out", "gather_scatter", "scatter_gather")
    )
    weights = (
        Weight("layers", 45, "Two layers of links follow each other."),
        Weight("many_links", 20, "Many links in both."),
        Weight("conserved", 20, "What came into the middle went on."),
        Weight("unusual_amounts", 20, "The payers pay much more than they do otherwise."),
        Weight("business", -40, "The middle trades: it takes cards, or pays wages or taxes."),
        Weight("stated_purpose", -20, "The purposes are those of wages, taxes, rents and goods."),
    )

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the stacks that fresh rows complete."""
        rows, params = rows_array(fresh.hi - fresh.lo), self.params
        count = stacks(
            self.ground(window), fresh.lo, fresh.hi, self.reach, params.min_upper,
            params.min_lower, rows,
        )  # fmt: skip
        found = (self._finding(window, row) for row in rows[:count].tolist())
        return [one for one in found if one is not None]

    def _finding(self, window: Window, row: int) -> Finding | None:
        ground = self.ground(window)
        lo, since = self.since(window, row)
        lower = shared_links(ground, row, lo, since)
        upper = feeding_links(ground, lower, lo, since)
        facts = LinkFacts(window, ground, np.union1d(upper, lower), lo)
        down = LinkFacts(window, ground, lower, lo)
        fed = LinkFacts(window, ground, upper, lo)
        top, middle, bottom = (np.unique(one) for one in (fed.source, down.source, down.target))
        if len(top) < 2:
            return None
        case = self._weighed(facts, fed, down, middle)
        if is_capped(ground, row, lo, since):
            case.bounds.append(CAPPED)
        if case.score < self.params.min_score:
            return None
        return finding_of(
            self, window, case, rows=facts.rows.tolist(),
            anchor=(window.account(int(fed.source[0])),),
            roles={
                "top": accounts(window, top),
                "middle": accounts(window, middle),
                "bottom": accounts(window, bottom),
            },
            amount=fed.total,
            summary=f"{len(top)} accounts paid {units(fed.total)} to {len(middle)} others, which"
            f" then paid {units(down.total)} to the same {len(bottom)} accounts, within"
            f" {facts.days:.1f} days.",
        )  # fmt: skip

    def _weighed(
        self, facts: LinkFacts, fed: LinkFacts, down: LinkFacts, middle: NDArray[Any]
    ) -> Case:
        case = Case()
        links = len(facts.rows)
        passed = min(down.total, fed.total) / max(down.total, fed.total, 1)
        self.weigh(case, "layers", 1, 0, 1, f"{len(fed.rows)} links above {len(down.rows)}")
        self.weigh(case, "many_links", links, 8, 16, f"{links} links")
        self.weigh(case, "conserved", passed, 0.5, 0.9, f"in and out differ by {1 - passed:.0%}")
        self.weigh_amounts(case, facts.unusual, 0.6, 1.6)
        trading = facts.businesses(middle)
        self.weigh(case, "business", trading, 0, 0.6, f"{trading:.0%} of the middle trade")
        self.weigh_purpose(case, facts.named)
        return case
