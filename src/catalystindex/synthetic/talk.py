"""What people write and say to each other: colleagues and friends, from templates of our own."""

from itertools import product
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.behaviour.calendar import is_working_day
from catalystindex.synthetic.columns import batches, code_of, integers, listed, mixed, opaque, words
from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.draws import Draws
from catalystindex.synthetic.ids import Ids
from catalystindex.synthetic.payments import Rows
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.roles import role_number, role_words
from catalystindex.synthetic.tables import OFFICE, time_of_day
from catalystindex.synthetic.ties import FRIENDS, Ties

MESSAGE: Final = np.dtype(
    [
        ("time", np.int64),
        ("code", np.int64),
        ("sender", np.int32),
        ("recipient", np.int32),
        ("text", np.int32),
        ("pattern", np.int32),
        ("seconds", np.int32),
        ("channel", np.int8),
    ]
)
"""Micros; number (`columns.code_of`); persons; number of the text; length of a call or -1."""

CHANNELS: Final = ("email", "chat", "phone")
EMAIL, CHAT, PHONE = range(3)
_RATE: Final = 30
"""Messages on a working day for 1,000 persons."""


class _Template(NamedTuple):
    subject: str
    text: str
    slots: tuple[tuple[str, ...], ...]


_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_TIMES: Final = ("nine", "half past ten", "noon", "two", "four")
_THINGS: Final = (
    "the quarterly figures", "the delivery to the north site", "the new supplier", "the audit",
    "the customer in Brückstadt", "the budget", "the price list", "the shift plan", "the contract",
)  # fmt: skip
_PLACES: Final = ("the canteen", "the station", "the lake", "your place", "the market square")
_SHARES: Final = ("the fund", "the tech shares", "the bank shares", "my savings plan", "the bonds")

_TEMPLATES: Final = (
    _Template("Meeting", "Can we move {0} to {1} at {2}? I have not finished it yet.",
              (_THINGS, _DAYS, _TIMES)),
    _Template("Numbers", "Please find attached what you asked about {0}. I need an answer by {1}.",
              (_THINGS, _DAYS)),
    _Template("Question", "Who looks after {0} this week? {1} at {2} would suit me for a call.",
              (_THINGS, _DAYS, _TIMES)),
    _Template("Lunch", "Lunch on {0} at {1}? We could meet at {2}.", (_DAYS, _TIMES, _PLACES)),
    _Template("Weekend", "We are going to {0} after work on {1}, do you want to come along?",
              (_PLACES, _DAYS)),
    _Template("Investing", "I may put a little more into {0}. What did you do on {1}?",
              (_SHARES, _DAYS)),
    _Template("News", "Did you see what the paper wrote about {0} on {1}? Nothing new in it.",
              (_SHARES, _DAYS)),
    _Template("Invoice", "The invoice for {0} is still open; could you pay it by {1}?",
              (_THINGS, _DAYS)),
    _Template("Thanks", "Thank you for your help with {0}. I owe you a coffee at {1}.",
              (_THINGS, _PLACES)),
    _Template("Holiday", "I am away from {0}; for {1} please ask my deputy.", (_DAYS, _THINGS)),
)  # fmt: skip

POOL: Final = tuple(
    (template.subject, template.text.format(*chosen))
    for template in _TEMPLATES
    for chosen in product(*template.slots)
)
"""Subjects and texts of ordinary messages."""


class Talk:
    """Makes the messages of a day; ``texts`` are those that patterns brought, after the pool's."""

    def __init__(
        self,
        people: Population,
        ties: Ties,
        ids: Ids,
        planted: Rows,
        texts: list[tuple[str, str]],
    ) -> None:
        self._people, self._ties, self._ids = people, ties, ids
        self._planted = planted[np.argsort(planted["time"], kind="stable")]
        self._subjects = pa.array([subject for subject, _ in (*POOL, *texts)])
        self._texts = pa.array([text for _, text in (*POOL, *texts)])

    def day(self, day: int) -> list[EventBatch]:
        """Return the messages of a day."""
        begin = self._people.config.origin + day * DAY_MICROS
        low, high = np.searchsorted(self._planted["time"], (begin, begin + DAY_MICROS))
        rows = np.concatenate([self._ordinary(day), self._planted[low:high]])
        rows = rows[np.lexsort((mixed(rows["code"]), rows["time"]))]
        calls = rows["channel"] == PHONE
        persons = self._ids.persons
        columns = {
            "entity_id": opaque("cm-", rows["code"]),
            "sender": words(persons, rows["sender"]),
            "recipients": listed(words(persons, rows["recipient"])),
            "channel": words(CHANNELS, rows["channel"]),
            "subject": words(self._subjects, np.where(rows["channel"] == EMAIL, rows["text"], -1)),
            "text": words(self._texts, rows["text"]),
            "language": pa.repeat("en", len(rows)),
            "seconds": integers(rows["seconds"], ~calls),
        }
        role = np.where(rows["pattern"] >= 0, role_number("tip"), -1)
        times = rows["time"].copy()
        return batches("communication", times, columns, rows["pattern"].copy(), role_words(role))

    def _ordinary(self, day: int) -> Rows:
        config, people = self._people.config, self._people
        if not is_working_day(config.date_of(day)):
            return np.zeros(0, dtype=MESSAGE)
        draws = Draws(config.seed, "day", "talk", day)
        count = draws.around(people.persons * _RATE // 1_000)
        rows = np.zeros(count, dtype=MESSAGE)
        begin = config.origin + day * DAY_MICROS
        rows["time"] = begin + draws.quantile(time_of_day(OFFICE), count)
        rows["code"] = code_of(day, np.arange(count, dtype=np.int64))
        sender = draws.below(people.persons, count)
        rows["sender"] = sender
        rows["recipient"] = self._ties.friends[sender, draws.below(FRIENDS, count)]
        rows["text"] = draws.below(len(POOL), count)
        rows["channel"] = draws.choose(np.array((EMAIL, EMAIL, CHAT, CHAT, PHONE)), count)
        rows["seconds"] = np.where(rows["channel"] == PHONE, draws.between(20, 1_800, count), -1)
        rows["pattern"] = -1
        known = (people.known[rows["sender"]] < begin) & (people.known[rows["recipient"]] < begin)
        sent: Rows = rows[known & (rows["sender"] != rows["recipient"])]
        return sent
