"""Who holds an account as of a time, beside a search through all that was said of it."""

import itertools
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.model.events.envelope import AccountEvent
from catalystindex.model.events.parties import Account
from catalystindex.streaming.arrow import events_to_batch
from catalystindex.streaming.codec import sealed
from catalystindex.temporal import holders as holders_module
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.holders import Holders
from catalystindex.temporal.layout import NOBODY
from catalystindex.temporal.payments import Payments, code_of_country, plain

ACCOUNTS = 4


def account(name: str, time: int, version: int, *ids: str, country: str | None = None) -> Any:  # noqa: ANN401
    said = Account(holders=ids, country=country)
    return sealed(
        AccountEvent(entity_id=name, event_time=time, version=version, source="test", payload=said)
    )


def closed(name: str, time: int, version: int) -> Any:  # noqa: ANN401
    return sealed(
        AccountEvent(entity_id=name, event_time=time, version=version, source="test", op="delete")
    )


def payments(codes: Codebook, *rows: tuple[str, str, int]) -> Payments:
    source = np.array([codes.accounts.code(one) for one, _, _ in rows], np.int32)
    target = np.array([codes.accounts.code(one) for _, one, _ in rows], np.int32)
    time = np.array([one for _, _, one in rows], np.int64)
    return plain(source, target, time, np.ones(len(rows), np.int64))


def filled(holders: Holders, codes: Codebook, *rows: tuple[str, str, int]) -> list[Any]:
    found = holders.fill(payments(codes, *rows))
    return [
        (None if code == NOBODY else codes.parties.name(code), country)
        for code, country in zip(
            found.source_party.tolist(), found.source_country.tolist(), strict=True
        )
    ]


def test_a_change_holds_from_its_time_on() -> None:
    codes = Codebook()
    holders = Holders(codes)
    holders.apply([account("a", 10, 1, "zoe", "ann"), account("a", 20, 2, "bob", country="FR")])
    rows = [("a", "x", 9), ("a", "x", 10), ("a", "x", 19), ("a", "x", 20), ("x", "a", 30)]
    assert filled(holders, codes, *rows) == [
        (None, 0), ("ann", 0), ("ann", 0), ("bob", code_of_country("FR")), (None, 0)
    ]  # fmt: skip


def test_a_payment_that_names_its_parties_keeps_them() -> None:
    codes = Codebook()
    holders = Holders(codes)
    holders.apply([account("a", 0, 1, "ann", country="FR")])
    row = payments(codes, ("a", "a", 5))
    own = codes.parties.code("other")
    swiss = np.array([code_of_country("CH")], np.int16)
    row = row._replace(source_party=np.array([own], np.int32), source_country=swiss)
    found = holders.fill(row)
    assert (found.source_party[0], found.source_country[0]) == (own, swiss[0])
    assert codes.parties.name(int(found.target_party[0])) == "ann"


def test_cash_has_no_holder() -> None:
    codes = Codebook()
    holders = Holders(codes)
    holders.apply([account("a", 0, 1, "ann")])
    row = payments(codes, ("a", "a", 5))._replace(source=np.array([NOBODY], np.int32))
    assert holders.fill(row).source_party[0] == NOBODY


SAID = st.lists(
    st.tuples(
        st.integers(0, ACCOUNTS - 1), st.integers(0, 6), st.integers(1, 3),
        st.sampled_from(["", "ann", "bob", "-"]),
    ),
    max_size=14,
)  # fmt: skip


def made(one: tuple[int, int, int, str]) -> Any:  # noqa: ANN401
    number, time, version, who = one
    if who == "-":
        return closed(f"a{number}", time, version)
    return account(f"a{number}", time, version, *([who] if who else []), country="FR")


def truth(events: list[Any], name: str, time: int) -> tuple[str | None, int]:
    known = [one for one in events if one.entity_id == name and one.event_time <= time]
    if not known:
        return None, 0
    last = max(known, key=lambda one: (one.version, one.event_id))
    if last.payload is None:
        return None, 0
    return min(last.payload.holders, default=None), code_of_country("FR")


@settings(max_examples=150, deadline=None)
@given(SAID, st.lists(st.integers(0, 14), max_size=3), st.booleans())
def test_it_is_as_a_search_through_all_events_says(
    said: list[tuple[int, int, int, str]], cuts: list[int], by_table: bool
) -> None:
    events = [made(one) for one in said]
    codes = Codebook()
    holders = Holders(codes)
    rows = [(f"a{number}", "x", time) for number in range(ACCOUNTS) for time in range(-1, 8)]
    places = sorted({0, len(events), *(min(cut, len(events)) for cut in cuts)})
    before, holders_module.MERGE_FROM = holders_module.MERGE_FROM, 3  # type: ignore[misc]
    try:
        for begin, end in itertools.pairwise(places):
            if by_table:
                holders.apply_arrow(events_to_batch("account", events[begin:end]))
            else:
                holders.apply(events[begin:end])
            expected = [truth(events[:end], name, time) for name, _, time in rows]
            assert filled(holders, codes, *rows) == expected
        again = Holders(codes, holders.changes)
        assert filled(again, codes, *rows) == filled(holders, codes, *rows)
    finally:
        holders_module.MERGE_FROM = before  # type: ignore[misc]
