"""Who may take part in patterns: each person and company is given to one pattern at most."""

from collections.abc import Iterator

from catalystindex.synthetic.draws import Draws, Ints
from catalystindex.synthetic.population import Population


class NoRoom(Exception):
    """A pattern does not fit: not enough people or days are left for it."""


class Cast:
    """Hands out people that are customers throughout, in random order."""

    def __init__(self, people: Population) -> None:
        draws, persons = Draws(people.config.seed, "cast"), people.persons
        awake = people.stable[:persons] & (people.sleeps_from[:persons] > people.config.days)
        order = draws.order(persons)
        self.persons = Pool(order[awake[order]])
        asleep = people.stable[:persons] & ~awake
        self.sleepers = Pool(order[asleep[order]])
        firms = people.ordinary[draws.order(len(people.ordinary))]
        self.companies = Pool(firms[people.stable[persons + firms]])
        investors = order[(people.securities_of[order] >= 0) & awake[order]]
        self.investors = Pool(investors[people.stable[people.securities_of[investors]]])


class Pool:
    """Numbers that are given out once."""

    def __init__(self, numbers: Ints) -> None:
        self._rest: Iterator[int] = iter(numbers.tolist())
        self._returned: list[int] = []

    def take(self, count: int, taken: set[int]) -> list[int]:
        """Return so many that are not taken elsewhere; raises `NoRoom` where there are not."""
        found: list[int] = []
        while len(found) < count:
            number = self._next()
            if number is None:
                self.put_back(found)
                raise NoRoom
            if number not in taken:
                found.append(number)
        return found

    def put_back(self, numbers: list[int]) -> None:
        """Give back what was not used."""
        self._returned.extend(reversed(numbers))

    def _next(self) -> int | None:
        return self._returned.pop() if self._returned else next(self._rest, None)
