"""A file that knows its size and its SHA-256 when it is closed."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

BUFFER: Final = 1 << 20


class HashedFile(io.RawIOBase):
    """A new file, written from its beginning to its end. Refuses to replace one that is there."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=BUFFER)
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """The hash of what was written, in hex."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """Return True: that is all it is for."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self.size

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write all of the data. Raises `OSError`."""
        view = memoryview(data).cast("B")
        self._file.write(view)
        self._hash.update(view)
        self.size += len(view)
        return len(view)

    def flush(self) -> None:
        """Hand to the system what is buffered. Raises `OSError`."""
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        """Write what is buffered and close. Raises `OSError`."""
        if not self.closed:
            try:
                self._file.close()
            finally:
                super().close()
