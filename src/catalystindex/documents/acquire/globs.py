"""Which names of a listing are wanted: globs over paths, and a limit that is never silent."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from itertools import pairwise

from catalystindex.model.errors import ListingTooLarge

MAX_SCANNED = 1_000_000
"""Names that are looked at in one listing, wanted or not."""


@dataclass(frozen=True)
class Selection:
    """What a listing takes: names that match some ``include`` (or any) and no ``exclude``.

    Globs are over the path below the place that is listed: ``*`` and ``?`` stay inside one name,
    ``**`` stands for any number of folders, and at the end for everything below.
    """

    include: Sequence[str]
    exclude: Sequence[str]
    limit: int

    def wants(self, path: str) -> bool:
        """Tell whether a path is taken."""
        if any(matches(path, pattern) for pattern in self.exclude):
            return False
        return not self.include or any(matches(path, pattern) for pattern in self.include)

    def skips_below(self, folder: str) -> bool:
        """Tell whether everything below a folder is excluded, so that it need not be read."""
        heads = [one.removesuffix("**").removesuffix("/") for one in self.exclude if _open(one)]
        return any(not head or matches(folder, head) for head in heads)

    def take(self, paths: Iterable[str], place: str) -> list[str]:
        """Return the wanted paths in order, each once.

        Raises `ListingTooLarge` rather than leaving any out.
        """
        taken: list[str] = []
        for number, path in enumerate(paths, start=1):
            if number > MAX_SCANNED:
                raise ListingTooLarge(
                    f"There are more than {MAX_SCANNED} names below {place}: name a part of it.",
                    place=place,
                    limit=MAX_SCANNED,
                )
            if not self.wants(path):
                continue
            taken.append(path)
            if len(taken) > self.limit:
                raise ListingTooLarge(
                    f"There are more than {self.limit} documents below {place}: raise `limit` of "
                    "the source, or take less with `include` and `exclude`.",
                    place=place,
                    limit=self.limit,
                )
        ordered = sorted(taken)
        return [one for before, one in pairwise(["", *ordered]) if one != before]


def matches(path: str, pattern: str) -> bool:
    """Tell whether a glob stands for a path; in time that grows with their product at most."""
    parts, wanted = path.split("/"), pattern.strip("/").split("/")
    if wanted[-1] == "**":  # everything below a folder, not the folder itself
        return any(_ends(parts, wanted[:-1])[: len(parts)])
    return _ends(parts, wanted)[-1]


def _ends(parts: Sequence[str], wanted: Sequence[str]) -> list[bool]:
    """Tell for each number of leading parts whether the pattern stands for them."""
    reached = [True] + [False] * len(parts)
    for one in wanted:
        reached = _step_any(reached) if one == "**" else _step_one(reached, parts, one)
    return reached


def _step_any(reached: Sequence[bool]) -> list[bool]:
    first = reached.index(True) if True in reached else len(reached)
    return [place >= first for place in range(len(reached))]


def _step_one(reached: Sequence[bool], parts: Sequence[str], pattern: str) -> list[bool]:
    name = _compiled(pattern)
    return [False] + [
        before and name.match(part) is not None
        for before, part in zip(reached, parts, strict=False)
    ]


def _open(pattern: str) -> bool:
    return pattern == "**" or pattern.endswith("/**")


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))
