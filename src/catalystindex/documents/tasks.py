"""What a compute worker is asked and answers: messages of plain data, encoded as MessagePack."""

from typing import Any

import msgspec

from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import CatalystError, ContextValue, error_from_code
from catalystindex.stores.artifacts.base import VersionPlace


class PlaceRef(msgspec.Struct, frozen=True):
    """A version's place, as a message carries it."""

    tenant_key: str
    knowledge_base_id: str
    document_id: str
    version_id: str

    def place(self) -> VersionPlace:
        """Return the place."""
        return VersionPlace(
            self.tenant_key, self.knowledge_base_id, self.document_id, self.version_id
        )


class ParseTask(msgspec.Struct, frozen=True, tag="parse"):
    """Parse the raw artifact. A blank ``title`` is filled from the document."""

    place: PlaceRef
    media_type: str
    title: str
    filename: str


class ChunkTask(msgspec.Struct, frozen=True, tag="chunk"):
    """Chunk the parsed artifact under a title, by a policy, as an encoder counts tokens."""

    place: PlaceRef
    title: str
    policy: dict[str, Any]
    model: EncoderRef


class EmbedTask(msgspec.Struct, frozen=True, tag="embed"):
    """Embed the chunks artifact, but for the places (ordinals) whose vectors are given."""

    place: PlaceRef
    model: EncoderRef
    known_places: list[int]
    known_vectors: bytes


class IndexedPart(msgspec.Struct, frozen=True):
    """A version that a new generation holds, with what its points are filtered by."""

    place: PlaceRef
    media_type: str
    metadata: dict[str, Any]


class BuildTask(msgspec.Struct, frozen=True, tag="build"):
    """Build and optimise an index generation in ``folder`` from the artifacts of versions."""

    folder: str
    model: EncoderRef
    parts: list[IndexedPart]


StageTask = ParseTask | ChunkTask | EmbedTask
"""What brings a document to its next stage."""

Task = StageTask | BuildTask


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The artifacts are written. ``chunks`` is not set by parsing, the rest by nothing else."""

    chunks: int = 0
    pages: int | None = None
    title: str = ""
    reading: dict[str, Any] = {}


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """A sign of life of a task under way: steps (pages) done, of how many."""

    done: int
    total: int


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A typed error: trying again will not change it."""

    code: str
    detail: str
    context: dict[str, ContextValue]


class Crashed(msgspec.Struct, frozen=True, tag="crashed"):
    """An error nobody foresaw, with its traceback for the log."""

    detail: str
    traceback: str


Answer = Done | Refused | Crashed
Message = Answer | Progress

_tasks = msgspec.msgpack.Decoder(Task)
_messages = msgspec.msgpack.Decoder(Message)
encode = msgspec.msgpack.encode


def decode_task(data: bytes) -> Task:
    """Return the task in a message."""
    task: Task = _tasks.decode(data)
    return task


def decode_message(data: bytes) -> Message:
    """Return the answer or progress in a message."""
    message: Message = _messages.decode(data)
    return message


def refusal(error: CatalystError) -> Refused:
    """Return the answer that carries a typed error."""
    return Refused(error.code, error.detail, error.context)


def as_error(refused: Refused) -> CatalystError:
    """Return the typed error that an answer carries."""
    return error_from_code(refused.code, refused.detail, refused.context)
