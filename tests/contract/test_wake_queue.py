"""What every wake-up queue does: in this process, on our own Valkey, and on a server elsewhere."""

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalystindex.config.sections import QueueSettings
from catalystindex.model.errors import QueueUnreachable
from catalystindex.stores.queue.base import Lane, WakeQueue
from catalystindex.stores.queue.calls import MAX_IDENT, MAX_WAITING
from catalystindex.stores.queue.open import open_queue
from support.valkey import TcpValkey, until

NAMES = (f"contract-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def tcp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TcpValkey]:
    server = TcpValkey(tmp_path_factory.mktemp("tcp"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueueSettings]:
    """A Valkey of the product's own; the queues of the tests share its socket."""
    opened = open_queue(QueueSettings(), tmp_path_factory.mktemp("own"), embedded=True)
    assert opened.server is not None
    yield QueueSettings.model_validate({"url": f"unix://{opened.server.socket}"})
    opened.close()


@pytest.fixture(params=["local", "own", "url"])
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WakeQueue]:
    name = next(NAMES)
    match request.param:
        case "local":
            settings = QueueSettings(name=name)
        case "own":
            settings = request.getfixturevalue("own").model_copy(update={"name": name})
        case _:
            settings = QueueSettings(url=request.getfixturevalue("tcp").url, name=name)
    opened = open_queue(settings, tmp_path, embedded=False)
    yield opened.queue
    opened.close()


def test_calls_are_taken_in_the_order_they_were_left(queue: WakeQueue) -> None:
    for ident in ("a", "b", "c"):
        queue.wake(Lane.COMPUTE, ident)
    assert [queue.wait(Lane.COMPUTE, 1) for _ in range(3)] == ["a", "b", "c"]


def test_as_many_calls_are_taken_as_were_left(queue: WakeQueue) -> None:
    queue.wake(Lane.COMPUTE, "a", 3)
    queue.wake(Lane.COMPUTE, "b", 0)
    queue.wake(Lane.COMPUTE, "c")
    assert queue.depth(Lane.COMPUTE) == 4
    assert [queue.wait(Lane.COMPUTE, 0) for _ in range(5)] == ["a", "a", "a", "c", None]
    assert queue.depth(Lane.COMPUTE) == 0


def test_lanes_do_not_take_from_each_other(queue: WakeQueue) -> None:
    queue.wake(Lane.ACQUIRE, "fetch")
    assert queue.wait(Lane.COMPUTE, 0.05) is None
    assert (queue.depth(Lane.ACQUIRE), queue.depth(Lane.COMPUTE)) == (1, 0)
    assert queue.wait(Lane.ACQUIRE, 1) == "fetch"


def test_a_wait_without_a_call_lasts_as_long_as_it_was_told(queue: WakeQueue) -> None:
    began = time.monotonic()
    assert queue.wait(Lane.COMPUTE, 0.3) is None
    assert 0.28 < time.monotonic() - began < 0.8


def test_a_wait_longer_than_a_slice_goes_on(queue: WakeQueue) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiter = pool.submit(queue.wait, Lane.COMPUTE, 10)
        time.sleep(1.2)
        queue.wake(Lane.COMPUTE, "late")
        assert waiter.result(2) == "late"


def test_each_of_several_waiters_gets_one_call(queue: WakeQueue) -> None:
    with ThreadPoolExecutor(8) as pool:
        waiters = [pool.submit(queue.wait, Lane.COMPUTE, 5) for _ in range(8)]
        time.sleep(0.1)
        began = time.monotonic()
        queue.wake(Lane.COMPUTE, "all", 8)
        assert [waiter.result(5) for waiter in waiters] == ["all"] * 8
    assert time.monotonic() - began < 1
    assert queue.depth(Lane.COMPUTE) == 0


def test_one_call_wakes_one_waiter(queue: WakeQueue) -> None:
    with ThreadPoolExecutor(3) as pool:
        waiters = [pool.submit(queue.wait, Lane.ACQUIRE, 0.5) for _ in range(3)]
        queue.wake(Lane.ACQUIRE, "one")
        assert sorted(waiter.result(5) or "" for waiter in waiters) == ["", "", "one"]


@pytest.mark.parametrize(
    "ident", ["", "'\"\\\n\0", "Größe 💶", "\udc80", "x" * MAX_IDENT, "a b:c/*"]
)
def test_ids_of_odd_characters_come_back_as_they_were(queue: WakeQueue, ident: str) -> None:
    queue.wake(Lane.COMPUTE, ident)
    assert queue.wait(Lane.COMPUTE, 1) == ident


def test_longer_ids_and_negative_numbers_are_refused(queue: WakeQueue) -> None:
    with pytest.raises(ValueError, match="characters"):
        queue.wake(Lane.COMPUTE, "x" * (MAX_IDENT + 1))
    with pytest.raises(ValueError, match="calls"):
        queue.wake(Lane.COMPUTE, "x", -1)
    assert queue.depth(Lane.COMPUTE) == 0


def test_a_lane_keeps_a_bounded_number_of_calls_and_the_oldest_of_them(queue: WakeQueue) -> None:
    queue.wake(Lane.COMPUTE, "first", MAX_WAITING - 1)
    queue.wake(Lane.COMPUTE, "last", 10**9)
    queue.wake(Lane.COMPUTE, "dropped")
    assert queue.depth(Lane.COMPUTE) == MAX_WAITING
    taken = [queue.wait(Lane.COMPUTE, 0) for _ in range(MAX_WAITING)]
    assert taken == ["first"] * (MAX_WAITING - 1) + ["last"]


def test_close_lets_every_waiter_go_soon(queue: WakeQueue) -> None:
    answers: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: answers.append(queue.wait(Lane.COMPUTE, 60)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    queue.close()
    until(lambda: len(answers) == len(threads), "a waiter is stuck", patience=1.5)
    assert answers == [None] * len(threads)


def test_after_close_waits_return_at_once_and_calls_are_refused(queue: WakeQueue) -> None:
    queue.wake(Lane.COMPUTE, "a")
    queue.close()
    queue.close()
    began = time.monotonic()
    assert queue.wait(Lane.COMPUTE, 60) is None
    assert time.monotonic() - began < 0.1
    for ask in (
        queue.ping,
        lambda: queue.wake(Lane.COMPUTE, "b"),
        lambda: queue.depth(Lane.COMPUTE),
    ):
        with pytest.raises(QueueUnreachable):
            ask()


def test_it_answers_and_has_a_name(queue: WakeQueue) -> None:
    queue.ping()
    assert queue.name
