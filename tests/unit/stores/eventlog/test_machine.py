"""The log against a model of it: lists and dictionaries, whatever is done in whatever order."""

import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from catalystindex.model.errors import PositionExpired, StreamLetterNotOpen
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog import ids
from catalystindex.stores.eventlog.base import (
    Appended,
    EventLog,
    LetterFilter,
    LetterState,
    Message,
    NewLetter,
    Record,
)
from catalystindex.stores.eventlog.instant import micros
from support.eventlog import ADAPTERS
from support.stores import ANA, BEA, noon_clock

PARTITIONS = 2
GROUPS = ("graph", "vectors")
TENANTS = strategies.sampled_from([ANA, BEA])
GROUP = strategies.sampled_from(GROUPS)
PARTITION = strategies.integers(0, PARTITIONS - 1)
MESSAGES = strategies.lists(
    strategies.builds(
        Message,
        key=strategies.sampled_from("abc"),
        message_id=strategies.integers(0, 30).map(lambda n: f"{n:032x}"),
        event_time=strategies.integers(0, 20),
        data=strategies.binary(max_size=5),
        only=strategies.none(),
        origin=strategies.none(),
    ),
    max_size=12,
)


@dataclass
class Model:
    """What the log must say."""

    starts: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    records: list[list[Record]] = field(default_factory=lambda: [[] for _ in range(PARTITIONS)])
    positions: dict[str, list[int]] = field(
        default_factory=lambda: {group: [0] * PARTITIONS for group in GROUPS}
    )
    letters: dict[tuple[str, int, int], LetterState] = field(default_factory=dict)

    def kept(self, partition: int) -> list[Record]:
        return self.records[partition][self.starts[partition] :]

    def find(self, tenant: Tenant, ident: str) -> Record | None:
        for partition in range(PARTITIONS):
            for one in self.kept(partition):
                if one.tenant == tenant.key and one.message_id == ident:
                    return one
        return None


