"""Plants all patterns of a world, and gathers what they add to its days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from catalystindex.synthetic.cast import Cast, NoRoom
from catalystindex.synthetic.config import DAY_MICROS, SynthConfig
from catalystindex.synthetic.dealing import ORDER
from catalystindex.synthetic.deals import DEAL, SHIP_AFTER
from catalystindex.synthetic.devices import Devices
from catalystindex.synthetic.draws import Dice
from catalystindex.synthetic.lookalikes.registry import LOOKALIKES
from catalystindex.synthetic.market import Market
from catalystindex.synthetic.ownership import INTEREST
from catalystindex.synthetic.pattern import Pattern
from catalystindex.synthetic.payments import PAYMENT, Rows, payments
from catalystindex.synthetic.plan import Fields, Plan, Planted, Scene
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.talk import MESSAGE
from catalystindex.synthetic.ties import Ties
from catalystindex.synthetic.typologies.registry import PLANTS, Plant

PER_20K: Final = 15
"""Patterns of each typology for 20,000 accounts and 60 days."""
LOOKALIKES_PER_20K: Final = 12
_ATTEMPTS: Final = 5


@dataclass(slots=True)
class Harvest:
    """Everything that was planted, in rows by kind."""

    patterns: list[Pattern] = field(default_factory=list)
    planted: Planted = field(default_factory=Planted)
    marks: dict[int, int] = field(default_factory=dict)
    """Pattern of announcements, by their number."""
    new_devices: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    """How many patterns found no room, by typology."""

    def rows(self, kind: str) -> Rows:
        """Return what was planted of a kind, in no particular order."""
        return _KINDS[kind](self.planted)

    def add(self, name: str, plan: Plan, *, lookalike: bool) -> None:
        """Take what a plan planted."""
        mine, all_ = plan.planted, self.planted
        first_text = len(all_.texts)
        for message in mine.messages:
            message["text"] += first_text
        all_.payments += mine.payments
        all_.deals += mine.deals
        all_.orders += mine.orders
        all_.messages += mine.messages
        all_.interests += mine.interests
        all_.texts += mine.texts
        all_.devices.update(mine.devices)
        marked = [] if lookalike else mine.news
        self.marks.update({item.number: plan.number for item in marked})
        self.new_devices += plan.new_devices
        times = _times(mine, [item.time for item in marked])
        roles = {role: tuple(members) for role, members in plan.roles.items()}
        self.patterns.append(
            Pattern(
                number=plan.number,
                typology=name,
                lookalike=lookalike,
                difficulty=plan.people.config.difficulty,
                roles=roles,
                start=min(times),
                end=max(times),
                events=len(times),
            )
        )


def plant_all(people: Population, ties: Ties, market: Market, devices: Devices) -> Harvest:
    """Plant as many patterns of each kind as the configuration wants and there is room for."""
    config = people.config
    scene, harvest = Scene(people, ties, market, devices, Cast(people)), Harvest()
    wanted = wanted_of(config, PER_20K)
    for number in range(wanted):  # in turn, so that a small world has some of each
        for name in config.typologies:
            _plant_one(scene, harvest, name, number, PLANTS[name], lookalike=False)
    if config.lookalikes:
        for number in range(wanted_of(config, LOOKALIKES_PER_20K)):
            for name, plant in LOOKALIKES.items():
                _plant_one(scene, harvest, name, number, plant, lookalike=True)
    return harvest


def wanted_of(config: SynthConfig, per_20k: int) -> int:
    """Return how many patterns of one kind the configuration wants."""
    if config.density == 0:
        return 0
    density = round(config.density * 1_000)
    days = min(max(config.days, 15), 120)
    return max(1, config.accounts * days * per_20k * density // (20_000 * 60 * 1_000))


def _plant_one(
    scene: Scene, harvest: Harvest, name: str, place: int, plant: Plant, *, lookalike: bool
) -> None:
    """Try some times, each with other draws, until a pattern fits."""
    number = len(harvest.patterns)
    first = scene.devices.count + harvest.new_devices
    for attempt in range(_ATTEMPTS):
        dice = Dice(scene.people.config.seed, "pattern", name, place, attempt)
        plan = Plan(scene, number, dice, first)
        try:
            plant(plan)
        except NoRoom:
            plan.release()
            continue
        harvest.add(name, plan, lookalike=lookalike)
        return
    harvest.missing[name] = harvest.missing.get(name, 0) + 1


def _times(planted: Planted, more: Sequence[int]) -> list[int]:
    """Return the time of each event of one pattern."""
    times = [row["time"] for row in planted.payments if row["pattern"] >= 0]
    times += [row["time"] for row in (*planted.messages, *planted.interests, *planted.deals)]
    for order in planted.orders:  # as given, as filled, and the trade
        filled = order["time"] + order["delay"]
        times += [order["time"], filled, filled]
    for deal in planted.deals:
        times.append(deal["time"] + deal["pay_after"] * DAY_MICROS)
        if deal["ship_after"] == SHIP_AFTER:
            times.append(deal["time"] + SHIP_AFTER * DAY_MICROS)
    return [*times, *more]


def _rows(rows: Sequence[Fields], dtype: npt.DTypeLike) -> Rows:
    """Return rows of numbers from fields by name; all have the same ones."""
    out = np.zeros(len(rows), dtype=dtype)
    for name in out.dtype.names or ():
        out[name] = [row[name] for row in rows]
    return out


def _payment_rows(planted: Planted) -> Rows:
    """Return payments, unset where a field is not given."""
    unset = payments(1)[0]
    blank = {name: unset[name].item() for name in PAYMENT.names or ()}
    return _rows([blank | row for row in planted.payments], PAYMENT)


_KINDS: Final[dict[str, Callable[[Planted], Rows]]] = {
    "payments": _payment_rows,
    "deals": lambda planted: _rows(planted.deals, DEAL),
    "orders": lambda planted: _rows(planted.orders, ORDER),
    "messages": lambda planted: _rows(planted.messages, MESSAGE),
    "interests": lambda planted: _rows(planted.interests, INTEREST),
}
