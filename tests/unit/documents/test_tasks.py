import numpy as np
import pytest

from catalystindex.documents.stages import known_vectors
from catalystindex.documents.tasks import (
    Answer,
    BuildTask,
    Crashed,
    Done,
    EmbedTask,
    IndexedPart,
    ParseTask,
    PlaceRef,
    Task,
    as_error,
    decode_answer,
    decode_task,
    encode,
    refusal,
)
from catalystindex.model.errors import CatalystError, all_error_types

PLACE = PlaceRef("acme/aml", "kb", "doc", "ver")
TASKS: list[Task] = [
    ParseTask(PLACE, "text/plain", "", "memo 漢.txt", {"name": "default", "max_tokens": 256}),
    EmbedTask(PLACE, [0, 3], b"\x00\xff" * 8),
    BuildTask("/data/gen", 384, [IndexedPart(PLACE, "text/html", {"a": [1, "x", True]})]),
]
ANSWERS: list[Answer] = [
    Done(),
    Done(chunks=3, pages=2, title="Memo"),
    Crashed("an unforeseen KeyError", "frames"),
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: type(task).__name__)
def test_a_task_comes_back_as_it_was(task: Task) -> None:
    assert decode_task(encode(task)) == task


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_an_answer_comes_back_as_it_was(answer: Answer) -> None:
    assert decode_answer(encode(answer)) == answer


@pytest.mark.parametrize("kind", all_error_types(), ids=lambda kind: kind.code)
def test_a_typed_error_crosses_the_pipe(kind: type[CatalystError]) -> None:
    error = kind("what happened", page=3, limit=1.5, file="a", known=True, nothing=None)
    answer = decode_answer(encode(refusal(error)))
    back = as_error(answer)  # type: ignore[arg-type]  # a wrong kind would fail right here
    assert type(back) is kind
    assert back.detail == error.detail
    assert back.context == error.context


def test_a_place_knows_its_paths() -> None:
    assert PLACE.place().path("raw") == "acme/aml/kb/doc/ver/raw"


def test_known_vectors_are_given_by_place() -> None:
    vectors = np.arange(8, dtype=np.float32).reshape(2, 4)
    known = known_vectors(EmbedTask(PLACE, [4, 1], vectors.tobytes()))
    assert sorted(known) == [1, 4]
    np.testing.assert_array_equal(known[4], vectors[0])
    np.testing.assert_array_equal(known[1], vectors[1])


def test_no_known_vectors_are_none() -> None:
    assert known_vectors(EmbedTask(PLACE, [], b"")) == {}
