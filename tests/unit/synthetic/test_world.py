"""What holds for every synthetic bank, whatever was planted."""

from collections import Counter
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from catalystindex.model.errors import SyntheticInvalid
from catalystindex.model.events.envelope import EVENT_TYPES, Event, kind_of
from catalystindex.streaming.codec import decode, seal
from catalystindex.synthetic.batch import PATTERN, ROLE
from catalystindex.synthetic.columns import BATCH_ROWS
from catalystindex.synthetic.config import TYPOLOGIES, SynthConfig
from catalystindex.synthetic.lookalikes.registry import LOOKALIKES
from catalystindex.synthetic.typologies.registry import PLANTS
from catalystindex.synthetic.world import World
from support.bank import DAY, Bank, batches_of

_ENVELOPE = {"op", "entity_id", "version", "event_time", "source", "schema_version"}


def test_every_kind_of_event_is_there(town: Bank) -> None:
    assert set(town.tables) == {kind_of(cls) for cls in EVENT_TYPES}


def test_every_event_is_valid(town: Bank) -> None:
    for cls in EVENT_TYPES:
        table = town.tables[kind_of(cls)]
        sample = table.take(pa.array(range(0, table.num_rows, max(1, table.num_rows // 1_500))))
        for row in sample.to_pylist():
            event = msgspec.convert(_wire(cls, row), cls)
            assert decode(seal(event).data).payload == event.payload


def _wire(cls: type[Event], row: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in row.items() if value is not None}
    payload = {
        name: value for name, value in said.items() if name not in {*_ENVELOPE, PATTERN, ROLE}
    }
    envelope = {name: said[name] for name in said.keys() & _ENVELOPE}
    return envelope | {"kind": kind_of(cls), "payload": payload}


def test_ids_are_unique_by_version(town: Bank) -> None:
    for kind, table in town.tables.items():
        ids = table.column("entity_id").to_pylist()
        named = "version" in table.column_names
        versions = table.column("version").to_pylist() if named else [1] * len(ids)
        assert len(set(zip(ids, versions, strict=True))) == len(ids), kind


def test_batches_are_bounded_and_in_order() -> None:
    world = World(SynthConfig(accounts=2_000, days=8, seed=4))
    for batch in batches_of(world):
        rows = batch.columns
        assert 0 < rows.num_rows <= BATCH_ROWS
        keys = list(zip(rows["event_time"].to_pylist(), rows["entity_id"].to_pylist(), strict=True))
        assert keys == sorted(keys), batch.kind
        assert rows.schema.field(PATTERN).type == pa.int32()


def test_events_of_a_day_are_within_it(town: Bank) -> None:
    config = town.world.config
    for day in (0, 17, config.days - 1):
        for batch in town.world.day(day):
            times = batch.columns["event_time"].to_numpy()
            begin = config.origin + day * DAY
            assert times.min() >= begin, batch.kind
            assert times.max() < begin + DAY, batch.kind


def test_what_was_before_the_period_is_before_it(town: Bank) -> None:
    for batch in town.world.opening():
        assert batch.columns["event_time"].to_numpy().max() < town.world.config.origin


def test_nobody_pays_the_own_account(town: Bank) -> None:
    table = town.tables["transaction"]
    same = pc.equal(table.column("debtor_account"), table.column("creditor_account"))
    assert not pc.any(same).as_py()
    assert table.column("amount").to_numpy().min() > 0


def test_no_event_is_outside_the_life_of_its_account(town: Bank) -> None:
    lives = _lives(town)
    used = Counter[str]()
    for kind, sides in {
        "transaction": ("debtor_account", "creditor_account"),
        "trade": ("buyer_account", "seller_account"),
        "order": ("account",),
    }.items():
        table = town.tables[kind]
        times = table.column("event_time").to_pylist()
        for side in sides:
            for account, time in zip(table.column(side).to_pylist(), times, strict=True):
                if account is not None and time is not None:
                    opened, closed = lives[account]
                    assert opened <= time < closed
                    used[account] += 1
    assert len(used) > 4_000


def _lives(town: Bank) -> dict[str, tuple[int, int]]:
    lives: dict[str, tuple[int, int]] = {}
    for row in town.tables["account"].to_pylist():
        lives[str(row["entity_id"])] = (int(row["opened"] or 0), int(row["closed"] or 2**63))
    return lives


def test_some_accounts_open_and_close_within_the_period(town: Bank) -> None:
    config = town.world.config
    lives = list(_lives(town).values())
    assert sum(config.origin <= opened < config.end for opened, _ in lives) > 20
    assert sum(config.origin <= closed < config.end for _, closed in lives) > 10
    assert sum(closed < config.origin for _, closed in lives) > 10
    versions = Counter(town.tables["account"].column("version").to_pylist())
    assert versions[2] == sum(config.origin <= closed < config.end for _, closed in lives)


def test_everybody_who_takes_part_exists(town: Bank) -> None:
    known = {
        kind: set(town.tables[kind].column("entity_id").to_pylist())
        for kind in ("person", "company", "account", "invoice", "order")
    }
    parties = known["person"] | known["company"]
    fields = {
        "account": (("holders", parties),),
        "ownership": (("owner", parties), ("asset", known["company"])),
        "transaction": (
            ("debtor_account", known["account"]),
            ("creditor_account", known["account"]),
            ("merchant", known["company"]),
            ("invoice", known["invoice"]),
        ),
        "invoice": (("seller", parties), ("buyer", parties)),
        "shipment": (("consignor", parties), ("invoice", known["invoice"])),
        "order": (("account", known["account"]), ("trader", known["person"])),
        "trade": (("buy_order", known["order"]), ("sell_order", known["order"])),
        "announcement": (("issuer", known["company"]),),
        "communication": (("sender", known["person"]), ("recipients", known["person"])),
    }
    for kind, named in fields.items():
        for name, there in named:
            assert _mentioned(town.tables[kind].column(name)) <= there, (kind, name)


def _mentioned(column: "pa.ChunkedArray[Any]") -> set[str]:
    values = column.drop_null().to_pylist()
    if pa.types.is_list(column.type):
        return {member for row in values for member in row or ()}
    return {value for value in values if value is not None}


def test_people_are_known_before_they_do_anything(town: Bank) -> None:
    known = {
        row["entity_id"]: row["event_time"]
        for row in town.tables["person"].to_pylist()
        if row["version"] == 1
    }
    for row in town.tables["account"].to_pylist():
        assert all(known.get(holder, 0) < row["event_time"] for holder in row["holders"])
    for row in town.tables["communication"].to_pylist():
        assert known[row["sender"]] < row["event_time"]


def test_each_pattern_has_events_within_its_time(town: Bank) -> None:
    for pattern in town.world.patterns:
        times = [
            row["event_time"] for rows in town.planted[pattern.number].values() for row in rows
        ]
        assert len(times) == pattern.events > 1, pattern
        assert min(times) == pattern.start, pattern.typology
        assert max(times) == pattern.end, pattern.typology


def test_only_patterns_mark_events(town: Bank) -> None:
    assert [pattern.number for pattern in town.world.patterns] == list(
        range(len(town.world.patterns))
    )
    assert set(town.planted) == {pattern.number for pattern in town.world.patterns}
    for rows in town.planted.values():
        assert all(row[ROLE] for kind in rows.values() for row in kind)


def test_roles_name_entities_that_exist(town: Bank) -> None:
    there = {
        entity
        for kind in ("person", "company", "account")
        for entity in town.tables[kind].column("entity_id").to_pylist()
    } | _mentioned(town.tables["transaction"].column("device"))
    for pattern in town.world.patterns:
        assert pattern.roles
        for members in pattern.roles.values():
            assert members
            assert set(members) <= there


def test_all_typologies_and_look_alikes_are_planted(town: Bank) -> None:
    kinds = Counter((pattern.typology, pattern.lookalike) for pattern in town.world.patterns)
    assert tuple(PLANTS) == TYPOLOGIES
    assert set(kinds) == {(name, False) for name in TYPOLOGIES} | {
        (name, True) for name in LOOKALIKES
    }
    assert not town.world.missing


def test_abuse_is_rare(town: Bank) -> None:
    bad = [pattern.number for pattern in town.world.patterns if not pattern.lookalike]
    pattern = town.tables["transaction"].column(PATTERN).to_numpy()
    assert 0.0005 < np.isin(pattern, bad).mean() < 0.02


def test_without_density_there_is_no_pattern() -> None:
    world = World(SynthConfig(accounts=1_000, days=10, density=0))
    assert not world.patterns
    assert all(pc.max(batch.columns[PATTERN]).as_py() == -1 for batch in batches_of(world))


def test_only_the_typologies_asked_for_are_planted() -> None:
    world = World(
        SynthConfig(accounts=2_000, days=30, typologies=("cycle", "fan_in"), lookalikes=False)
    )
    assert {pattern.typology for pattern in world.patterns} == {"cycle", "fan_in"}


def test_a_bank_too_small_says_what_it_lacks() -> None:
    world = World(SynthConfig(accounts=500, days=20, density=20))
    assert sum(world.missing.values()) > 0
    planted = {pattern.typology for pattern in world.patterns}
    assert planted


def test_a_day_outside_the_period_is_refused(town: Bank) -> None:
    for day in (-1, town.world.config.days):
        with pytest.raises(SyntheticInvalid, match=str(day)):
            town.world.day(day)


def test_shopping_has_a_rhythm(town: Bank) -> None:
    table = town.tables["transaction"].filter(pc.field("method") == "card")
    times = table.column("event_time").to_numpy()
    hours = np.bincount(times % DAY // (DAY // 24), minlength=24)
    assert hours[12] > 10 * hours[3]
    weekdays = np.bincount((times // DAY + 3) % 7, minlength=7)  # 1970-01-01 was a Thursday
    assert weekdays[5] > 1.3 * weekdays[6]


def test_wages_come_at_the_end_of_the_month(town: Bank) -> None:
    table = town.tables["transaction"].filter(pc.field("purpose") == "SALA")
    times = table.column("event_time").to_numpy().astype("datetime64[us]")
    days = (times.astype("datetime64[D]") - times.astype("datetime64[M]")).astype(int) + 1
    assert np.isin(days, (25, 26, 27, 28, 24, 23, 29, 1, 31, 30, 15, 13, 14)).mean() > 0.99
    assert np.mean(days >= 23) > 0.6


def test_few_accounts_have_most_of_the_counterparties(town: Bank) -> None:
    table = town.tables["transaction"]
    received = Counter(table.column("creditor_account").drop_null().to_pylist())
    counts = np.sort(np.array(list(received.values())))[::-1]
    assert counts[: len(counts) // 100].sum() > 0.25 * counts.sum()
    assert np.median(counts) < 40


def test_some_people_get_a_new_phone_and_use_it(town: Bank) -> None:
    renewed = {
        row["entity_id"]: (row["devices"], row["event_time"])
        for row in town.tables["person"].to_pylist()
        if row["version"] == 2
    }
    assert len(renewed) > 50
    holders = {row["entity_id"]: row["holders"][0] for row in town.tables["account"].to_pylist()}
    online = town.tables["transaction"].filter(
        (pc.field("channel") == "mobile") & (pc.field(PATTERN) < 0)
    )
    used = [
        (row["device"], row["event_time"] > renewed[holder][1] + DAY, renewed[holder][0])
        for row in online.select(["device", "event_time", "debtor_account"]).to_pylist()
        if (holder := holders[row["debtor_account"]]) in renewed
    ]
    assert all([device] == new for device, after, new in used if after)
    assert {after for _, after, _ in used} == {True, False}


def test_who_is_abroad_is_named_with_country_and_bank(town: Bank) -> None:
    wires = town.tables["transaction"].filter(pc.field("method") == "wire").to_pylist()
    foreign = [row for row in wires if not (row["debtor_account"] and row["creditor_account"])]
    assert len(foreign) > 100
    for row in foreign:
        side = "creditor" if row["creditor_account"] is None else "debtor"
        assert row[f"{side}_name"]
        assert len(row[f"{side}_country"]) == 2
        assert row[f"{side}_agent"]
