"""How much may wait, of a workspace and of all."""

from pathlib import Path

import pytest

from catalystindex.config.sections import JobsSettings
from catalystindex.jobs.room import Room
from catalystindex.model.clock import FixedClock
from catalystindex.model.errors import QueueFull
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.records.engine import open_sqlite
from support.jobs import new_item, seed_job
from support.stores import ANA, NOON, seed_knowledge_base

BEN = make_tenant("acme", "other", "ben")


def test_a_workspace_may_fill_its_own_room_and_not_more(tmp_path: Path) -> None:
    records = open_sqlite(tmp_path, FixedClock(NOON), 20)
    kb = seed_knowledge_base(records)
    seed_job(records, kb, [new_item(number, "room") for number in range(3)])
    room = Room(records, JobsSettings(max_waiting_per_workspace=4, max_waiting=5))
    room.require(ANA, 1)
    with pytest.raises(QueueFull) as full:
        room.require(ANA, 2)
    assert full.value.context["waiting"] == 3
    assert full.value.context["limit"] == 4
    assert full.value.context["retry_after"] == 30.0
    room.require(BEN, 2)
    with pytest.raises(QueueFull):
        room.require(BEN, 3)
    records.close()
