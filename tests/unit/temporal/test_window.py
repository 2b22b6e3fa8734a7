"""A window against its definition: any batches, any expiry, any growth, any renumbering."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.model.errors import WindowDisorder, WindowFull, WindowWithoutEvidence
from catalystindex.temporal import columns, graph, growing, pair_table, window
from catalystindex.temporal.columns import LAST_ROW
from catalystindex.temporal.layout import NEVER
from catalystindex.temporal.payments import event_id, plain, taken
from catalystindex.temporal.window import Window
from support.references.window import ReferenceWindow, Row
from support.windows import content_of, cut, payments_of, random_rows, window_of

ACCOUNTS = 9


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every kind of growth and tidying happen within a few rows."""
    monkeypatch.setattr(window, "COMPACT_FROM", 4)
    monkeypatch.setattr(graph, "_TIDIED_AT_ONCE", 3)
    monkeypatch.setattr(pair_table, "_FEWEST", 4)
    monkeypatch.setattr(pair_table, "_CLEARED_PER_ROW", 3)
    monkeypatch.setattr(pair_table, "_MOVED_PER_ROW", 2)
    monkeypatch.setattr(growing, "FEWEST", 2)
    monkeypatch.setattr(columns, "_SETTLED_WITHIN", 1)


def compare(
    seed: int, batches: Sequence[Sequence[Row]], keep: int, last_row: int = LAST_ROW
) -> None:
    """Append batches to a window and to the reference, and compare what they say."""
    made, slow = window_of(keep, ACCOUNTS, last_row=last_row), ReferenceWindow(keep, ACCOUNTS)
    number = 0
    for batch in batches:
        fresh = made.append(payments_of(batch, number))
        slow.append(batch)
        assert (fresh.hi - fresh.lo, fresh.hi) == (len(batch), made.end)
        number += len(batch)
    assert content_of(made) == slow.content(), f"seed {seed}"


def test_a_thousand_random_streams_are_as_defined() -> None:
    for seed in range(1000):
        rows = random_rows(seed, count=10 + seed % 70, accounts=ACCOUNTS, span=40)
        compare(seed, cut(seed, rows, 1 + seed % 13), keep=(seed % 7 + 1) ** 2)


rows_of = st.lists(
    st.tuples(
        st.integers(-1, ACCOUNTS - 1),
        st.integers(-1, ACCOUNTS - 1),
        st.integers(0, 30),
        st.integers(1, 10**15),
        st.sampled_from([0, 7, 8]),
    ),
    min_size=1,
    max_size=60,
).map(lambda rows: [Row(*row) for row in sorted(rows, key=lambda row: row[2])])


@settings(max_examples=150)
@given(rows_of, st.integers(1, 35), st.integers(0, 1000), st.integers(0, 1000))
def test_batches_leave_no_trace(rows: list[Row], keep: int, one: int, other: int) -> None:
    contents = []
    for seed in (one, other):
        made = window_of(keep, ACCOUNTS)
        for batch in cut(seed, rows, 9):
            made.append(payments_of(batch))
        made.expire(rows[-1].time - keep)
        contents.append(content_of(made))
    assert contents[0] == contents[1]


@pytest.mark.parametrize("seed", range(60))
def test_rows_are_counted_anew_before_their_numbers_end(seed: int) -> None:
    rows = random_rows(seed, count=300, accounts=ACCOUNTS, span=300)
    compare(seed, cut(seed, rows, 10), keep=20 + seed, last_row=150)


def test_a_window_that_has_no_numbers_left_says_so() -> None:
    made = window_of(1000, ACCOUNTS, last_row=50)
    rows = random_rows(1, count=60, accounts=ACCOUNTS, span=100)
    made.append(payments_of(rows[:50]))
    before = content_of(made)
    with pytest.raises(WindowFull, match="more than 50"):
        made.append(payments_of(rows[50:]))
    assert content_of(made) == before


def test_what_is_remembered_counts_as_activity_before_the_window() -> None:
    made, slow = window_of(10, ACCOUNTS), ReferenceWindow(10, ACCOUNTS, remembered={2: 5, 3: 90})
    last = np.full(ACCOUNTS, NEVER)
    last[[2, 3]] = 5, 90
    made.remember(np.where(last == NEVER, -NEVER, last - 1), last)
    batch = [Row(2, 3, 50, 1), Row(3, 2, 60, 1), Row(4, 2, 60, 1)]
    made.append(payments_of(batch))
    slow.append(batch)
    assert content_of(made) == slow.content()


