"""Arrays on disk, with a checksum: what comes back is what was written, or an error."""

import io
import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catalystindex.model.errors import WindowFileInvalid

DIGEST_BYTES: Final = 16


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays by name to a new file that survives a power cut. Raises `OSError`."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    body = buffer.getvalue()
    with path.open("wb") as file:
        file.write(blake2b(body, digest_size=DIGEST_BYTES).digest())
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file. Raises `WindowFileInvalid`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WindowFileInvalid(f"{path.name} cannot be read: {error.strerror}.") from error
    body = data[DIGEST_BYTES:]
    if blake2b(body, digest_size=DIGEST_BYTES).digest() != data[:DIGEST_BYTES]:
        raise WindowFileInvalid(f"{path.name} is damaged.")
    with np.load(io.BytesIO(body), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}
