"""Filters let through all that a run has, and little else."""

from catalystindex.stores.eventlog.filters import Filters, filter_of
from catalystindex.stores.eventlog.ids import RUN_IDS


def numbered(first: int, count: int) -> list[bytes]:
    """Ids of a counter: the opposite of a hash, which the filters are to bear."""
    return [(first + n).to_bytes(16) for n in range(count)]


def test_all_of_a_run_and_few_strangers_are_let_through() -> None:
    held = numbered(0, RUN_IDS)
    filters = Filters()
    assert not filters
    filters.add(7, filter_of({1: held}))
    assert filters
    assert list(filters.may_hold(1, held)) == [(7, n) for n in range(RUN_IDS)]
    for tenant, first in ((2, 0), (1, 1 << 64), (1, RUN_IDS)):
        strangers = numbered(first, 20_000)
        assert 0 < len(list(filters.may_hold(tenant, strangers))) < 60


def test_each_of_many_runs_is_told_and_may_go() -> None:
    filters = Filters()
    ids = {run: numbered(run << 64, 50) for run in range(1, 21)}
    for run, some in ids.items():
        filters.add(run, filter_of({1: some}))
    for run, some in ids.items():
        assert list(filters.may_hold(1, some)) == [(run, n) for n in range(50)]
    for run in (2, 9, 20, 99):
        filters.remove(run)
    filters.add(30, filter_of({1: ids[9]}))
    assert list(filters.may_hold(1, ids[2])) == []
    assert list(filters.may_hold(1, ids[20])) == []
    assert list(filters.may_hold(1, ids[9])) == [(30, n) for n in range(50)]
    assert list(filters.may_hold(1, ids[8])) == [(8, n) for n in range(50)]
