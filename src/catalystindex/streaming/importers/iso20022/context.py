"""What a message says about all of its records."""

from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.envelope import Event
from catalystindex.streaming.importers.iso20022.families import Family
from catalystindex.streaming.importers.iso20022.tags import Tags
from catalystindex.streaming.importers.iso20022.values import micros

_RANK_SHIFT: Final = 50
"""Milliseconds up to the year 9999 stay below 2^50; three ranks above stay below 2^53."""


@dataclass(frozen=True, slots=True)
class Context:
    """A message's header, or what stands for it where there is none."""

    tags: Tags
    family: Family
    source: str
    message_id: str = ""
    sender: str | None = None
    created: int | None = None
    """Microseconds since 1970; unset where the message does not say."""
    settled: str | None = None
    """The settlement date of all records, where the header has it."""

    @property
    def version(self) -> int:
        """The version of this message's payments.

        Higher is what knows more of a payment (the bank's transfer over the customer's order over
        the line of a statement), and among messages of one type what was made later.
        """
        return (self.family.rank << _RANK_SHIFT) + (self.created or 0) // 1_000

    @property
    def seen_at(self) -> int:
        """When parties and accounts were seen. Raises `EventInvalid` as `when` does."""
        return self.when()

    def made(self, created: int) -> "Context":
        """Return this with the time the message was made. Raises `EventInvalid` before 1970."""
        if created < 0:
            raise EventInvalid("the message was made before 1970")
        return replace(self, created=created)

    def when(self, *texts: str | None) -> int:
        """Return the first of some times, else when the message was made.

        Raises `EventInvalid` where there is none.
        """
        for text in texts:
            if text:
                return micros(text)
        if self.created is None:
            raise EventInvalid("neither the record nor its message says when it was")
        return self.created


@dataclass(slots=True)
class Mapped:
    """What a record gives."""

    events: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What could not be taken over, though the record itself was."""


def from_header(tags: Tags, family: Family, source: str, header: etree._Element | None) -> Context:
    """Return what a header says. Raises `EventInvalid` for a time that no event can have."""
    created = tags.text(header, "CreDtTm")
    context = Context(
        tags=tags,
        family=family,
        source=source,
        message_id=tags.text(header, "MsgId") or "",
        sender=tags.first(
            header,
            "InitgPty/Nm",
            "InstgAgt/FinInstnId/BICFI",
            "InstgAgt/FinInstnId/BIC",
        ),
        settled=tags.text(header, "IntrBkSttlmDt"),
    )
    return context if created is None else context.made(micros(created))
