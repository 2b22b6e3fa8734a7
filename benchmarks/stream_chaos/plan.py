"""What is sent, in which order, and what is put into the log past the API."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.stream_chaos.entities import entity_events, text_events, transaction
from benchmarks.stream_chaos.scale import Scale, chance
from catalystindex.model.events.envelope import Event
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.codec import Sealed, seal

MAX_SHIFT: Final = 5_000
"""Places by which a displaced event is away from its own."""

Spoil = Callable[[bytes], bytes]

SPOILS: Final[Sequence[tuple[str, Spoil]]] = (
    ("event.invalid", lambda data: data[: len(data) // 2]),
    ("event.invalid", lambda data: b"\xff\xfe" + data),
    ("event.schema_unknown", lambda data: data.replace(b'"transaction"', b'"teleport"', 1)),
    ("event.schema_unknown", lambda data: data[:-1] + b',"schema_version":99}'),
    ("event.invalid", lambda data: data.replace(b'"amount":', b'"amount":-', 1)),
    ("event.invalid", lambda data: data[:-1] + b',"op":"delete"}'),
)
"""Ways to make an event into none, with the code that must be told."""


@dataclass(frozen=True)
class Poison:
    """Bytes that are no event, and the event they come from."""

    data: bytes
    mended: bytes
    code: str


@dataclass(frozen=True)
class Plan:
    """Everything that a round is given."""

    lines: Sequence[bytes]
    """Sent through the API, in this order, repetitions included."""
    distinct: int
    poison: Sequence[Poison]
    raw: Sequence[Message]
    """Put into the log itself, as a foreign producer would: poison, and events under other ids."""


def make_plan(scale: Scale) -> Plan:
    """Return the plan of a scale; equal for equal scales."""
    drawn = chance(scale.seed, "plan")
    events = list(_events(scale, drawn))
    sealed = [seal(event) for event in events]
    poison = _poison(scale, drawn)
    raw = [_message(f"poison-{n}", one.data) for n, one in enumerate(poison)]
    again = drawn.sample(range(len(sealed)), round(len(sealed) * scale.repeated))
    raw += [_again(events[n], sealed[n]) for n in again[: len(again) // 2]]
    lines = _sent(scale, sealed, again[len(again) // 2 :], drawn)
    return Plan(lines, len({one.event_id for one in sealed}), poison, raw)


def _events(scale: Scale, drawn: random.Random) -> Iterator[Event]:
    """Give out exactly as many events as the scale says, versions of one entity in order."""
    others = [*entity_events(scale.events, drawn), *text_events(scale.events, drawn)]
    number = scale.events - len(others)
    places = sorted(drawn.choices(range(number), k=len(others)))
    given = 0
    for written in range(number):
        while given < len(others) and places[given] <= written:
            yield others[given]
            given += 1
        yield transaction(written, drawn)
    yield from others[given:]


def _sent(
    scale: Scale, sealed: Sequence[Sealed], again: Sequence[int], drawn: random.Random
) -> list[bytes]:
    places = [(float(n), one.data) for n, one in enumerate(sealed)]
    for n in drawn.sample(range(len(sealed)), round(len(sealed) * scale.displaced)):
        places[n] = (n + drawn.uniform(-MAX_SHIFT, MAX_SHIFT), places[n][1])
    places += [(n + drawn.uniform(0, MAX_SHIFT), sealed[n].data) for n in again]
    return [data for _, data in sorted(places)]


def _poison(scale: Scale, drawn: random.Random) -> list[Poison]:
    found = []
    for n in range(scale.poisoned):
        event = transaction(10_000_000 + n, drawn, version=1)
        code, spoil = SPOILS[n % len(SPOILS)]
        data = seal(event).data
        found.append(Poison(spoil(data), data, code))
    return found


def _message(message_id: str, data: bytes) -> Message:
    return Message(key=message_id, message_id=message_id, event_time=0, data=data)


def _again(event: Event, sealed: Sealed) -> Message:
    """Return the same event as another producer sends it: the log cannot know it by its id."""
    return Message(
        key=event.entity_id,
        message_id=f"again-{sealed.event_id}",
        event_time=event.event_time,
        data=sealed.data,
    )
