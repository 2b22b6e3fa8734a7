"""Which files a folder gives to ``catalystctl ingest``."""

from pathlib import Path

from catalystindex.cli.commands.ingest import SUFFIXES, find_files


def test_a_folder_gives_every_readable_kind_in_order(tmp_path: Path) -> None:
    names = [f"{letter}{suffix}" for letter, suffix in zip("gfedcba", SUFFIXES, strict=True)]
    for name in [*names, "x.exe", "noext", "B.PDF"]:
        (tmp_path / name).write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep.md").write_text("x")
    (tmp_path / "folder.md").mkdir()
    found = [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])]
    assert found == sorted([*names, "B.PDF", "sub/deep.md"])


def test_a_file_that_is_named_is_taken_whatever_its_kind(tmp_path: Path) -> None:
    odd = tmp_path / "x.exe"
    odd.write_text("x")
    assert list(find_files([odd])) == [odd]


def test_a_folder_without_readable_files_gives_none(tmp_path: Path) -> None:
    assert list(find_files([tmp_path])) == []


def test_a_file_named_twice_is_given_once(tmp_path: Path) -> None:
    memo = tmp_path / "memo.md"
    memo.write_text("x")
    assert list(find_files([memo, tmp_path, memo])) == [memo]
