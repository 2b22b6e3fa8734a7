from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from catalystindex.embedding.base import FloatMatrix
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.model.encoder import EncoderRef
from support.stores import ANA, BEA

MODEL = EncoderRef("test", "ab" * 32, 3, 256)
OTHER_MODEL = EncoderRef("test", "cd" * 32, 3, 256)

Open = Callable[..., EmbeddingCache]


@pytest.fixture
def open_cache(tmp_path: Path) -> Iterator[Open]:
    opened: list[EmbeddingCache] = []

    def open_one(max_entries: int = 100) -> EmbeddingCache:
        opened.append(EmbeddingCache(tmp_path / "cache" / "vectors.sqlite", max_entries))
        return opened[-1]

    yield open_one
    for cache in opened:
        cache.close()


def vector(number: float) -> FloatMatrix:
    return np.array([number, -number, 0.5], np.float32)


def test_what_was_stored_is_found_exactly(open_cache: Open) -> None:
    cache = open_cache()
    key, missing = cache.key(MODEL, "cash"), cache.key(MODEL, "gold")
    cache.store(ANA, {key: vector(0.1)})
    found = cache.find(ANA, [missing, key, key])
    assert list(found) == [key]
    np.testing.assert_array_equal(found[key], vector(0.1))


def test_keys_tell_texts_and_models_apart(open_cache: Open) -> None:
    cache, other = open_cache(), open_cache()
    keys = [
        cache.key(MODEL, "cash"),
        cache.key(MODEL, "Cash"),
        cache.key(MODEL, "cash "),
        other.key(OTHER_MODEL, "cash"),
    ]
    assert len(set(keys)) == 4
    assert cache.key(MODEL, "cash") == keys[0]


def test_a_workspace_never_sees_anothers(open_cache: Open) -> None:
    cache = open_cache()
    key = cache.key(MODEL, "cash")
    cache.store(ANA, {key: vector(1)})
    assert cache.find(BEA, [key]) == {}
    cache.store(BEA, {key: vector(2)})
    cache.forget(BEA, [key])
    np.testing.assert_array_equal(cache.find(ANA, [key])[key], vector(1))
    assert (cache.size(ANA), cache.size(BEA)) == (1, 0)


def test_the_oldest_are_dropped_beyond_the_bound(open_cache: Open) -> None:
    cache = open_cache(max_entries=3)
    keys = [cache.key(MODEL, str(n)) for n in range(5)]
    for number, key in enumerate(keys):
        cache.store(ANA, {key: vector(number)})
    assert set(cache.find(ANA, keys)) == set(keys[2:])
    cache.store(ANA, {keys[2]: vector(9)})
    cache.store(ANA, {cache.key(MODEL, "new"): vector(0)})
    assert keys[2] in cache.find(ANA, keys), "what was stored again is young again"
    assert keys[3] not in cache.find(ANA, keys)


def test_the_bound_is_each_workspaces_own(open_cache: Open) -> None:
    cache = open_cache(max_entries=2)
    key = cache.key(MODEL, "first")
    cache.store(ANA, {key: vector(1)})
    cache.store(BEA, {cache.key(MODEL, str(n)): vector(n) for n in range(10)})
    assert key in cache.find(ANA, [key])
    assert cache.size(BEA) == 2


def test_a_bound_of_zero_turns_the_cache_off(open_cache: Open) -> None:
    cache = open_cache(max_entries=0)
    cache.store(ANA, {cache.key(MODEL, "cash"): vector(1)})
    assert cache.size(ANA) == 0


def test_what_was_forgotten_is_gone(open_cache: Open) -> None:
    cache = open_cache()
    keys = [cache.key(MODEL, str(n)) for n in range(3)]
    cache.store(ANA, {key: vector(n) for n, key in enumerate(keys)})
    cache.forget(ANA, [keys[1], cache.key(MODEL, "never there")])
    assert set(cache.find(ANA, keys)) == {keys[0], keys[2]}


def test_entries_survive_reopening(open_cache: Open) -> None:
    cache = open_cache()
    key = cache.key(MODEL, "cash")
    cache.store(ANA, {key: vector(3)})
    cache.close()
    np.testing.assert_array_equal(open_cache().find(ANA, [key])[key], vector(3))


def test_many_keys_are_looked_up_at_once(open_cache: Open) -> None:
    cache = open_cache(max_entries=5000)
    keys = [cache.key(MODEL, str(n)) for n in range(1201)]
    cache.store(ANA, {key: vector(n) for n, key in enumerate(keys)})
    found = cache.find(ANA, keys)
    assert len(found) == 1201
    np.testing.assert_array_equal(found[keys[777]], vector(777))


def test_threads_may_share_a_cache(open_cache: Open) -> None:
    cache = open_cache(max_entries=5000)
    keys = [cache.key(MODEL, str(n)) for n in range(200)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: cache.store(ANA, {keys[n]: vector(n)}), range(200)))
        found = list(pool.map(lambda key: cache.find(ANA, [key])[key][0], keys))
    assert found == list(range(200))


def test_the_file_holds_no_text(open_cache: Open, tmp_path: Path) -> None:
    cache = open_cache()
    cache.store(ANA, {cache.key(MODEL, "a very secret sentence"): vector(1)})
    cache.close()
    for path in (tmp_path / "cache").iterdir():
        assert b"secret" not in path.read_bytes()
