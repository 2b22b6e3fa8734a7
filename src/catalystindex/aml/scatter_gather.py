"""Scatter-gather: one account pays middlemen for the first time, and they all pay one sink."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, finding_of, units
from catalystindex.aml.kernels.layers import is_capped
from catalystindex.aml.kernels.middlemen import middlemen_links, received_before, scatter_gathers
from catalystindex.aml.kernels.passing import SURE, sureness
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

MIDDLEMEN = (1.7, 4)
CONSERVED = (0.4, 1.0)
EXACT = (0.9, 2)
UNUSUAL = (0.6, 1.6)
"""From where on a fact counts, and where it counts fully: numbers of middlemen, the share of those
who pass on, and the logarithm of a ratio."""


class ScatterGatherParameters(LinkParameters):
    """When middlemen are ones."""

    min_middlemen: int = Field(default=2, ge=2, le=30, description="Middlemen at least.")
    least_passed: float = Field(
        default=0.75,
        gt=0,
        le=1,
        description="Least share of what it got that a middleman passes on.",
    )


class ScatterGather(LinkDetector[ScatterGatherParameters]):
    """Finds a source and a sink with middlemen between them."""

    name = "scatter_gather"
    version = 1
    typology = "scatter_gather"
    title = "One account pays many middlemen, who all pay one sink"
    definition = (
        "An account has links to at least min_middlemen others, and each of them has, strictly"
        " later, a link to one and the same account, by which it passes on from least_passed to all"
        " of what it got from there, or of what it got by all links; all within window_days."
    )
    sources = (FATF, FFIEC, AMLSIM, ALTMAN)
    parameters = ScatterGatherParameters
    explains = frozenset(("commission_network", "fan_in", "fan_out"))
    weights = (
        Weight("middlemen", 60, "Several accounts stand between one source and one sink."),
        Weight("conserved", 30, "Each middleman passes on what it got, less a commission."),
        Weight("round_commission", 30, "What middlemen keep is a customary rate, to the cent."),
        Weight("unusual_amounts", 15, "The payers pay much more than they do otherwise."),
        Weight("stated_purpose", -15, "The purposes are those of wages, taxes, rents and goods."),
    )

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return what fresh rows complete."""
        rows = rows_array(fresh.hi - fresh.lo)
        count = scatter_gathers(
            self.ground(window), fresh.lo, fresh.hi, self.reach, self.params.min_middlemen, rows
        )
        found = (self._finding(window, row) for row in rows[:count].tolist())
        return [one for one in found if one is not None]

    def _finding(self, window: Window, row: int) -> Finding | None:
        ground = self.ground(window)
        lo, since = self.since(window, row)
        links = LinkFacts(window, ground, middlemen_links(ground, row, lo, since), lo)
        sink = int(window.column("target")[row - window.base])
        passing = self._passing(links, sink, since)
        if len(passing) < self.params.min_middlemen or row not in passing[:, 1]:
            return None
        facts = LinkFacts(window, ground, np.sort(passing.ravel()), lo)
        scattered = LinkFacts(window, ground, passing[:, 0], lo)
        gathered = LinkFacts(window, ground, passing[:, 1], lo)
        case = self._weighed(facts, scattered, gathered, len(links.rows) // 2)
        if is_capped(ground, row, lo, since):
            case.bounds.append(CAPPED)
        if case.score < self.params.min_score:
            return None
        names = window.account(int(scattered.source[0])), window.account(sink)
        return finding_of(
            self, window, case, rows=facts.rows.tolist(), anchor=names,
            roles={
                "source": names[:1],
                "sink": names[1:],
                "middlemen": accounts(window, scattered.target),
            },
            amount=scattered.total,
            summary=f"Account {names[0]} paid {units(scattered.total)} to {len(passing)} accounts,"
            f" which then paid account {names[1]}, within {facts.days:.1f} days.",
        )  # fmt: skip

    def _passing(self, links: LinkFacts, sink: int, since: int) -> NDArray[np.int64]:
        """Return for each middleman who passes on what it got: the rows by which it got and gave.

        Every middleman has one link of each kind.
        """
        got, gave = links.of(links.target != sink), links.of(links.target == sink)
        one, two = np.argsort(got.target), np.argsort(gave.source)
        rows = np.stack((got.rows[one], gave.rows[two]), axis=1)
        amount, passed = got.amount[one], gave.amount[two]
        all_ = received_before(links.ground, rows[:, 1].copy(), links.lo, since)
        least = self.params.least_passed
        of_this = (least * amount <= passed) & (passed <= amount)
        kept = rows[of_this | ((least * all_ <= passed) & (passed <= all_))]
        ordered: NDArray[np.int64] = kept[np.argsort(kept[:, 0])]
        return ordered

    def _weighed(
        self, facts: LinkFacts, scattered: LinkFacts, gathered: LinkFacts, between: int
    ) -> Case:
        case, kept = Case(), len(scattered.rows)
        amounts = zip(scattered.amount.tolist(), gathered.amount.tolist(), strict=True)
        exact = sum(sureness(got, gave, 2) >= SURE for got, gave in amounts)
        self.weigh(case, "middlemen", kept, *MIDDLEMEN, f"{kept} middlemen")
        self.weigh(case, "conserved", kept / between, *CONSERVED,
                   f"{kept} of {between} passed on what they got, less a commission")  # fmt: skip
        self.weigh(case, "round_commission", exact, *EXACT,
                   f"{exact} of them kept exactly a customary rate")  # fmt: skip
        self.weigh_amounts(case, facts.unusual, *UNUSUAL)
        self.weigh_purpose(case, facts.named)
        return case
