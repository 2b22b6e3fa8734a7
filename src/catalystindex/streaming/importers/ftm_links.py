"""Ownerships, directorships and payments of FollowTheMoney as events.

An entity with several owners or assets is one event for each pair, numbered (``ID#1``, ``ID#2``).
"""

from collections.abc import Iterable
from itertools import product
from typing import Final

from catalystindex.model.currency import to_minor, to_scaled
from catalystindex.model.errors import EventInvalid, MoneyInvalid
from catalystindex.model.events.envelope import Event, OwnershipEvent, TransactionEvent
from catalystindex.model.events.fields import BASIS_POINTS
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Interest, Ownership
from catalystindex.streaming.importers.ftm_entity import (
    CODE,
    LINE,
    SHORT,
    Entity,
    EventMaker,
    day_micros,
    numbered,
)

MAX_PAIRS: Final = 1_000


def ownership(entity: Entity, maker: EventMaker) -> Iterable[Event]:
    """Return what an ``Ownership`` says."""
    return _interests(entity, maker, ("owner", "asset"), "owns")


def directorship(entity: Entity, maker: EventMaker) -> Iterable[Event]:
    """Return what a ``Directorship`` says."""
    return _interests(entity, maker, ("director", "organization"), "directs")


def payment(entity: Entity, maker: EventMaker) -> Iterable[Event]:
    """Return what a ``Payment`` says. It has to name an account, as every payment has."""
    amount, currency = _amount(entity, maker.currency)
    day = entity.day("date", "startDate")
    envelope = maker.envelope(entity)
    at = day_micros(day) if day else None
    if at is not None:
        envelope["event_time"] = at
    yield TransactionEvent(
        **envelope,
        payload=Transaction(
            amount=amount,
            currency=currency,
            debtor=entity.first("payer", length=200),
            creditor=entity.first("beneficiary", length=200),
            debtor_account=entity.first("payerAccount", length=200),
            creditor_account=entity.first("beneficiaryAccount", length=200),
            remittance=entity.first("purpose", "summary", length=LINE),
            end_to_end_id=entity.first("transactionNumber", length=SHORT),
        ),
    )


def _interests(
    entity: Entity, maker: EventMaker, ends: tuple[str, str], interest: Interest
) -> Iterable[Event]:
    owners, assets = entity.all(ends[0]), entity.all(ends[1])
    pairs = list(product(owners, assets)) if len(owners) * len(assets) <= MAX_PAIRS else []
    if not pairs:
        raise EventInvalid(
            f"{len(owners)} of {ends[0]} and {len(assets)} of {ends[1]}: "
            f"there have to be 1 to {MAX_PAIRS} pairs"
        )
    for entity_id, (owner, asset) in zip(numbered(entity.id, len(pairs)), pairs, strict=True):
        yield OwnershipEvent(
            **maker.envelope(entity, entity_id),
            payload=Ownership(
                owner=owner,
                asset=asset,
                interest=interest,
                share=_share(entity.first("percentage", length=CODE)),
                role=entity.first("role", "ownershipType", length=SHORT),
                start=entity.day("startDate"),
                end=entity.day("endDate"),
            ),
        )


def _share(text: str | None) -> int | None:
    """Return hundredths of a percent; None for what is no plain percentage, such as a range."""
    try:
        share = to_scaled((text or "").removesuffix("%").strip(), 2)
    except MoneyInvalid:
        return None
    return share if share <= BASIS_POINTS else None


def _amount(entity: Entity, otherwise: str) -> tuple[int, str]:
    """Return the amount paid in its own currency, else in euro, else in dollar."""
    own = (entity.first("currency", length=3) or otherwise).upper()
    for name, currency in (("amount", own), ("amountEur", "EUR"), ("amountUsd", "USD")):
        text = entity.first(name, length=CODE)
        if text is not None:
            return to_minor(text, currency), currency
    raise MoneyInvalid("a payment without an amount")
