"""A saved window goes on as if it had never been saved; what is damaged is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalystindex.model.errors import WindowFileInvalid
from catalystindex.stores.array_file import Packed, read_packed, write_packed
from catalystindex.temporal.window import Window
from support.windows import content_of, cut, payments_of, random_rows, window_of

ACCOUNTS = 9


def there_and_back(window: Window, folder: Path) -> Window:
    """Return a window as it comes back from a file."""
    write_packed(folder / "window", window.packed())
    return Window.unpacked(read_packed(folder / "window"))


@pytest.fixture
def whole() -> Packed:
    """A window of 60 payments."""
    made = window_of(30, ACCOUNTS)
    made.append(payments_of(random_rows(1, count=60, accounts=ACCOUNTS, span=30)))
    return made.packed()


@pytest.mark.parametrize("seed", range(60))
def test_a_window_that_was_saved_and_loaded_goes_on_as_before(seed: int, tmp_path: Path) -> None:
    rows = random_rows(seed, count=80, accounts=ACCOUNTS, span=60)
    never, now = window_of(seed + 1, ACCOUNTS), window_of(seed + 1, ACCOUNTS)
    for number, batch in enumerate(cut(seed, rows, 9)):
        never.append(payments_of(batch))
        now.append(payments_of(batch))
        if number % 3 == seed % 3:
            now = there_and_back(now, tmp_path)
        assert content_of(now) == content_of(never)
        assert (now.keep, now.last_time) == (never.keep, never.last_time)
    assert now.codes.accounts.names == never.codes.accounts.names


def test_evidence_codes_and_a_window_without_evidence_come_back(tmp_path: Path) -> None:
    for evidence in (True, False):
        made = window_of(30, ACCOUNTS, evidence=evidence)
        made.codes.parties.code("Ärzte & Co")
        made.codes.branches.code("north")
        made.codes.purposes.code("rent")
        made.append(payments_of(random_rows(1, count=60, accounts=ACCOUNTS, span=60)))
        made.expire(20)
        back = there_and_back(made, tmp_path)
        names = [*made._columns.taken, "source_before", "target_before"]
        for name in names:
            before = made.column(name)[made.first - made.base : made.end - made.base]
            assert back.column(name)[: back.end].tolist() == before.tolist()
        assert back.codes.parties.names == ["Ärzte & Co"]
        assert (back.codes.branches.find("north"), back.codes.purposes.find("rent")) == (0, 0)
        assert back._columns.evidence == evidence


def test_an_empty_window_keeps_its_accounts_and_its_last_time(tmp_path: Path) -> None:
    made = window_of(30, ACCOUNTS)
    made.append(payments_of(random_rows(1, count=60, accounts=ACCOUNTS, span=60)))
    made.expire(10**6)
    back = there_and_back(made, tmp_path)
    assert (back.size().rows, back.last_time) == (0, made.last_time)
    assert content_of(back) == content_of(made)


def test_names_of_every_kind_come_back(tmp_path: Path) -> None:
    made = window_of(30, 0)
    names = ["", "a", "Ärzte & Co", "\N{GRINNING FACE}" * 300, "\x00"]
    made.codes.parties.code_all(names)
    back = there_and_back(made, tmp_path)
    assert back.codes.parties.names == names
    assert back.codes.accounts.names == []


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"keep": 0},
        {"keep": "long"},
        {"last_time": None},
    ],
)
def test_a_window_that_says_other_things_is_refused(
    whole: Packed, change: dict[str, object]
) -> None:
    with pytest.raises(WindowFileInvalid):
        Window.unpacked(Packed({**whole.said, **change}, whole.arrays))


Change = Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any] | None]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rows.time", lambda one: one[::-1]),
        ("rows.amount", lambda one: None),
        ("rows.amount", lambda one: one[:-1]),
        ("rows.amount", lambda one: one.astype(np.int32)),
        ("rows.target_before", lambda one: None),
        ("rows.source", lambda one: one + ACCOUNTS),
        ("activity.last", lambda one: None),
        ("activity.last", lambda one: one[:-1]),
        ("accounts.text", lambda one: None),
        ("accounts.text", lambda one: one[:-1]),
        ("accounts.text", lambda one: np.full_like(one, 255)),
        ("accounts.text", lambda one: np.full_like(one, 97)),
        ("accounts.offsets", lambda one: one[:0]),
        ("accounts.offsets", lambda one: one[:3]),
        ("accounts.offsets", lambda one: one[::-1].copy()),
        ("accounts.offsets", lambda one: one.astype(np.int32)),
        ("parties.offsets", lambda one: None),
    ],
)
def test_parts_that_contradict_each_other_are_refused(
    whole: Packed, name: str, change: Change
) -> None:
    arrays = dict(whole.arrays)
    made = change(arrays.pop(name))
    if made is not None:
        arrays[name] = made
    with pytest.raises(WindowFileInvalid):
        Window.unpacked(Packed(whole.said, arrays))


def test_a_column_that_no_window_has_is_refused(whole: Packed) -> None:
    arrays = {**whole.arrays, "rows.colour": whole.arrays["rows.time"]}
    with pytest.raises(WindowFileInvalid):
        Window.unpacked(Packed(whole.said, arrays))