class LogMachine(RuleBasedStateMachine):
    adapter = "sqlite"

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock, self.model = noon_clock(), Model()
        self.log = self.opened()
        for group in GROUPS:
            self.log.register(group)

    def opened(self) -> EventLog:
        return ADAPTERS[self.adapter](Path(self.folder.name), PARTITIONS, self.clock)

    @rule(tenant=TENANTS, messages=MESSAGES)
    def append(self, tenant: Tenant, messages: list[Message]) -> None:
        self.clock.advance(timedelta(seconds=1))
        for sent, where in zip(messages, self.log.append(tenant, messages), strict=True):
            known = self.model.find(tenant, sent.message_id)
            assert where.fresh is (known is None)
            if known is not None:
                assert where[:2] == (known.partition, known.offset)
                continue
            assert where.offset == len(self.model.records[where.partition])
            made = Record(
                where.partition,
                where.offset,
                tenant.key,
                tenant.user,
                sent.key,
                sent.message_id,
                sent.event_time,
                micros(self.clock.now()),
                sent.data,
            )
            self.model.records[where.partition].append(made)

    @rule(group=GROUP, partition=PARTITION, steps=strategies.integers(0, 9), data=strategies.data())
    def commit(self, group: str, partition: int, steps: int, data: Any) -> None:  # noqa: ANN401
        position = self.model.positions[group][partition]
        records = self.log.read(partition, position, steps)
        assert records == self.model.records[partition][position : position + steps]
        dead = [one for one in records if data.draw(strategies.booleans())]
        letters = [NewLetter(one, None, "event.invalid", "bad", 1) for one in dead]
        self.log.commit(group, partition, position + len(records), letters)
        self.model.positions[group][partition] += len(records)
        for one in dead:
            self.model.letters.setdefault((group, partition, one.offset), LetterState.OPEN)

    @rule(group=GROUP, partition=PARTITION, share=strategies.floats(0, 1))
    def seek(self, group: str, partition: int, share: float) -> None:
        position = round(share * len(self.model.records[partition]))
        if position < self.model.starts[partition]:
            with pytest.raises(PositionExpired):
                self.log.seek(group, {partition: position})
            return
        self.log.seek(group, {partition: position})
        self.model.positions[group][partition] = position

    @rule(back=strategies.integers(0, 20), most=strategies.none() | strategies.integers(0, 20))
    def trim(self, back: int, most: int | None) -> None:
        before = micros(self.clock.now() - timedelta(seconds=back))
        kept = sum(len(self.model.kept(partition)) for partition in range(PARTITIONS))
        dropped = self.log.trim(before, most)
        starts = [one.start for one in self.log.status("graph")]
        assert dropped == sum(starts) - sum(self.model.starts)
        for partition, start in enumerate(starts):
            floor = min(self.model.positions[group][partition] for group in GROUPS)
            assert self.model.starts[partition] <= max(start, floor)
            assert start <= max(floor, self.model.starts[partition])
            rest = self.model.records[partition][start:floor]
            assert all(one.appended_at >= before for one in rest[:1])
            gone = self.model.records[partition][self.model.starts[partition] : start]
            over = most is not None and kept > most
            assert over or all(one.appended_at < before for one in gone)
        if most is not None and kept - dropped > most:  # only as the groups are not that far
            for partition, start in enumerate(starts):
                assert start >= min(self.model.positions[group][partition] for group in GROUPS)
        self.model.starts = starts

    @precondition(lambda self: self.model.letters)
    @rule(data=strategies.data(), replays=strategies.booleans())
    def settle(self, data: Any, replays: bool) -> None:  # noqa: ANN401
        key = data.draw(strategies.sampled_from(sorted(self.model.letters)))
        group, partition, offset = key
        record = self.model.records[partition][offset]
        tenant = ANA if record.tenant == ANA.key else BEA
        letter = next(
            one
            for one in self.log.letters(tenant, LetterFilter(group, state=None), 1000)
            if (one.partition, one.offset) == (partition, offset)
        )
        state = LetterState.REPLAYED if replays else LetterState.DISCARDED
        mended = Message(record.key, f"of {letter.letter_id}", 0, b"", group, letter.letter_id)

        def act() -> None:
            if not replays:
                self.log.settle(tenant, letter.letter_id, state)
                return
            where = self.log.replay(tenant, letter.letter_id, mended)
            assert where == Appended(partition, len(self.model.records[partition]), True)
            self.model.records[partition] += self.log.read(partition, where.offset, 1)

        if self.model.letters[key] is LetterState.OPEN:
            act()
            self.model.letters[key] = state
        else:
            with pytest.raises(StreamLetterNotOpen):
                act()

    @rule(time=strategies.integers(0, 21))
    def look_for_time(self, time: int) -> None:
        for partition, offset in self.log.offsets_at(time).items():
            fits = [one.offset for one in self.model.kept(partition) if one.event_time >= time]
            assert offset == (fits[0] if fits else len(self.model.records[partition]))

    @rule()
    def restart(self) -> None:
        self.log.close()
        self.log = self.opened()

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "log"):
            return
        for partition in range(PARTITIONS):
            start = self.model.starts[partition]
            assert self.log.read(partition, start, 10_000) == self.model.kept(partition)
        for group in GROUPS:
            assert list(self.log.positions(group).values()) == self.model.positions[group]
        states = {
            (one.group, one.partition, one.offset): one.state
            for tenant in (ANA, BEA)
            for one in self.log.letters(tenant, LetterFilter(state=None), 1000)
        }
        assert states == self.model.letters

    def teardown(self) -> None:
        if hasattr(self, "log"):
            self.log.close()
            self.folder.cleanup()


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_the_log_does_as_its_model(adapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "RUN_IDS", 20)
    machine = LogMachine.TestCase
    machine.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
    monkeypatch.setattr(LogMachine, "adapter", adapter)
    machine().runTest()
