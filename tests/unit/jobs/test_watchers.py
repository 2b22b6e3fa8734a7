"""Whoever waits for a document is told once, and let go when the owner ends."""

from catalystindex.jobs.watchers import Watchers


def test_only_those_who_wait_for_the_document_are_told() -> None:
    watchers = Watchers()
    first, second, other = (watchers.watch(one) for one in ("a", "a", "b"))
    watchers.tell("a")
    watchers.tell("nobody waits for this")
    watchers.tell(None)
    assert (first.done(), second.done(), other.done()) == (True, True, False)
    assert first.result(0) is None


def test_a_future_that_nobody_waits_for_is_forgotten() -> None:
    watchers = Watchers()
    kept, dropped = watchers.watch("a"), watchers.watch("a")
    watchers.unwatch("a", dropped)
    watchers.unwatch("a", dropped)
    watchers.tell("a")
    assert (kept.done(), dropped.done()) == (True, False)
    watchers.unwatch("a", kept)


def test_a_future_that_was_cancelled_by_who_waits_harms_nobody() -> None:
    watchers = Watchers()
    cancelled, waiting = watchers.watch("a"), watchers.watch("a")
    cancelled.cancel()
    watchers.tell("a")
    assert waiting.done()


def test_when_the_owner_ends_nobody_waits_any_longer() -> None:
    watchers = Watchers()
    before = watchers.watch("a")
    watchers.close()
    assert before.cancelled()
    assert watchers.watch("a").cancelled()
