"""Dead events for tests: bytes in the log that a consumer of the tests' own has refused."""

import itertools

from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import EventLog, LetterFilter, Message, NewLetter
from support.event_bodies import AT

PROBE = "probe"
"""A group that nothing follows, so its letters are those that tests make."""

ANY = LetterFilter(group=PROBE, state=None)
_numbers = itertools.count(1)


def dead_event(log: EventLog, tenant: Tenant, data: bytes, code: str = "event.invalid") -> str:
    """Append bytes, have the probe refuse them, and return the letter's id."""
    log.register(PROBE)
    number = next(_numbers)
    message = Message(f"K{number}", f"{number:032x}", AT, data, only=PROBE)
    (placed,) = log.append(tenant, [message])
    (record,) = log.read(placed.partition, placed.offset, 1)
    before = {one.letter_id for one in log.letters(tenant, ANY, 1000)}
    letter = NewLetter(record, "person", code, "it says nothing", 1)
    log.commit(PROBE, placed.partition, placed.offset + 1, [letter])
    (made,) = {one.letter_id for one in log.letters(tenant, ANY, 1000)} - before
    return made
