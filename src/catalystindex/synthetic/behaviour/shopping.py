"""Card payments: shoppers at their favourite merchants and at popular ones."""

from typing import Final

import numpy as np

from catalystindex.synthetic.behaviour.calendar import activity
from catalystindex.synthetic.behaviour.day import Today
from catalystindex.synthetic.payments import Rows, payments
from catalystindex.synthetic.tables import DAYTIME, lognormal, time_of_day
from catalystindex.synthetic.ties import FAVOURITES
from catalystindex.synthetic.vocabulary import CARD, ONLINE, ONLINE_BANK, POS, SECTORS

_RATE: Final = 1_350
"""Card payments a day for 1,000 persons."""
_FAVOURITE: Final = 620_000
_DECLINED: Final = 14_000
_SPREAD: Final = lognormal(1_000, "0.62")
TICKETS: Final = lognormal(3_100, "0.9")
"""What people pay by card over all merchants, about, in minor units."""


def shopping(today: Today) -> Rows:
    """Return the card payments of a day."""
    people, ties, draws = today.people, today.ties, today.draws("shopping")
    count = draws.around(activity(people.persons * _RATE // 1_000, today.date))
    person = draws.choose(ties.shoppers, count)
    favourite = ties.favourites[person, draws.below(FAVOURITES, count)]
    popular = draws.choose(ties.shops, count)
    merchant = np.where(draws.chance(_FAVOURITE, count), favourite, popular)
    sector = people.sector[merchant]
    medians = np.array([entry.median for entry in SECTORS])
    amount = medians[sector] * draws.quantile(_SPREAD, count) // 1_000
    online = np.isin(sector, ONLINE)
    return payments(
        count,
        time=today.origin + draws.quantile(time_of_day(DAYTIME), count),
        debtor=person,
        creditor=people.persons + merchant,
        amount=np.maximum(amount, 50),
        method=CARD,
        channel=np.where(online, ONLINE_BANK, POS),
        merchant=merchant,
        device=np.where(online, today.device[person], -1),
        card=person,
        declined=draws.chance(_DECLINED, count),
    )
