"""Commission network: middlemen who are connected keep the same commission of what they got."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, finding_of, units
from catalystindex.aml.kernels.commission import ANY, PARTS
from catalystindex.aml.kernels.commission_network import (
    Networks,
    grow,
    networks,
    room_for_network,
    room_for_networks,
)
from catalystindex.aml.kernels.passing import RATES
from catalystindex.aml.link_detector import ALTMAN, AMLSIM, FATF, LinkDetector, LinkParameters
from catalystindex.aml.link_facts import LinkFacts
from catalystindex.detection.contract import Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh
from catalystindex.temporal.window import Window

SURPRISE = (0, 8)
MIDDLEMEN = (1, 4)
UNUSUAL = (0.6, 1.6)
"""From where on a fact counts, and where it counts fully: logarithms of one in so many by chance
and of a ratio, numbers of middlemen."""


class CommissionNetworkParameters(LinkParameters):
    """When middlemen are a network."""

    min_surprise: float = Field(
        default=4.0,
        ge=0,
        le=100,
        description="Logarithm of one in how many such networks would be by chance, at least.",
    )
    min_amount: int = Field(
        default=1_000, ge=1, description="Minor units of each payment, at least."
    )
    max_steps: int = Field(
        default=500,
        ge=10,
        le=100_000,
        description="Matches that a search for one payment may try.",
    )


class CommissionNetwork(LinkDetector[CommissionNetworkParameters]):
    """Finds middlemen who keep one commission."""

    name = "commission_network"
    version = 1
    typology = "commission_network"
    title = "Connected middlemen pass money on for one and the same commission"
    definition = (
        "A middleman got one to three payments and then made one to three, all within window_days"
        " and of min_amount at least, and kept a customary rate, to the cent. At least two of them"
        " kept the same one, and one pays the other of these payments, or one account pays, or is"
        " paid by, both. So many matches would come about by chance with a probability of"
        " exp(-min_surprise) at most."
    )
    sources = (FATF, AMLSIM, ALTMAN)
    parameters = CommissionNetworkParameters
    explains = frozenset(("fan_in", "fan_out", "gather_scatter", "rapid_movement"))
    weights = (
        Weight("same_commission", 70, "Such a commission would hardly be the same by chance."),
        Weight("middlemen", 25, "Several accounts pass money on in this way."),
        Weight("unusual_amounts", 15, "The payers pay much more than they do otherwise."),
        Weight("business", -40, "The middlemen trade: they take cards, or pay wages or taxes."),
        Weight("stated_purpose", -35, "The purposes are those of wages, taxes, rents and goods."),
    )

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the networks that fresh rows complete."""
        params, told = self.params, room_for_networks(fresh.hi - fresh.lo)
        count = networks(
            self.ground(window), fresh.lo, fresh.hi, self.reach, params.min_amount,
            params.max_steps, params.min_surprise, told,
        )  # fmt: skip
        told = Networks._make(column[:count] for column in told)
        found = (self._finding(window, told, at) for at in range(count))
        return [one for one in found if one is not None]

    def _finding(self, window: Window, told: Networks, at: int) -> Finding | None:
        row, ground, net = int(told.row[at]), self.ground(window), room_for_network()
        grow(ground, row, self.reach, self.params.min_amount, self.params.max_steps, net)
        kept = net.rows[: net.ends[0]]
        into, out = (np.unique(side[side != ANY]) for side in (kept[:, :PARTS], kept[:, PARTS:]))
        lo, _ = self.since(window, row)
        facts = LinkFacts(window, ground, np.union1d(into, out), lo)
        hubs = net.hub[: net.ends[0]].tolist()
        rate = float(RATES[net.rate[0]])
        case = self._weighed(facts, hubs, float(told.surprise[at]), rate)
        if net.ends[2]:
            case.bounds.append("max_steps")
        if case.score < self.params.min_score:
            return None
        got, gave = LinkFacts(window, ground, into, lo), LinkFacts(window, ground, out, lo)
        return finding_of(
            self, window, case, rows=facts.rows.tolist(),
            anchor=(window.account(int(facts.source[0])),),
            roles={
                "source": accounts(window, set(got.source.tolist()) - set(hubs)),
                "middlemen": accounts(window, hubs),
                "sink": accounts(window, set(gave.target.tolist()) - set(hubs)),
            },
            amount=got.total,
            summary=f"{len(hubs)} accounts got {units(got.total)} and passed on"
            f" {units(gave.total)}, within {facts.days:.1f} days.",
        )  # fmt: skip

    def _weighed(self, facts: LinkFacts, hubs: Sequence[int], surprise: float, rate: float) -> Case:
        case = Case()
        trading = facts.businesses(hubs)
        fact = f"each kept {rate:.0%} to the cent: one in {np.exp(surprise):,.0f} by chance"
        self.weigh(case, "same_commission", surprise, *SURPRISE, fact)
        self.weigh(case, "middlemen", len(hubs), *MIDDLEMEN, f"{len(hubs)} middlemen")
        self.weigh_amounts(case, facts.unusual, *UNUSUAL)
        self.weigh(case, "business", trading, 0, 0.6, f"{trading:.0%} of the middlemen trade")
        self.weigh_purpose(case, facts.named)
        return case
