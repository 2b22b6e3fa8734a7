"""Kernels of flows find what the slow references find, on small random graphs with every oddity."""

import random
from collections.abc import Sequence
from typing import Final

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.aml.kernels import chains, loops, relations
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.payments import CASH_WITHDRAWAL, METHODS, plain
from catalystindex.temporal.window import Window
from support.references.flows import Flow, Row, longest_chain, moves, new
from support.references.flows import loops as all_loops

ACCOUNTS: Final = 5
BUSY: Final = 6
LEAST: Final = 40
CASH: Final = (0.4, 1.2)
FLOW: Final = Flow(window=20, gap=7, history=30, lowest=0.8, highest=1.0)
LOOPS: Final = loops.LoopRules(2, 5, 20, 7, 30, 0.8, 1.0, 100_000, BUSY)
CHAINS: Final = chains.ChainRules(20, 7, 30, 0.8, 1.0, *CASH, LEAST, 100_000)
AMOUNTS: Final = (0, 30, 50, 80, 90, 95, 100, 10**15)


def graph(draw: random.Random) -> list[Row]:
    """Return payments in order of time, with ties, repeats, self-transfers, cash and a hub."""
    span, hub = draw.choice((4, 20, 60)), draw.random() < 0.2
    rows = []
    for time in sorted(draw.randrange(span) for _ in range(draw.randrange(1, 16))):
        source = 0 if hub and draw.random() < 0.5 else draw.randrange(ACCOUNTS)
        method = draw.choice((0, 0, 0, 0, 1, 2, CASH_WITHDRAWAL))
        target = -1 if method == CASH_WITHDRAWAL else draw.randrange(-1, ACCOUNTS)
        rows.append(Row(source, target, time, draw.choice(AMOUNTS), method))
    return rows


def window_of(rows: Sequence[Row], batch: int, keep: int = 1_000) -> Window:
    table = np.array(rows, np.int64)
    payments = plain(table[:, 0], table[:, 1], table[:, 2], table[:, 3])
    payments = payments._replace(method=table[:, 4].astype(np.int8))
    window = Window(keep, Codebook([f"account-{number}" for number in range(ACCOUNTS)]))
    for begin in range(0, len(rows), batch):
        window.append(type(payments)._make(column[begin : begin + batch] for column in payments))
    return window


def check_loops(rows: Sequence[Row], window: Window) -> None:
    view, method, trail = window.view, window.column("method"), loops.new_trail()
    lengths = loops.closing_rows(view, method, LOOPS, 0, len(rows))
    for number in range(len(rows)):
        found = loops.loop_of(view, method, LOOPS, number, trail)
        assert found.length == lengths[number]
        kept, strange = (
            set(all_loops(rows, number, FLOW, 2, 5, which, BUSY)) for which in (True, False)
        )
        path = tuple(trail.path[: found.length][::-1].tolist())
        if kept or strange:
            assert found.kept == bool(kept)
            assert path in (kept or strange)
        else:
            assert found.length == 0


def check_chains(rows: Sequence[Row], window: Window) -> None:
    view, method = window.view, window.column("method")
    lengths = chains.ending_rows(view, method, CHAINS, 0, len(rows))
    for number in range(len(rows)):
        wanted = longest_chain(rows, number, FLOW, CASH, LEAST, chains.LONGEST)
        assert lengths[number] == (wanted if wanted > 1 else 0)


def check_relations(rows: Sequence[Row], window: Window) -> None:
    view, method = window.view, window.column("method")
    for number, row in enumerate(rows):
        assert relations.is_move(view, method, number) == moves(row)
        long_ago = relations.row_since(view, number, FLOW.history)
        recent = relations.row_since(view, number, FLOW.window)
        if row.source >= 0 and row.target >= 0:
            fresh = new(rows, number, row.time, FLOW.history, FLOW.window)
            assert relations.is_new(view, number, long_ago, recent) == fresh
            before = any(
                (one.source, one.target) == (row.target, row.source)
                and row.time - FLOW.history <= one.time < row.time
                for one in rows[:number]
            )
            assert before == relations.paid_before(
                view, row.target, row.source, long_ago, number, 100
            )


def test_a_thousand_random_graphs() -> None:
    for seed in range(1_500):
        draw = random.Random(seed)
        rows = graph(draw)
        window = window_of(rows, draw.choice((1, 4, 100)))
        check_loops(rows, window)
        check_chains(rows, window)
        check_relations(rows, window)


ROWS: Final = st.lists(
    st.builds(
        Row,
        st.integers(0, ACCOUNTS - 1),
        st.integers(-1, ACCOUNTS - 1),
        st.integers(0, 40),
        st.sampled_from(AMOUNTS),
        st.sampled_from((0, 1, METHODS.index("card"), CASH_WITHDRAWAL)),
    ),
    min_size=1,
    max_size=14,
)


@given(ROWS, st.integers(1, 5))
@settings(deadline=None, max_examples=150)
def test_whatever_the_graph(rows: list[Row], batch: int) -> None:
    rows = sorted(
        (one._replace(target=-1) if one.method == CASH_WITHDRAWAL else one for one in rows),
        key=lambda one: one.time,
    )
    window = window_of(rows, batch, keep=FLOW.history)
    check_chains_of_last(rows, window)


def check_chains_of_last(rows: Sequence[Row], window: Window) -> None:
    """Check the last row on a window from which all that is too old for it is gone."""
    last, method = len(rows) - 1, window.column("method")
    found = chains.ending_rows(window.view, method, CHAINS, last, last + 1)[0]
    wanted = longest_chain(rows, last, FLOW, CASH, LEAST, chains.LONGEST)
    assert found == (wanted if wanted > 1 else 0)
    closed = loops.closing_rows(window.view, method, LOOPS, last, last + 1)[0]
    both = [list(all_loops(rows, last, FLOW, 2, 5, which, BUSY)) for which in (True, False)]
    assert bool(closed) == any(both)


def test_a_search_that_is_bounded_says_so() -> None:
    rows = [Row(0, 1, time, 100) for time in range(50)] + [Row(1, 2, 60, 100)]
    window = window_of(rows, 100)
    rules = LOOPS._replace(steps=10, gap=100, window=100)
    trail = chains.new_trail()
    view, method = window.view, window.column("method")
    few = CHAINS._replace(steps=10, gap=100, window=100)
    assert chains.chain_of(view, method, few, 50, trail).capped
    rows[:2] = [Row(2, 3, 0, 100), Row(3, 1, 1, 100)]
    window = window_of(rows, 100)
    method = window.column("method")
    assert loops.loop_of(window.view, method, LOOPS._replace(gap=100, window=100), 50,
                         loops.new_trail()).length == 3  # fmt: skip
    found = loops.loop_of(window.view, method, rules, 50, loops.new_trail())
    assert found.capped
    assert found.length == 0
