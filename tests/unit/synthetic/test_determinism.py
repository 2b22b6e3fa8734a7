"""A bank is the same bytes wherever and in whatever order it is made."""

import hashlib
import os
import subprocess
import sys
from datetime import date

import pyarrow as pa

from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.behaviour.day import Today
from catalystindex.synthetic.config import SynthConfig
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.ties import Ties
from catalystindex.synthetic.world import World
from support.bank import batches_of

_CONFIG = SynthConfig(accounts=1_500, days=24, seed=5, start=date(2024, 2, 20))

_PROGRAM = """
from tests.unit.synthetic import test_determinism as here
print(here.fingerprint(here._CONFIG))
"""


def digest(batches: list[EventBatch]) -> str:
    """Return the hash of all columns of batches, as Arrow writes them."""
    sha = hashlib.sha256()
    for kind, columns in batches:
        sha.update(kind.encode())
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, columns.schema) as writer:
            writer.write_batch(columns)
        sha.update(sink.getvalue())
    return sha.hexdigest()


def fingerprint(config: SynthConfig) -> str:
    """Return the hash of everything in a world, its patterns included."""
    world = World(config)
    whole = digest(list(batches_of(world)))
    return hashlib.sha256(f"{whole} {list(world.patterns)}".encode()).hexdigest()


def test_it_does_not_depend_on_process_hash_seed_time_zone_or_locale() -> None:
    here = fingerprint(_CONFIG)
    for settings in (
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Kolkata", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "99", "TZ": "America/St_Johns", "NPY_DISABLE_CPU_FEATURES": _FAST},
    ):
        answer = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | settings,
            check=True,
            capture_output=True,
            text=True,
        )
        assert answer.stdout.strip() == here


_FAST = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"


def test_a_day_does_not_depend_on_other_days() -> None:
    first, second = World(_CONFIG), World(_CONFIG)
    alone = digest(first.day(17))
    for day in (3, 16, 23, 0):
        second.day(day)
    assert digest(second.day(17)) == alone
    assert digest(second.day(17)) == alone


def test_each_day_and_concern_has_draws_of_its_own() -> None:
    people = Population(SynthConfig(accounts=500))
    ties = Ties(people)
    first, second = (Today(day, people, ties, people.device) for day in (1, 2))
    drawn = [
        tuple(draws.words(4).tolist())
        for draws in (first.draws("cash"), second.draws("cash"), first.draws("wages"))
    ]
    assert len(set(drawn)) == 3
    assert tuple(first.draws("cash").words(4).tolist()) == drawn[0]


def test_another_seed_is_another_bank() -> None:
    other = SynthConfig(accounts=1_500, days=24, seed=6, start=date(2024, 2, 20))
    assert digest(World(other).day(3)) != digest(World(_CONFIG).day(3))


def test_the_bytes_are_those_of_this_release() -> None:
    """A change of what is generated is seen here, and meant."""
    world = World(SynthConfig(accounts=600, days=3, seed=1))
    rows = [batch.columns.to_pylist() for batch in world.day(1)]
    told = hashlib.sha256(repr(rows).encode()).hexdigest()
    assert told == "5023d89394b7e4779e8ab346875269fd02b57168ca69b860bfecd7c6163d4adc"
