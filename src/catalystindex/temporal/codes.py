"""Names as small numbers: accounts, parties, branches, purposes."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from catalystindex.temporal.layout import NOBODY, Ints


class Codes:
    """Gives each name a number, counted from 0 in the order of first sight.

    A code is good within one window only: it never becomes part of a result, and nothing is ordered
    by it.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names: list[str] = []
        self._codes: dict[str, int] = {}
        for name in names:
            self.code(name)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def names(self) -> Sequence[str]:
        """All names, in the order of their codes."""
        return self._names

    def code(self, name: str) -> int:
        """Return the code of a name, a new one where it has none."""
        found = self._codes.get(name)
        if found is None:
            found = self._codes[name] = len(self._names)
            self._names.append(name)
        return found

    def find(self, name: str) -> int:
        """Return the code of a name, `NOBODY` where it has none."""
        return self._codes.get(name, NOBODY)

    def code_all(self, names: Iterable[str | None]) -> Ints:
        """Return the codes of names, `NOBODY` for None."""
        wanted = list(names)
        get: Callable[[str | None], int | None] = self._codes.get  # type: ignore[assignment]
        found = list(map(get, wanted))  # as a whole: most are known
        for place, code in enumerate(found):
            if code is None:
                name = wanted[place]
                found[place] = NOBODY if name is None else self.code(name)
        return np.array(found, np.int32)

    def name(self, code: int) -> str:
        """Return the name of a code. Raises `IndexError` for one that was never given."""
        if code < 0:
            raise IndexError(f"{code} is nobody's code")
        return self._names[code]


class Codebook:
    """The codes of one window."""

    def __init__(
        self,
        accounts: Iterable[str] = (),
        parties: Iterable[str] = (),
        branches: Iterable[str] = (),
        purposes: Iterable[str] = (),
    ) -> None:
        self.accounts = Codes(accounts)
        self.parties = Codes(parties)
        self.branches = Codes(branches)
        self.purposes = Codes(purposes)
