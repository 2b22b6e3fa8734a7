"""Files and folders of the server, below the roots that the settings name and nowhere else."""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Control, Fetched, Listed, NotModified, Validators
from catalystindex.documents.acquire.body import bounded
from catalystindex.documents.acquire.globs import Selection
from catalystindex.model.errors import (
    AcquisitionError,
    SourceForbidden,
    SourceNotConfigured,
    SourceNotFound,
    SourceRefused,
    SourceUnavailable,
)
from catalystindex.model.sources import MAX_PLACE, FileSource, FolderSource

STEP = 1024 * 1024
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Not blocking: opening a named pipe would wait for its writer."""


class ServerFiles:
    """Reads files below the roots; symbolic links count as what they lead to.

    ``private``: files and folders of our own (the signing key, what other workspaces stored) that
    are not read, even where a root has them in it.
    """

    def __init__(self, settings: AcquisitionSettings, private: Sequence[Path] = ()) -> None:
        self._roots = [Path(os.path.realpath(root)) for root in settings.folder_roots]
        self._private = [Path(os.path.realpath(place)) for place in private]
        self._limit = settings.max_bytes

    def fetch(
        self, source: FileSource, known: Validators | None, control: Control
    ) -> Fetched | NotModified:
        """Return a file's bytes, or `NotModified` if it is the one that ``known`` stands for.

        Raises `AcquisitionError`, and what ``control`` raises.
        """
        control.check()
        place = source.path
        with _open_below(*self._inside(place), FILE_FLAGS, place) as descriptor:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise SourceRefused(f"{place} is not a file that can be read.", path=place)
            state = _state(before)
            if known is not None and known.etag == state:
                return NotModified()
            with _as_source_errors(place):
                chunks = iter(lambda: os.read(descriptor, STEP), b"")
                data = b"".join(bounded(chunks, self._limit, place, control.check))
            if _state(os.fstat(descriptor)) != state or len(data) != before.st_size:
                raise SourceUnavailable(f"{place} changed while it was read.", path=place)
        return Fetched(data, Path(place).name, validators=Validators(state))

    def list(self, source: FolderSource, control: Control) -> Iterator[Listed]:
        """Yield the files of a folder by path, those of its subfolders included.

        Hidden files and folders (``.name``) are left out. Folders that cannot be read, links to
        folders and names that are not UTF-8 are yielded as problems. Raises `AcquisitionError`,
        and what ``control`` raises.
        """
        root, real = self._inside(source.path)
        with _open_below(root, real, FOLDER_FLAGS, source.path):
            pass
        wanted = Selection(source.include, source.exclude, source.limit)
        problems: dict[str, AcquisitionError] = {}
        paths = _walk(real, wanted, control, problems, self._is_private)
        taken = wanted.take(paths, source.path)
        for path in sorted([*taken, *problems]):
            control.check()
            yield _listed(source.path, path, problems.get(path))

    def _inside(self, place: str) -> tuple[Path, Path]:
        """Return the root that a path is below, and the path without links."""
        if not self._roots:
            raise SourceNotConfigured(
                "This server reads no folders: an operator names them in "
                "`acquisition.folder_roots`."
            )
        if not place.startswith("/") or "\0" in place:
            raise SourceRefused(f"{place!r} is not an absolute path.", path=place)
        with _as_source_errors(place):
            real = Path(os.path.realpath(place))
        if self._is_private(real):
            raise SourceRefused(f"{place} is the server's own, which it does not read.", path=place)
        for root in self._roots:
            if real == root or root in real.parents:
                return root, real
        raise SourceRefused(
            f"{place} is not below a folder that this server reads "
            "(`acquisition.folder_roots`), or leads out of it.",
            path=place,
        )

    def _is_private(self, real: Path) -> bool:
        return any(real == place or place in real.parents for place in self._private)


def _walk(
    folder: Path,
    wanted: Selection,
    control: Control,
    problems: dict[str, AcquisitionError],
    private: Callable[[Path], bool],
) -> Iterator[str]:
    """Yield the paths of files below the folder; note the folders that are not looked into.

    What is ``private`` is passed over.
    """
    todo = [""]
    while todo:
        control.check()
        below = todo.pop()
        for entry in _entries(folder, below, problems):
            path = _joined(below, entry.name)
            if private(folder / path):
                continue
            if not _is_folder(entry):
                yield path
            elif not wanted.skips_below(path):
                _enter(entry, path, todo, problems)


def _joined(below: str, name: str) -> str:
    return f"{below}/{name}" if below else name


def _entries(
    folder: Path, below: str, problems: dict[str, AcquisitionError]
) -> list[os.DirEntry[str]]:
    """Return what is in a folder by name, hidden ones left out; note one that cannot be read.

    Raises the problem of the first folder.
    """
    try:
        with os.scandir(folder / below) as entries:
            seen = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        problems[below] = _as_source_error(error, str(folder / below))
        if not below:
            raise problems[below] from error
        return []
    return sorted(seen, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a circle of links: reading it as a file says so
        return False


def _enter(
    entry: os.DirEntry[str], path: str, todo: list[str], problems: dict[str, AcquisitionError]
) -> None:
    if entry.is_symlink():
        problems[path] = SourceRefused(
            f"{path!r} is a link to a folder, which is not followed: name that folder."
        )
    else:
        todo.append(path)


def _listed(folder: str, path: str, problem: AcquisitionError | None) -> Listed:
    place = f"{folder.rstrip('/')}/{path}"
    shown = os.fsencode(place).decode(errors="backslashreplace")[:MAX_PLACE]
    if problem is not None:
        return Listed(shown, problem=problem)
    if shown != place:
        problem = SourceRefused("Its name is not UTF-8, or its path is too long: rename it.")
        return Listed(shown, problem=problem)
    return Listed(place, FileSource(path=place))


@contextmanager
def _open_below(root: Path, real: Path, flags: int, place: str) -> Iterator[int]:
    """Open a path below a root, step by step, so that no link put in its way is followed."""
    steps: Sequence[str] = real.relative_to(root).parts
    with _as_source_errors(place):
        descriptor = os.open(root, FOLDER_FLAGS if steps else flags)
    for number, step in enumerate(steps, start=1):
        with closing(_Descriptor(descriptor)), _as_source_errors(place):
            descriptor = os.open(
                step, flags if number == len(steps) else FOLDER_FLAGS, dir_fd=descriptor
            )
    with closing(_Descriptor(descriptor)):
        yield descriptor


class _Descriptor:
    """Something to close."""

    def __init__(self, number: int) -> None:
        self._number = number

    def close(self) -> None:
        os.close(self._number)


def _state(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"


@contextmanager
def _as_source_errors(place: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _as_source_error(error, place) from error


def _as_source_error(error: OSError, place: str) -> AcquisitionError:
    if error.errno in (errno.ENOENT, errno.ENAMETOOLONG):
        return SourceNotFound(f"There is no {place}.", path=place)
    if error.errno in (errno.EACCES, errno.EPERM):
        return SourceForbidden(
            f"The server may not read {place}: give its user the right to.", path=place
        )
    if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.ENODEV):
        return SourceRefused(
            f"{place} is not what it was asked for as: file or folder.", path=place
        )
    return SourceUnavailable(
        f"{place} cannot be read ({errno.errorcode.get(error.errno or 0, 'unknown')}).", path=place
    )
