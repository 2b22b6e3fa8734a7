import numpy as np
import pytest

from catalystindex.documents.stages import known_vectors
from catalystindex.documents.tasks import (
    BuildTask,
    ChunkTask,
    Crashed,
    Done,
    EmbedTask,
    IndexedPart,
    Message,
    ParseTask,
    PlaceRef,
    Progress,
    Task,
    as_error,
    decode_message,
    decode_task,
    encode,
    refusal,
)
from catalystindex.model.errors import CatalystError, all_error_types
from support.stores import PACKAGED

PLACE = PlaceRef("acme/aml", "kb", "doc", "ver")
TASKS: list[Task] = [
    ParseTask(PLACE, "text/plain", "", "memo 漢.txt"),
    ChunkTask(PLACE, "Memo 漢", {"name": "default", "max_tokens": 256}, PACKAGED),
    EmbedTask(PLACE, PACKAGED, [0, 3], b"\x00\xff" * 8),
    BuildTask("/data/gen", PACKAGED, [IndexedPart(PLACE, "text/html", {"a": [1, "x", True]})]),
]
MESSAGES: list[Message] = [
    Done(),
    Done(chunks=3, pages=2, title="Memo", reading={"parser": "x/1", "ocr_pages": [{"first": 1}]}),
    Progress(3, 12),
    Crashed("an unforeseen KeyError", "frames"),
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: type(task).__name__)
def test_a_task_comes_back_as_it_was(task: Task) -> None:
    assert decode_task(encode(task)) == task


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    assert decode_message(encode(message)) == message


@pytest.mark.parametrize("kind", all_error_types(), ids=lambda kind: kind.code)
def test_a_typed_error_crosses_the_pipe(kind: type[CatalystError]) -> None:
    error = kind("what happened", page=3, limit=1.5, file="a", known=True, nothing=None)
    answer = decode_message(encode(refusal(error)))
    back = as_error(answer)  # type: ignore[arg-type]  # a wrong kind would fail right here
    assert type(back) is kind
    assert back.detail == error.detail
    assert back.context == error.context


def test_a_place_knows_its_paths() -> None:
    assert PLACE.place().path("raw") == "acme/aml/kb/doc/ver/raw"


def test_known_vectors_are_given_by_place() -> None:
    vectors = np.arange(8, dtype=np.float32).reshape(2, 4)
    known = known_vectors(EmbedTask(PLACE, PACKAGED, [4, 1], vectors.tobytes()))
    assert sorted(known) == [1, 4]
    np.testing.assert_array_equal(known[4], vectors[0])
    np.testing.assert_array_equal(known[1], vectors[1])


def test_no_known_vectors_are_none() -> None:
    assert known_vectors(EmbedTask(PLACE, PACKAGED, [], b"")) == {}
