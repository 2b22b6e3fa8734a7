"""The holder of the index: a lease never sees two generations, and a swap waits for leases."""

import threading
from typing import cast

from catalystindex.embedding.base import TextEncoder
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.model.encoder import EncoderRef
from catalystindex.stores.vectors.base import VectorStore


def index(number: int) -> ServingIndex:
    nothing = object()
    return ServingIndex(
        number,
        "edge",
        cast("EncoderRef", nothing),
        cast("TextEncoder", nothing),
        cast("VectorStore", nothing),
    )


def test_a_swap_waits_for_leases_and_leases_for_the_swap() -> None:
    holder = IndexHolder(index(1))
    paused, go_on = threading.Event(), threading.Event()
    seen: list[int] = []

    def swap() -> None:
        with holder.pause():
            paused.set()
            go_on.wait(10)
            holder.replace(index(2))

    def look() -> None:
        with holder.lease() as leased:
            seen.append(leased.number)

    swapper, looker = threading.Thread(target=swap), threading.Thread(target=look)
    with holder.lease() as leased:
        swapper.start()
        assert not paused.wait(0.1)
        assert leased.number == holder.current().number == 1
    assert paused.wait(10)
    looker.start()
    looker.join(0.1)
    assert seen == []
    go_on.set()
    swapper.join(10)
    looker.join(10)
    assert seen == [2]


def test_many_leases_beside_many_swaps_each_see_one_generation() -> None:
    holder = IndexHolder(index(0))
    over, broken = threading.Event(), []

    def look() -> None:
        while not over.is_set():
            with holder.lease() as leased:
                if holder.current() is not leased:
                    broken.append(leased.number)

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    for number in range(1, 50):
        with holder.pause():
            assert holder.replace(index(number)).number == number - 1
    over.set()
    for looker in lookers:
        looker.join(10)
    assert broken == []
