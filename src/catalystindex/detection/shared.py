"""The work of a batch run as files that processes map: columns are in memory once for all."""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from catalystindex.detection.plan import SliceWork
from catalystindex.model.errors import DetectionFailed
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.payments import Payments

DETECTORS_FILE: Final = "detectors.pickle"
NAMES_FILE: Final = "names.msgpack"


class Names(msgspec.Struct):
    """The names of a codebook."""

    accounts: list[str]
    parties: list[str]
    branches: list[str]
    purposes: list[str]


@contextmanager
def shared_folder(work: SliceWork, scratch: Path | None) -> Iterator[Path]:
    """Give a folder with work in it, which is removed afterwards.

    It is made in ``scratch``, or where the system has temporary files. Raises `DetectionFailed`
    where it cannot be written.
    """
    try:
        made = tempfile.TemporaryDirectory(prefix="catalystindex-", dir=scratch)
    except OSError as error:
        raise _unwritten(error) from error
    with made as path:
        try:
            write_work(work, Path(path))
        except OSError as error:
            raise _unwritten(error) from error
        yield Path(path)


def _unwritten(error: OSError) -> DetectionFailed:
    return DetectionFailed(
        f"The payments cannot be written for other processes ({error.strerror or error}): set "
        "TMPDIR to a folder with room, or use no other processes."
    )


def write_work(work: SliceWork, folder: Path) -> None:
    """Write work to an empty folder of this process's own.

    Raises `OSError`, and `DetectionFailed` for a detector that another process could not import.
    """
    for name, column in work.payments._asdict().items():
        np.save(folder / f"{name}.npy", column, allow_pickle=False)
    codes = work.codes
    names = Names(
        list(codes.accounts.names), list(codes.parties.names),
        list(codes.branches.names), list(codes.purposes.names),
    )  # fmt: skip
    (folder / NAMES_FILE).write_bytes(msgspec.msgpack.encode(names))
    try:
        detectors = pickle.dumps(work.detectors)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise DetectionFailed(
            f"A detector cannot be handed to other processes ({error}); use none."[:500]
        ) from error
    (folder / DETECTORS_FILE).write_bytes(detectors)


def read_work(folder: Path) -> SliceWork:
    """Return work that `write_work` wrote; columns are mapped, and what is written to them is lost.

    Only for a folder that the parent of this process made: detectors are unpickled. Raises
    `OSError`, and what unpickling raises.
    """
    columns: list[Any] = [
        np.load(folder / f"{name}.npy", mmap_mode="c", allow_pickle=False).view(np.ndarray)
        for name in Payments._fields
    ]
    names = msgspec.msgpack.decode((folder / NAMES_FILE).read_bytes(), type=Names)
    codes = Codebook(names.accounts, names.parties, names.branches, names.purposes)
    detectors = pickle.loads((folder / DETECTORS_FILE).read_bytes())  # noqa: S301  # our parent's
    return SliceWork(Payments._make(columns), codes, detectors)
