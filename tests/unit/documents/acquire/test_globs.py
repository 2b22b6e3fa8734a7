"""Globs over paths: what they stand for, and that no pattern takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.acquire import globs
from catalystindex.documents.acquire.globs import Selection, matches
from catalystindex.model.errors import ListingTooLarge

paths = st.lists(st.text("ab.", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("pattern", "path", "does"),
    [
        ("*.pdf", "a.pdf", True), ("*.pdf", "b/a.pdf", False), ("**/*.pdf", "a.pdf", True),
        ("**/*.pdf", "b/c/a.pdf", True), ("**/*.pdf", "b/c/a.txt", False), ("b/*", "b/a", True),
        ("b/*", "b/c/a", False), ("b/**", "b/c/a", True), ("b/**", "b", False),
        ("b/**", "bc/a", False),
        ("**", "a/b", True), ("**", "a", True), ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/b/c/y", False), ("**/b/**", "a/b/c", True),
        ("**/b/**", "b/c", True),
        ("**/b/**", "a/c/b", False), ("?.txt", "a.txt", True), ("?.txt", "ab.txt", False),
        ("[ab].txt", "b.txt", True), ("[!ab].txt", "b.txt", False), ("A.txt", "a.txt", False),
        ("a.b", "axb", False), ("*", "", True), ("/a", "a", True), ("a\nb", "a\nb", True),
        ("x**y", "xaay", True), ("ü*", "über", True),
    ],
)  # fmt: skip
def test_a_glob_stands_for_the_paths_it_should(pattern: str, path: str, does: bool) -> None:
    assert matches(path, pattern) is does


@given(paths)
def test_a_path_without_marks_stands_for_itself(path: str) -> None:
    assert matches(path, path)
    assert matches(path, "**")
    assert matches(path, f"**/{path}")
    assert matches(f"x/{path}", f"*/{path}")


def test_no_pattern_takes_long() -> None:
    path = "/".join(["a" * 200] * 10)
    began = time.monotonic()
    for pattern in ("*a" * 80 + "b", "**/" * 80 + "b", "*/" * 100, "**/*a*a*a*a*a*b/" * 16):
        assert not matches(path, pattern)
    assert time.monotonic() - began < 1


class TestSelection:
    def test_what_is_excluded_is_not_wanted_even_if_included(self) -> None:
        wanted = Selection(["**/*.pdf", "notes/*"], ["old/**", "**/x.pdf"], 10)
        paths = ["a.pdf", "notes/b.txt", "old/c.pdf", "d/x.pdf", "e.txt"]
        assert wanted.take(paths, "here") == ["a.pdf", "notes/b.txt"]

    def test_everything_is_wanted_unless_something_is_said(self) -> None:
        assert Selection([], [], 10).take(["b", "a", "b"], "here") == ["a", "b"]

    def test_more_than_the_limit_is_an_error(self) -> None:
        assert len(Selection([], [], 3).take("abc", "here")) == 3
        with pytest.raises(ListingTooLarge, match="limit"):
            Selection([], [], 3).take("abcd", "here")
        assert Selection(["a"], [], 1).take("abcd", "here") == ["a"]

    def test_names_that_are_not_wanted_are_bounded_too(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(globs, "MAX_SCANNED", 3)
        with pytest.raises(ListingTooLarge, match="part of it"):
            Selection(["x"], [], 3).take("abcd", "here")

    @pytest.mark.parametrize(
        ("exclude", "folder", "skips"),
        [("a/**", "a", True), ("a/**", "b", False), ("**", "b", True), ("**/a/**", "x/a", True),
         ("a/*", "a", False), ("a", "a", False), ("a**", "a", False)],
    )  # fmt: skip
    def test_a_folder_that_is_excluded_whole_need_not_be_read(
        self, exclude: str, folder: str, skips: bool
    ) -> None:
        assert Selection([], [exclude], 1).skips_below(folder) is skips
