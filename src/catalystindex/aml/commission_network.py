"""Commission network: middlemen who are connected keep the same commission of what they got."""

import math
from collections.abc import Sequence

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, finding_of, units
from catalystindex.aml.kernels.commission import ANY, RUN
from catalystindex.aml.kernels.commission_network import (
    ENTRIES_MET,
    HUBS_MET,
    STEPS_MET,
    Network,
    Networks,
    Search,
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

SURPRISE = (2, 10)
MIDDLEMEN = (1, 4)
UNUSUAL = (0.6, 1.6)
"""From where on a fact counts, and where it counts fully: logarithms of one in so many by chance
and of a ratio, numbers of middlemen."""
RAREST = 10**12
"""Of one in more than so many is said only that it is more."""
BOUNDS = ((STEPS_MET, "max_steps"), (ENTRIES_MET, "max_entries"), (HUBS_MET, "max_middlemen"))
"""By the bits of a search that ended early: the parameters that ended it."""


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
    max_entries: int = Field(
        default=32,
        ge=1,
        le=1_000,
        description="Newest payments of an account, by which middlemen may be connected, that are"
        " followed.",
    )
    max_middlemen: int = Field(
        default=16, ge=2, le=64, description="Middlemen of a network, at most."
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
        "A middleman got one to eight payments and then made one to three, all within window_days"
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
        Weight(
            "business", -65, "The middlemen trade, as agents do: they take cards, or pay wages."
        ),
        Weight(
            "stated_purpose", -65, "What they got, or passed on, is said to be wages or the like."
        ),
    )

    @property
    def _search(self) -> Search:
        params = self.params
        return Search(params.min_amount, params.max_steps)

    def _room(self) -> Network:
        return room_for_network(self.params.max_middlemen, self.params.max_entries)

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the networks that fresh rows complete."""
        params, told = self.params, room_for_networks(fresh.hi - fresh.lo)
        count = networks(
            self.ground(window), (fresh.lo, fresh.hi), self.reach.window, self._search,
            self._room(), params.min_surprise, told,
        )  # fmt: skip
        told = Networks._make(column[:count] for column in told)
        found = (self._finding(window, told, at) for at in range(count))
        return [one for one in found if one is not None]

    def _finding(self, window: Window, told: Networks, at: int) -> Finding | None:
        row, ground = int(told.row[at]), self.ground(window)
        net = self._room()
        grow(ground, row, self.reach.window, self._search, net)
        kept = net.rows[: net.ends[0]]
        into, out = (np.unique(side[side != ANY]) for side in (kept[:, :RUN], kept[:, RUN:]))
        lo, _ = self.since(window, row)
        facts = LinkFacts(window, ground, np.union1d(into, out), lo)
        hubs = net.hub[: net.ends[0]].tolist()
        rate = float(RATES[net.rate[0]])
        got, gave = LinkFacts(window, ground, into, lo), LinkFacts(window, ground, out, lo)
        case = self._weighed(facts, hubs, float(told.surprise[at]), rate)
        self.weigh_purpose(case, max(got.named, gave.named))
        case.bounds += [name for met, name in BOUNDS if net.ends[2] & met]
        if case.score < self.params.min_score:
            return None
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
        fact = f"each kept {rate:.0%} to the cent: one in {_one_in(surprise)} by chance"
        self.weigh(case, "same_commission", surprise, *SURPRISE, fact)
        self.weigh(case, "middlemen", len(hubs), *MIDDLEMEN, f"{len(hubs)} middlemen")
        self.weigh_amounts(case, facts.unusual, *UNUSUAL)
        self.weigh(case, "business", trading, 0, 0.6, f"{trading:.0%} of the middlemen trade")
        return case


def _one_in(surprise: float) -> str:
    """Return of how many a chance that rare is one, as people read it."""
    if surprise > math.log(RAREST):
        return f"more than {RAREST:,}"
    return f"{math.exp(surprise):,.0f}"
