"""The hash chain: any change to what was written is found."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalystindex.audit.chain import (
    GENESIS,
    Action,
    action,
    entry_hash,
    next_entry,
    timestamp,
    verify_chain,
)
from catalystindex.model.audit import AuditEntry

TENANT = "acme/aml"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def chain_of(actions: list[Action], tenant: str = TENANT) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for place, done in enumerate(actions):
        last = (entries[-1].sequence, entries[-1].hash) if entries else None
        entries.append(next_entry(tenant, "ana", START + timedelta(seconds=place), done, last))
    return entries


def plain_chain(length: int = 4) -> list[AuditEntry]:
    return chain_of([action("document.create", f"doc-{n}", chunks=n) for n in range(length)])


TEXTS = st.text(max_size=6)
DETAILS = st.dictionaries(
    TEXTS, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS, max_size=3
)
ACTIONS = st.lists(st.builds(Action, TEXTS, TEXTS, DETAILS), min_size=1, max_size=6)


def test_hashes_never_change() -> None:
    """Chains that were written must verify for ever: a failure here is not a new expectation."""
    entries = chain_of(
        [
            action("knowledge_base.create", "kb-1"),
            action("document.create", "doc-1", chunks=3, forced=True, note="\u00e9", of=None),
        ]
    )
    assert [entry.hash for entry in entries] == [
        "6a16b46f0f55c8d6942ca38ff5cb27e34ea1dcfaba2ac883bcdb50e677abd6ec",
        "a7009e4e551154b9fe341f4d32cc9084bdc67bfcb740d66dd2c456ea4b8b286f",
    ]


def test_a_chain_starts_at_one_after_sixty_four_zeros() -> None:
    first, second, *_ = plain_chain()
    assert (first.sequence, first.previous_hash) == (1, GENESIS) == (1, "0" * 64)
    assert (second.sequence, second.previous_hash) == (2, first.hash)


def test_an_untouched_chain_verifies() -> None:
    entries = plain_chain()
    report = verify_chain(TENANT, entries)
    assert (report.valid, report.entries, report.problem) == (True, 4, None)
    assert report.head == entries[-1].hash
    assert report.tenant == TENANT


def test_an_empty_chain_verifies() -> None:
    report = verify_chain(TENANT, [])
    assert (report.valid, report.entries, report.head) == (True, 0, GENESIS)


CHANGES: list[dict[str, object]] = [
    {"at": START + timedelta(microseconds=1)},
    {"actor": "zoe"},
    {"action": "document.delete"},
    {"subject": "doc-2"},
    {"details": {}},
    {"details": {"chunks": True}},
    {"details": {"chunks": "1"}},
    {"details": {"chunks": 1, "more": None}},
    {"hash": "f" * 64},
]


@pytest.mark.parametrize("change", CHANGES, ids=repr)
def test_a_changed_field_is_found_where_it_is(change: dict[str, object]) -> None:
    entries = plain_chain()
    entries[1] = entries[1].model_copy(update=change)
    report = verify_chain(TENANT, entries)
    assert (report.valid, report.entries) == (False, 1)
    assert report.head == entries[0].hash
    assert report.problem == "entry 2 was changed after it was written"


def test_a_change_that_is_hashed_again_breaks_the_next_link() -> None:
    entries = plain_chain()
    forged = entries[1].model_copy(update={"actor": "zoe"})
    entries[1] = forged.model_copy(update={"hash": entry_hash(TENANT, forged)})
    assert verify_chain(TENANT, entries).problem == "entry 3 does not follow the one before it"


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_removed_entry_is_missed(gone: int) -> None:
    entries = plain_chain()
    del entries[gone]
    report = verify_chain(TENANT, entries)
    assert report.problem == f"entry {gone + 1} is missing: the next one is {gone + 2}"


def test_a_removed_entry_is_found_when_the_rest_is_numbered_again() -> None:
    entries = plain_chain()
    del entries[1]
    entries[1:] = [e.model_copy(update={"sequence": e.sequence - 1}) for e in entries[1:]]
    assert not verify_chain(TENANT, entries).valid


@pytest.mark.parametrize("numbered_again", [False, True])
def test_swapped_entries_are_found(numbered_again: bool) -> None:
    entries = plain_chain()
    entries[1], entries[2] = entries[2], entries[1]
    if numbered_again:
        entries[1] = entries[1].model_copy(update={"sequence": 2})
        entries[2] = entries[2].model_copy(update={"sequence": 3})
    assert not verify_chain(TENANT, entries).valid


def test_a_repeated_entry_is_found() -> None:
    entries = plain_chain()
    assert not verify_chain(TENANT, [*entries, entries[-1]]).valid


def test_a_chain_does_not_verify_for_another_workspace() -> None:
    assert verify_chain("acme/fraud", plain_chain()).problem == (
        "entry 1 was changed after it was written"
    )


def test_an_entry_of_another_workspace_does_not_fit_in() -> None:
    entries = plain_chain()
    last = (entries[-1].sequence, entries[-1].hash)
    done = action("document.create", "doc-9")
    assert not verify_chain(
        TENANT, [*entries, next_entry("acme/fraud", "ana", START, done, last)]
    ).valid


@given(ACTIONS)
def test_every_chain_verifies(actions: list[Action]) -> None:
    report = verify_chain(TENANT, chain_of(actions))
    assert (report.valid, report.entries) == (True, len(actions))


TAMPERINGS: list[Callable[[AuditEntry], dict[str, object]]] = [
    lambda entry: {"at": entry.at + timedelta(microseconds=1)},
    lambda entry: {"actor": entry.actor + " "},
    lambda entry: {"action": entry.action + "\0"},
    lambda entry: {"subject": entry.subject + "x"},
    lambda entry: {"details": {**entry.details, "added": None}},
    lambda entry: {"details": dict(list(entry.details.items())[1:])},
    lambda entry: {"sequence": entry.sequence + 1},
    lambda entry: {"previous_hash": entry.hash},
    lambda entry: {"hash": entry.previous_hash},
]


@given(ACTIONS, st.data())
def test_any_tampering_with_any_entry_is_found(actions: list[Action], data: st.DataObject) -> None:
    entries = chain_of(actions)
    place = data.draw(st.integers(0, len(entries) - 1))
    change = data.draw(st.sampled_from(TAMPERINGS))(entries[place])
    tampered = entries[place].model_copy(update=change)
    assume(tampered != entries[place])
    entries[place] = tampered
    report = verify_chain(TENANT, entries)
    assert not report.valid
    assert report.entries == place


@given(ACTIONS, st.data())
def test_any_other_order_is_found(actions: list[Action], data: st.DataObject) -> None:
    entries = chain_of(actions)
    shuffled = data.draw(st.permutations(entries))
    assert verify_chain(TENANT, shuffled).valid is (list(shuffled) == entries)


def test_the_order_in_which_details_are_given_does_not_matter() -> None:
    one, other = action("x.y", "s", a=1, b=2), action("x.y", "s", b=2, a=1)
    assert chain_of([one])[0].hash == chain_of([other])[0].hash


def test_a_moment_has_one_spelling_whatever_its_zone() -> None:
    east = datetime(2026, 3, 1, 14, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(east) == "2026-03-01T12:00:00.000005Z"


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)), st.data())  # noqa: DTZ001  # hypothesis adds the zone
def test_moments_sort_as_their_spelling(one: datetime, data: st.DataObject) -> None:
    other = data.draw(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))  # noqa: DTZ001
    assert (timestamp(one) < timestamp(other)) is (one < other)
