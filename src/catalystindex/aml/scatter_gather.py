"""Scatter-gather: one account pays middlemen for the first time, and they all pay one sink."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, finding_of, units
from catalystindex.aml.kernels.middlemen import middlemen_links, scatter_gathers
from catalystindex.aml.kernels.passing import SURE, sureness
from catalystindex.aml.link_detector import (
    ALTMAN,
    AMLSIM,
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


class ScatterGatherParameters(LinkParameters):
    """When middlemen are ones."""

    min_middlemen: int = Field(default=2, ge=2, le=30, description="Middlemen at least.")
    least_passed: float = Field(
        default=0.75,
        gt=0,
        le=1,
        description="Least share that a middleman passes on who conserves.",
    )


class ScatterGather(LinkDetector[ScatterGatherParameters]):
    """Finds a source and a sink with middlemen between them."""

    name = "scatter_gather"
    version = 1
    typology = "scatter_gather"
    title = "One account pays many middlemen, who all pay one sink"
    definition = (
        "An account has links to at least min_middlemen others, and each of them has, strictly"
        " later, a link to one and the same account, all within window_days."
    )
    sources = (FATF, FFIEC, AMLSIM, ALTMAN)
    parameters = ScatterGatherParameters
    explains = frozenset(("fan_in", "fan_out"))
    weights = (
        Weight("middlemen", 60, "Several accounts stand between one source and one sink."),
        Weight("conserved", 30, "Each middleman passes on what it got, less a commission."),
        Weight("round_commission", 30, "What middlemen keep is a customary rate, to the cent."),
        Weight("unusual_amounts", 20, "The payers pay much more than they do otherwise."),
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
        facts = LinkFacts(window, ground, middlemen_links(ground, row, lo, since), lo)
        sink = int(window.column("target")[row - window.base])
        gathered = facts.target == sink
        middle = facts.target[~gathered]
        source = int(facts.source[~gathered][0])
        case = self._weighed(facts, gathered)
        if case.score < self.params.min_score:
            return None  # before its parties are named: most are none, and a hub has many
        names = window.account(source), window.account(sink)
        sent = sum(facts.amount[~gathered].tolist())
        return finding_of(
            self, window, case, rows=facts.rows.tolist(), anchor=names,
            roles={
                "source": names[:1],
                "sink": names[1:],
                "middlemen": accounts(window, middle),
            },
            amount=sent,
            summary=f"Account {names[0]} paid {units(sent)} to {len(middle)} accounts, which then"
            f" paid account {names[1]}, within {facts.days:.1f} days.",
        )  # fmt: skip

    def _weighed(self, facts: LinkFacts, gathered: np.ndarray) -> Case:
        got = dict(
            zip(facts.target[~gathered].tolist(), facts.amount[~gathered].tolist(), strict=True)
        )
        gave = dict(
            zip(facts.source[gathered].tolist(), facts.amount[gathered].tolist(), strict=True)
        )
        kept = [one for one in got if self.params.least_passed * got[one] <= gave[one] <= got[one]]
        exact = sum(sureness(got[one], gave[one], 1) >= SURE for one in kept)
        case = Case()
        self.weigh(case, "middlemen", len(got), 1.5, 4, f"{len(got)} middlemen")
        self.weigh(case, "conserved", len(kept) / len(got), 0.4, 1.0,
                   f"{len(kept)} of them passed on what they got, less a commission")  # fmt: skip
        self.weigh(case, "round_commission", exact, 0.9, 2,
                   f"{exact} of them kept exactly a customary rate")  # fmt: skip
        self.weigh(case, "unusual_amounts", np.log(facts.unusual), 0.6, 1.6,
                   f"amounts {facts.unusual:.1f} times what the payers pay otherwise")  # fmt: skip
        self.weigh(case, "stated_purpose", facts.named, 0, 0.8,
                   f"{facts.named:.0%} say a purpose of business")  # fmt: skip
        return case
