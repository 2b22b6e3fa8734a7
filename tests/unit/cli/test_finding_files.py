"""Which files a folder gives to ``catalystctl ingest``."""

from pathlib import Path

from catalystindex.cli.commands.ingest import find_files


def test_a_folder_gives_every_file_in_order_whatever_its_kind(tmp_path: Path) -> None:
    for name in ("b.pdf", "a.xlsx", "noext", "B.PDF"):
        (tmp_path / name).write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep.md").write_text("x")
    (tmp_path / "folder.md").mkdir()
    found = [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])]
    assert found == sorted(["b.pdf", "a.xlsx", "noext", "B.PDF", "sub/deep.md"])


def test_hidden_files_of_a_folder_are_left_out_and_named_ones_are_not(tmp_path: Path) -> None:
    hidden = tmp_path / ".secret.md"
    hidden.write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "notes.md").write_text("x")
    assert list(find_files([tmp_path])) == []
    assert list(find_files([hidden])) == [hidden]


def test_a_link_to_nowhere_is_given_so_that_it_is_reported(tmp_path: Path) -> None:
    link = tmp_path / "gone.md"
    link.symlink_to(tmp_path / "nowhere.md")
    assert list(find_files([tmp_path])) == [link]


def test_an_empty_folder_gives_none(tmp_path: Path) -> None:
    assert list(find_files([tmp_path])) == []


def test_a_file_named_twice_is_given_once(tmp_path: Path) -> None:
    memo = tmp_path / "memo.md"
    memo.write_text("x")
    assert list(find_files([memo, tmp_path, memo])) == [memo]
