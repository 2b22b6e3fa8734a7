"""What kernels are given to work in."""

from catalystindex.temporal.features.groups import Scratch


def test_an_array_is_kept_and_grows_with_what_is_in_it() -> None:
    scratch = Scratch()
    first = scratch.longs("seen", 3)
    first[:3] = 7
    assert scratch.longs("seen", 2) is first
    grown = scratch.longs("seen", len(first) + 1)
    assert len(grown) > len(first)
    assert grown[:3].tolist() == [7, 7, 7]
    assert not grown[len(first) :].any()


def test_arrays_of_different_types_are_different() -> None:
    scratch = Scratch()
    assert scratch.ints("a", 1).dtype.name == "int32"
    assert scratch.longs("a", 1).dtype.name == "int64"
    assert scratch.floats("a", 1).dtype.name == "float64"


def test_marks_are_never_given_twice_and_never_zero() -> None:
    scratch = Scratch()
    assert [scratch.marks(3), scratch.marks(1), scratch.marks(2)] == [1, 4, 5]
