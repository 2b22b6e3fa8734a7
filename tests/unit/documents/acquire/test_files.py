"""Files and folders of the server: below the roots, and nothing else."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalystindex.documents.acquire import files
from catalystindex.documents.acquire.base import Fetched, Listed, NotModified
from catalystindex.documents.acquire.files import ServerFiles
from catalystindex.model.errors import (
    AcquisitionError,
    ListingTooLarge,
    SourceForbidden,
    SourceNotConfigured,
    SourceNotFound,
    SourceRefused,
    SourceTooLarge,
    SourceUnavailable,
    WorkCancelled,
)
from catalystindex.model.sources import FileSource, FolderSource
from support.acquire import CalledOff, Free, settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def reader(root: Path, **values: object) -> ServerFiles:
    return ServerFiles(settings(folder_roots=(root,), **values))


def write(path: Path, data: bytes = b"text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def fetch(root: Path, path: Path | str, **values: object) -> Fetched:
    result = reader(root, **values).fetch(FileSource(path=str(path)), None, Free())
    assert isinstance(result, Fetched)
    return result


def problem(root: Path, path: Path | str, **values: object) -> AcquisitionError:
    with pytest.raises(AcquisitionError) as caught:
        fetch(root, path, **values)
    return caught.value


def listed(root: Path, path: Path | str = "", **values: object) -> list[Listed]:
    source = FolderSource.model_validate({"path": str(path or root), **values})
    return list(reader(root).list(source, Free()))


def names(root: Path, **values: object) -> list[str]:
    found = listed(root, root, **values)
    return [one.key.removeprefix(f"{root}/") for one in found]


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class TestFiles:
    @pytest.mark.parametrize("data", [b"", b"x", bytes(3_000_000)])
    def test_a_file_comes_with_its_name(self, root: Path, data: bytes) -> None:
        got = fetch(root, write(root / "a b" / "ü.pdf", data))
        assert (got.data, got.filename, got.media_type) == (data, "ü.pdf", None)

    def test_what_has_not_changed_is_not_read_again(self, root: Path) -> None:
        path = write(root / "a", b"old")
        opened, source = reader(root), FileSource(path=str(path))
        first = opened.fetch(source, None, Free())
        assert isinstance(first, Fetched)
        assert opened.fetch(source, first.validators, Free()) == NotModified()
        path.write_bytes(b"new")
        os.utime(path, ns=(1, 1))
        again = opened.fetch(source, first.validators, Free())
        assert isinstance(again, Fetched)
        assert again.data == b"new"

    def test_another_file_in_its_place_is_noticed(self, root: Path) -> None:
        path, other = write(root / "a", b"old"), write(root / "b", b"new")
        first = fetch(root, path)
        os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
        other.replace(path)
        again = reader(root).fetch(FileSource(path=str(path)), first.validators, Free())
        assert isinstance(again, Fetched)

    @pytest.mark.parametrize(("size", "fits"), [(4096, True), (4097, False)])
    def test_the_limit_is_exact(self, root: Path, size: int, fits: bool) -> None:
        path = write(root / "a", bytes(size))
        if fits:
            assert len(fetch(root, path, max_bytes=4096).data) == size
        else:
            assert type(problem(root, path, max_bytes=4096)) is SourceTooLarge

    def test_links_inside_the_root_count_as_what_they_lead_to(self, root: Path) -> None:
        write(root / "real" / "a.txt", b"inside")
        (root / "link.txt").symlink_to("real/a.txt")
        (root / "folder").symlink_to("real")
        assert fetch(root, root / "link.txt").data == b"inside"
        assert fetch(root, root / "folder" / "a.txt").data == b"inside"
        assert fetch(root, f"{root}/real/../link.txt").data == b"inside"

    def test_a_root_may_be_a_link_itself(self, root: Path, tmp_path: Path) -> None:
        write(root / "a", b"inside")
        (tmp_path / "alias").symlink_to(root)
        assert fetch(tmp_path / "alias", tmp_path / "alias" / "a").data == b"inside"
        assert fetch(tmp_path / "alias", root / "a").data == b"inside"


class TestOurOwn:
    def test_what_is_the_servers_own_is_not_read_below_a_root(self, root: Path) -> None:
        key, case = write(root / "data" / "token-key.json"), write(root / "case.txt")
        (root / "link.json").symlink_to(key)
        own = ServerFiles(settings(folder_roots=(root,)), [root / "data"])
        for place in (key, root / "link.json", root / "case" / ".." / "data" / "token-key.json"):
            with pytest.raises(SourceRefused, match="own"):
                own.fetch(FileSource(path=str(place)), None, Free())
        with pytest.raises(SourceRefused, match="own"):
            list(own.list(FolderSource(path=str(root / "data")), Free()))
        listed = [one.key for one in own.list(FolderSource(path=str(root)), Free())]
        assert listed == [str(case), str(root / "link.json")]


class TestRefusals:
    def test_without_roots_nothing_is_read(self, root: Path) -> None:
        closed = ServerFiles(settings())
        with pytest.raises(SourceNotConfigured, match="folder_roots"):
            closed.fetch(FileSource(path=str(write(root / "a"))), None, Free())
        with pytest.raises(SourceNotConfigured, match="folder_roots"):
            list(closed.list(FolderSource(path=str(root)), Free()))

    def test_what_is_outside_is_refused_whether_it_exists_or_not(
        self, root: Path, tmp_path: Path
    ) -> None:
        write(tmp_path / "secret")
        write(tmp_path / "root-2" / "secret")
        (root / "link").symlink_to(tmp_path / "secret")
        (root / "gone").symlink_to(tmp_path / "no-such-file")
        (root / "up").symlink_to("..")
        for place in (
            tmp_path / "secret", tmp_path / "none", f"{root}/../secret", root / "link",
            root / "gone", root / "up" / "secret", tmp_path / "root-2" / "secret", "/etc/passwd",
            "/proc/self/environ",
        ):  # fmt: skip
            assert type(problem(root, place)) is SourceRefused
            with pytest.raises(SourceRefused):
                listed(root, place)

    @pytest.mark.parametrize("place", ["a", "./a", "root/a", "~/a"])
    def test_a_path_is_absolute(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        write(root / "a")
        monkeypatch.chdir(root)
        assert type(problem(root, place)) is SourceRefused

    def test_what_is_no_file_is_refused_at_once(self, root: Path) -> None:
        os.mkfifo(root / "fifo")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(root / "s"))
            for place in (root / "fifo", root / "s", root):
                assert type(problem(root, place)) is SourceRefused

    def test_a_device_is_no_file(self) -> None:
        assert type(problem(Path("/dev"), "/dev/zero")) is SourceRefused

    def test_what_is_not_there_is_not_found(self, root: Path) -> None:
        write(root / "a")
        assert type(problem(root, root / "none")) is SourceNotFound
        assert type(problem(root, root / "none" / "b")) is SourceNotFound
        assert type(problem(root, root / ("x" * 300))) is SourceNotFound
        assert type(problem(root, root / "a" / "b")) is SourceRefused
        with pytest.raises(SourceNotFound):
            listed(root, root / "none")
        with pytest.raises(SourceRefused):
            listed(root, root / "a")

    def test_a_circle_of_links_is_refused(self, root: Path) -> None:
        (root / "a").symlink_to("b")
        (root / "b").symlink_to("a")
        assert type(problem(root, root / "a")) is SourceRefused

    def test_a_link_put_in_its_way_after_the_check_is_not_followed(
        self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path / "outside" / "a", b"secret")
        path = write(root / "sub" / "a", b"inside")
        real = os.path.realpath

        def swap(place: str) -> str:
            found = real(place)
            if place == str(path):
                (root / "sub").rename(root / "moved")
                (root / "sub").symlink_to(tmp_path / "outside")
            return found

        monkeypatch.setattr(os.path, "realpath", swap)
        assert type(problem(root, path)) is SourceRefused

    @pytest.mark.parametrize("mode", ["ab", "r+b", "wb"])
    def test_a_file_that_changes_while_it_is_read_is_not_taken(self, root: Path, mode: str) -> None:
        path = write(root / "a", bytes(files.STEP * 2))
        os.utime(path, ns=(1, 1))

        class Changes(Free):
            def check(self) -> None:
                super().check()
                if self.asked == 2:
                    with path.open(mode) as file:
                        file.write(b"other")

        with pytest.raises(SourceUnavailable, match="changed"):
            reader(root).fetch(FileSource(path=str(path)), None, Changes())

    def test_work_that_is_called_off_ends(self, root: Path) -> None:
        path = write(root / "a", bytes(files.STEP * 3))
        with pytest.raises(WorkCancelled):
            reader(root).fetch(FileSource(path=str(path)), None, CalledOff(2))
        with pytest.raises(WorkCancelled):
            list(reader(root).list(FolderSource(path=str(root)), CalledOff(0)))

    def test_no_descriptor_is_left_open(self, root: Path) -> None:
        write(root / "x" / "a")
        os.mkfifo(root / "fifo")
        before = open_descriptors()
        for _ in range(5):
            fetch(root, root / "x" / "a")
            problem(root, root / "fifo")
            problem(root, root / "x" / "none")
            problem(root, root / "x" / "a" / "b")
            listed(root)
        assert open_descriptors() < before + 5  # other threads may open or close a few


class TestFolders:
    def test_files_come_in_order_those_of_subfolders_too(self, root: Path) -> None:
        wanted = ["B.txt", "a.txt", "sub/b.txt", "sub/deep/c.pdf", "sub.txt", "ü.txt"]
        for name in wanted:
            write(root / name)
        found = listed(root)
        assert [one.key for one in found] == sorted(f"{root}/{name}" for name in wanted)
        assert all(one.source == FileSource(path=one.key) for one in found)

    def test_a_slash_at_the_end_changes_nothing(self, root: Path) -> None:
        write(root / "sub" / "a")
        assert listed(root, f"{root}/sub/") == listed(root, f"{root}/sub")

    def test_hidden_files_and_folders_are_left_out(self, root: Path) -> None:
        for name in (".hidden", ".git/config", "sub/.x", "sub/a", "b..c"):
            write(root / name)
        assert names(root) == ["b..c", "sub/a"]

    def test_globs_are_below_the_folder(self, root: Path) -> None:
        for name in ("a.pdf", "a.txt", "sub/b.pdf", "old/c.pdf"):
            write(root / name)
        assert names(root, include=["*.pdf"]) == ["a.pdf"]
        assert names(root, include=["**/*.pdf"], exclude=["old/**"]) == ["a.pdf", "sub/b.pdf"]
        assert names(root, include=["*.doc"]) == []

    def test_an_empty_folder_has_nothing(self, root: Path) -> None:
        assert listed(root) == []

    def test_more_than_the_limit_is_an_error_and_never_cut(self, root: Path) -> None:
        for number in range(5):
            write(root / f"{number}")
        assert len(listed(root, limit=5)) == 5
        with pytest.raises(ListingTooLarge):
            listed(root, limit=4)

    def test_links_to_files_are_listed_and_checked_when_they_are_read(
        self, root: Path, tmp_path: Path
    ) -> None:
        write(tmp_path / "secret")
        (root / "out").symlink_to(tmp_path / "secret")
        (one,) = listed(root)
        assert one.source == FileSource(path=f"{root}/out")
        assert type(problem(root, one.key)) is SourceRefused

    def test_links_to_folders_are_not_followed_and_are_reported(
        self, root: Path, tmp_path: Path
    ) -> None:
        write(tmp_path / "elsewhere" / "secret.pdf")
        write(root / "sub" / "a.pdf")
        (root / "sub" / "loop").symlink_to(root)
        (root / "out").symlink_to(tmp_path / "elsewhere")
        found = {one.key: one for one in listed(root, include=["**/*.pdf"])}
        assert list(found) == [f"{root}/out", f"{root}/sub/a.pdf", f"{root}/sub/loop"]
        assert type(found[f"{root}/out"].problem) is SourceRefused
        assert names(root, exclude=["out/**", "sub/loop/**"]) == ["sub/a.pdf"]

    def test_a_circle_of_links_does_not_end_the_listing(self, root: Path) -> None:
        (root / "a").symlink_to("b")
        (root / "b").symlink_to("a")
        write(root / "c")
        assert names(root) == ["a", "b", "c"]
        assert type(problem(root, root / "a")) is SourceRefused

    def test_names_that_are_not_utf_8_are_reported(self, root: Path) -> None:
        (root / os.fsdecode(b"bad\xff.txt")).write_bytes(b"x")
        write(root / "good.txt")
        bad, good = listed(root)
        assert type(bad.problem) is SourceRefused
        assert bad.key.encode() == f"{root}/bad\\xff.txt".encode()
        assert good.problem is None

    def test_a_path_that_is_too_long_is_reported(self, root: Path) -> None:
        deep = root
        for _ in range(9):
            deep = deep / ("d" * 240)
        descriptor = os.open(root, os.O_RDONLY)
        for _ in range(9):
            os.mkdir("d" * 240, dir_fd=descriptor)
            below = os.open("d" * 240, os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        os.close(os.open("a", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
        os.close(descriptor)
        (one,) = listed(root)
        assert type(one.problem) is SourceRefused


def as_nobody(act: Callable[[], None]) -> None:
    """Run something in a thread without the right to read everything, where that can be given up.

    Only the thread's own: Linux keeps file system rights by thread.
    """
    import ctypes

    failures: list[BaseException] = []
    libc = ctypes.CDLL(None, use_errno=True)

    def run() -> None:
        libc.setfsuid(65534)
        try:
            act()
        except BaseException as error:  # noqa: BLE001  # raised again below
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


class TestRights:
    @pytest.fixture(autouse=True)
    def reachable(self, root: Path) -> Iterator[None]:
        before = os.umask(0o022)  # an owner that another test opened has closed it to others
        for folder in (root, *root.parents):
            if folder.stat().st_uid == os.getuid() and folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o055)
        yield
        os.umask(before)

    def test_a_file_that_may_not_be_read_is_forbidden(self, root: Path) -> None:
        path = write(root / "a")
        path.chmod(0o000)
        as_nobody(lambda: self.forbidden(root, path))

    def forbidden(self, root: Path, path: Path) -> None:
        error = problem(root, path)
        assert type(error) is SourceForbidden
        assert not error.transient

    def test_a_folder_that_may_not_be_read_is_reported_and_the_rest_is_listed(
        self, root: Path
    ) -> None:
        write(root / "closed" / "a.pdf")
        write(root / "open" / "b.pdf")
        (root / "closed").chmod(0o000)
        found: list[Listed] = []
        rest: list[str] = []

        def look() -> None:
            found.extend(listed(root, include=["**/*.pdf"]))
            rest.extend(names(root, exclude=["closed/**"]))
            with pytest.raises(SourceForbidden):
                listed(root, root / "closed")

        as_nobody(look)
        (root / "closed").chmod(0o755)
        assert [one.key for one in found] == [f"{root}/closed", f"{root}/open/b.pdf"]
        assert type(found[0].problem) is SourceForbidden
        assert rest == ["open/b.pdf"]
