"""What people say to each other."""

from typing import Annotated, Literal

from msgspec import Meta

from catalystindex.model.events.fields import Code, Count, Identifier, Identifiers, Line, Payload

Channel = Literal["email", "chat", "sms", "phone", "meeting", "letter", "other"]
Body = Annotated[str, Meta(max_length=200_000)]


class Communication(Payload, frozen=True):
    """A message or a call; what was said is its text."""

    sender: Identifier
    """Id of a person or company, or an address."""
    recipients: Identifiers
    channel: Channel = "email"
    subject: Line | None = None
    text: Body = ""
    language: Code | None = None
    """BCP 47."""
    thread: Identifier | None = None
    seconds: Count | None = None
    """Length of a call."""