def test_memory_of_blocks_is_used_again() -> None:
    """Accounts that fall silent give their blocks to others: the pools do not go on growing."""
    made = window_of(100, 4000)
    sizes = []
    for turn in range(40):
        source = np.arange(100) + turn * 100
        time = np.arange(100) + turn * 100
        made.append(plain(np.repeat(source, 9), np.repeat(source[::-1], 9), np.repeat(time, 9),
                          np.ones(900, np.int64)))  # fmt: skip
        sizes.append(len(made.view.out.row) + len(made.view.into.row))
    assert sizes[-1] <= sizes[20] * 1.3
    # 100 accounts hold 9 live payments; twice as many blocks of 16 may wait to be looked at
    assert sizes[-1] <= 4 * 2 * 100 * 16 * 2


def test_a_hub_that_falls_silent_gives_its_room_back() -> None:
    made = window_of(100, 50)
    made.append(plain(np.zeros(5000, int), np.ones(5000, int), np.zeros(5000, int),
                      np.ones(5000, np.int64)))  # fmt: skip
    for turn in range(60):
        made.append(plain(np.array([0]), np.array([2]), np.array([turn * 10]), np.array([1])))
    room = made._graph._out.heap.room
    assert room[0] <= 32
    assert content_of(made).out[0] == list(range(made.end - made.first))


def test_disorder_is_refused_and_nothing_is_appended() -> None:
    made = window_of(100, ACCOUNTS)
    made.append(payments_of([Row(1, 2, 50, 1)]))
    before = content_of(made)
    late = payments_of([Row(1, 2, 49, 1)])
    unsorted = payments_of([Row(1, 2, 61, 1), Row(1, 2, 60, 1)])
    ids = payments_of([Row(1, 2, 60, 1), Row(1, 2, 60, 1)])
    for batch in (late, unsorted, ids._replace(id_low=ids.id_low[::-1])):
        with pytest.raises(WindowDisorder):
            made.append(batch)
    assert content_of(made) == before


def test_order_holds_after_everything_has_expired() -> None:
    made = window_of(10, ACCOUNTS)
    made.append(payments_of([Row(1, 2, 50, 1)] * 8))
    made.expire(1000)
    assert (made.size().rows, made.last_time) == (0, 50)
    with pytest.raises(WindowDisorder):
        made.append(payments_of([Row(1, 2, 49, 1)]))


@pytest.mark.parametrize("codes", [(ACCOUNTS, 1), (1, ACCOUNTS), (-2, 1), (1, -2)])
def test_codes_that_are_not_in_the_codebook_are_refused(codes: tuple[int, int]) -> None:
    made = window_of(100, ACCOUNTS)
    with pytest.raises(IndexError, match="codebook"):
        made.append(payments_of([Row(*codes, 50, 1)]))
    assert made.end == 0


def test_an_empty_batch_changes_nothing() -> None:
    made = window_of(100, ACCOUNTS)
    made.append(payments_of([Row(1, 2, 50, 1)]))
    assert made.append(taken(payments_of([Row(1, 2, 50, 1)]), slice(0, 0))) == (1, 1)


def test_without_evidence_the_graph_is_the_same_and_the_rest_is_not_there() -> None:
    rows = random_rows(3, count=200, accounts=ACCOUNTS, span=100)
    full, core = window_of(30, ACCOUNTS), window_of(30, ACCOUNTS, evidence=False)
    for batch in cut(3, rows, 9):
        full.append(payments_of(batch))
        core.append(payments_of(batch))
    for name in ("source", "target", "time", "amount", "tie", "prev", "source_before"):
        live = core.end - core.base
        assert core.column(name)[:live].tolist() == full.column(name)[:live].tolist()
    for name in ("method", "id_low", "purpose"):
        with pytest.raises(WindowWithoutEvidence, match=name):
            core.column(name)
    with pytest.raises(WindowWithoutEvidence):
        core.event_ids(np.array([core.first]))
    with pytest.raises(KeyError):
        core.column("colour")


def test_rows_know_their_event_ids() -> None:
    made = window_of(5, ACCOUNTS)
    for number in range(40):
        made.append(payments_of([Row(1, 2, number, 1)], number))
    rows = np.array([made.end - 1, made.first])
    assert made.event_ids(rows) == (event_id(0, 39), event_id(0, 34))


def test_a_window_keeps_some_time() -> None:
    with pytest.raises(ValueError, match="0 microseconds"):
        Window(0)
