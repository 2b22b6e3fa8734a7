"""Scenes for detectors: payments written down, sent through the codec of events, made columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from catalystindex.detection.checks import Scene
from catalystindex.model.events.envelope import TransactionEvent
from catalystindex.model.events.money import Method, Transaction
from catalystindex.streaming.codec import decode, seal
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.payments import (
    METHODS,
    Payments,
    code_of_country,
    code_of_currency,
    ordered,
)

MINUTE: Final = 60_000_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
START: Final = 1_700_000_000_000_000 // DAY * DAY


@dataclass(frozen=True, slots=True)
class Pay:
    """A payment. ``at`` is in microseconds after `START`, the amount in minor units."""

    at: int
    source: str | None
    target: str | None
    amount: int
    method: Method = "transfer"
    purpose: str | None = None
    branch: str | None = None
    countries: tuple[str | None, str | None] = (None, None)
    holders: tuple[str | None, str | None] = (None, None)


def events_of(pays: Iterable[Pay]) -> list[TransactionEvent]:
    """Return payments as events that went over the wire."""
    made = []
    for number, one in enumerate(pays):
        event = TransactionEvent(
            entity_id=f"payment-{number}",
            event_time=START + one.at,
            source="test",
            payload=Transaction(
                amount=one.amount,
                currency="EUR",
                debtor_account=one.source,
                creditor_account=one.target,
                method=one.method,
                purpose=one.purpose,
                branch=one.branch,
                debtor=one.holders[0],
                creditor=one.holders[1],
                debtor_country=one.countries[0],
                creditor_country=one.countries[1],
            ),
        )
        back = decode(seal(event).data)
        assert isinstance(back, TransactionEvent)
        made.append(back)
    return made


def columns_of(events: Sequence[TransactionEvent], codes: Codebook) -> Payments:
    """Return events as columns, in their order."""
    said = [event.payload for event in events if event.payload is not None]
    high = np.array([int(event.event_id[:16], 16) for event in events], np.uint64)
    return Payments(
        id_high=high,
        id_low=np.array([int(event.event_id[16:], 16) for event in events], np.uint64),
        entity=high,
        time=np.array([event.event_time for event in events], np.int64),
        amount=np.array([one.amount for one in said], np.int64),
        source=codes.accounts.code_all(one.debtor_account for one in said),
        target=codes.accounts.code_all(one.creditor_account for one in said),
        source_party=codes.parties.code_all(one.debtor for one in said),
        target_party=codes.parties.code_all(one.creditor for one in said),
        method=np.array([METHODS.index(one.method) for one in said], np.int8),
        currency=np.array([code_of_currency(one.currency) for one in said], np.int16),
        source_country=np.array([code_of_country(one.debtor_country) for one in said], np.int16),
        target_country=np.array([code_of_country(one.creditor_country) for one in said], np.int16),
        branch=codes.branches.code_all(one.branch for one in said),
        purpose=codes.purposes.code_all(one.purpose for one in said),
    )


def scene(name: str, pattern: Sequence[Pay], around: Sequence[Pay] = ()) -> Scene:
    """Return a scene that holds a pattern among other payments."""
    codes = Codebook()
    events = events_of([*pattern, *around])
    ids = frozenset(event.event_id for event in events[: len(pattern)])
    return Scene(name, ordered(columns_of(events, codes)), codes, ids)


def daily_life(days: int = 45, persons: int = 30, seed: int = 1) -> list[Pay]:
    """Return wages, rents, purchases by card and small sums among the same friends.

    Persons are ``person-0`` and so on. Nothing in it is unusual: every relation begins in the
    first days, or is a purchase.
    """
    draw = np.random.default_rng(seed)
    pays: list[Pay] = []
    for number in range(persons):
        who, firm = f"person-{number}", f"firm-{number % 3}"
        for month in range(0, days, 30):
            at = month * DAY + 8 * HOUR + number * MINUTE
            pays.append(Pay(at, firm, who, 240_000 + 1_000 * number, purpose="SALA"))
            pays.append(Pay(at + 32 * HOUR, who, "landlord", 80_000, purpose="RENT"))
        for day in range(days):
            at = day * DAY + 10 * HOUR + int(draw.integers(8 * HOUR))
            shop = f"shop-{draw.integers(6)}"
            pays.append(Pay(at, who, shop, int(draw.integers(300, 9_000)), "card"))
            if (day + number) % 5 == 0:
                friend = f"person-{(number + 1 + day % 3) % persons}"
                pays.append(Pay(at + HOUR, who, friend, int(draw.integers(500, 6_000))))
    return pays
