"""What `make chaos` makes up: the same for the same seed, and never more than patience."""

from collections import Counter

from benchmarks.chaos.faults import HOW_MANY, KINDS, FaultBook, label
from benchmarks.chaos.killer import LAST, moments
from benchmarks.chaos.scale import Scale

from catalystindex.config.sections import JobsSettings

SEED = 7
NAMES = [f"/document-{number}" for number in range(200)]


def opened(seed: int) -> FaultBook:
    book = FaultBook(seed)
    book.open()
    return book


def faults_of(book: FaultBook, name: str, asked: int) -> list[str]:
    found = [book(name, attempt) for attempt in range(asked)]
    return [label(fault) for fault in found if fault is not None]


def test_nothing_goes_wrong_before_the_book_is_opened() -> None:
    book = FaultBook(SEED)
    assert not any(faults_of(book, name, 3) for name in NAMES)
    assert not book.injected


def test_the_same_seed_brings_the_same_faults_in_whatever_order_is_asked() -> None:
    there, back = opened(SEED), opened(SEED)
    found = {name: faults_of(there, name, 4) for name in NAMES}
    assert found == {name: faults_of(back, name, 4) for name in reversed(NAMES)}
    assert found != {name: faults_of(opened(SEED + 1), name, 4) for name in NAMES}


def test_every_kind_of_fault_comes_and_none_outlasts_the_attempts() -> None:
    book = opened(SEED)
    found = [len(faults_of(book, name, 10)) for name in NAMES]
    assert set(book.injected) == {label(kind) for kind in KINDS}
    assert sum(book.injected.values()) == sum(found)
    assert max(found) == max(HOW_MANY) < JobsSettings().max_attempts - 1


def test_kills_are_spread_over_the_run_and_are_as_many_as_asked_for() -> None:
    scale = Scale()
    found = moments(scale)
    assert Counter(one.kind for one in found) == {"worker": 20, "owner": 5, "queue": 2}
    assert [one.after for one in found] == sorted(one.after for one in found)
    assert found[0].after < 0.1
    assert 0.8 < found[-1].after < LAST
    assert found == moments(scale)
    assert found != moments(Scale(seed=scale.seed + 1))
