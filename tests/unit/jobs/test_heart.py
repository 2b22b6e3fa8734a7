"""The heartbeat ends what is not wanted, and nothing else."""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from catalystindex.jobs.desk import Ticket
from catalystindex.jobs.heart import Heart, Progress
from catalystindex.model.errors import Unavailable
from support.jobs import until


class Desk:
    """Hears beats; says no to the tokens it was told of."""

    def __init__(self) -> None:
        self.heard: Counter[tuple[str, int]] = Counter()
        self.progress: list[Progress | None] = []
        self.unwanted: set[tuple[str, int]] = set()
        self.broken: set[str] = set()

    def beat(self, ticket: Ticket, progress: Progress | None) -> bool:
        self.heard[ticket.item_id, ticket.token] += 1
        self.progress.append(progress)
        if ticket.item_id in self.broken:
            raise Unavailable("The desk is out of reach.")
        return (ticket.item_id, ticket.token) not in self.unwanted


@pytest.fixture
def heart() -> Iterator[Heart]:
    beating = Heart(0.02)
    beating.start()
    yield beating
    beating.stop()


def ticket(item: str, token: int = 1) -> Ticket:
    return Ticket(item, "job", token, "document", "version")


def nothing() -> None:
    return None


def test_it_beats_for_what_is_held_and_says_how_far_it_is(heart: Heart) -> None:
    desk = Desk()
    with heart.holding(ticket("a"), desk.beat, nothing, lambda: (3, 9)):
        assert heart.held() == {"a"}
        until(lambda: desk.heard["a", 1] >= 3)
    assert heart.held() == set()
    assert set(desk.progress) == {(3, 9)}


def test_only_the_stage_of_the_document_that_is_not_wanted_is_interrupted(heart: Heart) -> None:
    desk = Desk()
    ends = {"a": threading.Event(), "b": threading.Event()}
    with (
        heart.holding(ticket("a"), desk.beat, ends["a"].set) as first,
        heart.holding(ticket("b"), desk.beat, ends["b"].set) as second,
        heart.in_stage(first),
        heart.in_stage(second),
    ):
        desk.unwanted.add(("a", 1))
        assert ends["a"].wait(5)
        until(lambda: desk.heard["b", 1] >= 3)
        assert first.unwanted.is_set()
        assert not second.unwanted.is_set()
        assert not ends["b"].is_set()


def test_between_two_stages_nothing_is_interrupted(heart: Heart) -> None:
    desk = Desk()
    interrupted = threading.Event()
    desk.unwanted.add(("a", 1))
    with heart.holding(ticket("a"), desk.beat, interrupted.set) as hold:
        assert hold.unwanted.wait(5)
        assert not interrupted.is_set()


def test_the_beat_of_a_finished_document_does_not_end_the_next_one(heart: Heart) -> None:
    """One worker, two documents one after the other; the answer to the first comes late."""
    asked, answer = threading.Event(), threading.Event()
    interrupted = threading.Event()

    def slow(_ticket: Ticket, _progress: Progress | None) -> bool:
        asked.set()
        answer.wait(5)
        return False

    with heart.holding(ticket("a"), slow, interrupted.set) as first, heart.in_stage(first):
        assert asked.wait(5)
    desk = Desk()
    with heart.holding(ticket("b"), desk.beat, interrupted.set) as hold, heart.in_stage(hold):
        answer.set()
        until(lambda: desk.heard["b", 1] >= 3)
        assert not interrupted.is_set()


def test_a_document_that_goes_from_one_thread_to_another_keeps_its_heartbeat(
    heart: Heart,
) -> None:
    """Who fetched it lets go of it a moment after who computes has taken it up."""
    desk = Desk()
    fetching = heart.holding(ticket("a", 1), desk.beat, nothing)
    computing = heart.holding(ticket("a", 2), desk.beat, nothing)
    fetching.__enter__()
    computing.__enter__()
    fetching.__exit__(None, None, None)
    assert heart.held() == {"a"}
    before = desk.heard["a", 2]
    until(lambda: desk.heard["a", 2] >= before + 3)
    computing.__exit__(None, None, None)
    assert heart.held() == set()


def test_a_desk_that_is_out_of_reach_does_not_stop_the_heart(heart: Heart) -> None:
    desk = Desk()
    desk.broken.add("a")
    with heart.holding(ticket("a"), desk.beat, nothing) as hold:
        until(lambda: desk.heard["a", 1] >= 3)
        assert not hold.unwanted.is_set()
        desk.broken.clear()
        desk.unwanted.add(("a", 1))
        assert hold.unwanted.wait(5)
        beats = desk.heard["a", 1]
        alive = threading.Event()
        heart.on_beat = alive.set
        assert alive.wait(5)
        assert desk.heard["a", 1] == beats  # it is known not to be wanted


def test_a_cancellation_is_heard_at_once() -> None:
    desk = Desk()
    heart = Heart(60)
    heart.start()
    try:
        with heart.holding(ticket("a"), desk.beat, nothing) as hold:
            desk.unwanted.add(("a", 1))
            heart.hurry()
            assert hold.unwanted.wait(5)
    finally:
        heart.stop()
