"""Which dead letters are meant by a request that names some, or none."""

import time

from catalystindex.jobs.service import _named

FAILED = [("job", f"{number:032x}") for number in range(50_000)]


def test_none_named_are_all_and_others_are_passed_over() -> None:
    assert _named(FAILED, []) == FAILED
    assert _named(FAILED, [FAILED[7][1], "unknown"]) == [FAILED[7]]


def test_naming_thousands_of_many_takes_a_moment() -> None:
    began = time.perf_counter()
    assert _named(FAILED, ["unknown"] * 10_000) == []
    assert time.perf_counter() - began < 1
