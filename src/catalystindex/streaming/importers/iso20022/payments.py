"""A payment as an event, whichever message tells of it."""

import msgspec

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.envelope import Event, TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.streaming.importers.iso20022.context import Context
from catalystindex.streaming.importers.iso20022.parties import Side, with_stand_in
from catalystindex.streaming.importers.iso20022.values import digest


def payment_id(
    context: Context, uetr: str | None, ends: tuple[Side, Side], *parts: str | int | None
) -> str:
    """Return the id of a payment: its UETR, which is the same in every message about it.

    Without one the id follows from the message, the accounts and ``parts`` (the references and the
    place in the message): the same file gives the same ids, and no two payments share one.
    """
    if uetr:
        return uetr
    accounts = (end.account for end in ends)
    return "iso20022:" + digest(
        context.family.name,
        context.message_id,
        context.sender,
        context.created,
        *accounts,
        *parts,
    )


def named_ends(context: Context, debtor: Side, creditor: Side) -> tuple[Side, Side]:
    """Return both sides; where neither has an account, with one of no number for each party.

    Raises `EventInvalid` where nobody is named at all.
    """
    if debtor.account or creditor.account:
        return debtor, creditor
    payer, payee = with_stand_in(context, debtor), with_stand_in(context, creditor)
    if not (payer.account or payee.account):
        raise EventInvalid("neither an account nor a party is named")
    # Of one party at one bank on both sides it is not known that it is one account.
    return payer, payee if payee.account != payer.account else creditor


def payment_events(
    context: Context, entity_id: str, when: int, ends: tuple[Side, Side], payload: Transaction
) -> list[Event]:
    """Return a payment's event, after those of the accounts and parties on its two sides."""
    debtor, creditor = ends
    payment = TransactionEvent(
        entity_id=entity_id,
        version=context.version,
        event_time=when,
        source=context.source,
        payload=msgspec.structs.replace(
            payload,
            debtor_account=debtor.account,
            creditor_account=creditor.account,
            debtor=debtor.party,
            creditor=creditor.party,
            debtor_name=debtor.name,
            creditor_name=creditor.name,
            debtor_agent=debtor.agent,
            creditor_agent=creditor.agent,
            debtor_country=debtor.country,
            creditor_country=creditor.country,
        ),
    )
    return [*debtor.seen, *creditor.seen, payment]
