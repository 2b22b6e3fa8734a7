"""A process that dies by SIGKILL in the middle of indexing texts of events.

python -m support.event_texts_crash DATA_FOLDER STAGE
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from catalystindex.documents.removal import Remover
from catalystindex.model.events.envelope import Event
from catalystindex.streaming.vectors.sink import VectorSink
from catalystindex.streaming.vectors.upsert import Upserter
from support.documents import running_owner, settings_for
from support.event_texts import apply, deletion, message

STAGES = ("upserted", "first part committed", "removal committed")
_PLACES: dict[str, tuple[type | object, str]] = {
    "upserted": (Upserter, "_upsert"),
    "first part committed": (VectorSink, "_done"),
    "removal committed": (Remover, "follow"),
}


def events() -> list[Event]:
    """More than one part of texts, changes of them, and deletions."""
    texts = [message(f"m-{n}", f"gold bar number {n}") for n in range(130)]
    changed = [message(f"m-{n}", f"silver bar number {n}", version=2) for n in range(10)]
    return [*texts, *changed, *(deletion(f"m-{n}", 3) for n in range(5, 8))]


def die_after(place: object, name: str) -> None:
    real: Callable[..., object] = getattr(place, name)

    def deadly(*arguments: object, **named: object) -> object:
        if name != "follow":  # that one is not to be done at all
            real(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    setattr(place, name, deadly)


def main() -> None:
    folder, stage = sys.argv[1:]
    with running_owner(settings_for(Path(folder))) as owner:
        if stage == "removal committed":
            apply(owner, *events()[:-3])
        die_after(*_PLACES[stage])
        apply(owner, *events())


if __name__ == "__main__":
    main()
