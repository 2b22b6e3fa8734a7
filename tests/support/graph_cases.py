"""Cases for the detectors of links: each has its pattern, and what looks like it and is lawful."""

from collections.abc import Callable, Iterable
from typing import Final

from catalystindex.detection.checks import Case, Scene
from support.scenes import DAY, HOUR, Pay, daily_life, scene

AROUND: Final = tuple(daily_life())
BEGIN: Final = 36 * DAY
"""When patterns begin: after a month of daily life."""
AMOUNTS: Final = (31_241, 48_877, 39_913, 62_058, 27_764, 54_309, 44_191, 35_526, 58_645, 71_032)


def fan_in(count: int = 8) -> list[Pay]:
    """Return payments of many to one who never paid it."""
    return [
        Pay(BEGIN + number * 5 * HOUR, f"person-{number + 1}", "person-20", AMOUNTS[number])
        for number in range(count)
    ]


def fan_out(count: int = 8) -> list[Pay]:
    """Return payments of one to many that it never paid."""
    return [
        Pay(BEGIN + number * 5 * HOUR, "person-20", f"person-{number + 1}", AMOUNTS[number])
        for number in range(count)
    ]


def gather_scatter(sides: int = 4, kept: float = 0.04) -> list[Pay]:
    """Return a fan-in and, after it, a fan-out of the sum less a commission."""
    gathered = fan_in(sides)
    total = round(sum(one.amount for one in gathered) * (1 - kept))
    shares = [total // sides] * (sides - 1)
    shares.append(total - sum(shares))
    begin = gathered[-1].at + 4 * HOUR
    return gathered + [
        Pay(begin + number * 5 * HOUR, "person-20", f"person-{number + 25}", share)
        for number, share in enumerate(shares)
    ]


def scatter_gather(middlemen: int = 4) -> list[Pay]:
    """Return payments to middlemen, and what each passes on to one sink."""
    pays = []
    for number in range(middlemen):
        at, who = BEGIN + number * 6 * HOUR, f"person-{number + 5}"
        pays.append(Pay(at, "person-1", who, AMOUNTS[number]))
        pays.append(Pay(at + 9 * HOUR, who, "person-20", AMOUNTS[number] * 96 // 100))
    return pays


def layer(
    senders: Iterable[str], receivers: Iterable[str], begin: int = BEGIN, size: int = 1
) -> list[Pay]:
    """Return payments of every sender to every receiver."""
    pairs = [(sender, receiver) for sender in senders for receiver in receivers]
    return [
        Pay(begin + number * 4 * HOUR, *pair, AMOUNTS[number % len(AMOUNTS)] * size)
        for number, pair in enumerate(pairs)
    ]


def persons(first: int, count: int) -> list[str]:
    """Return so many persons of daily life."""
    return [f"person-{number}" for number in range(first, first + count)]


def bipartite() -> list[Pay]:
    """Return all payments between two groups."""
    return layer(persons(1, 3), persons(20, 4))


def stack() -> list[Pay]:
    """Return two layers, one upon the other."""
    upper = layer(persons(1, 3), persons(10, 3))
    return upper + layer(persons(10, 3), persons(20, 3), upper[-1].at + 4 * HOUR)


def commission_network(middlemen: int = 4, percent: int = 10) -> list[Pay]:
    """Return what middlemen got of one payer, and passed on to others less one commission.

    Every other one gets it in two parts, or passes it on in two.
    """
    pays = []
    for number, amount in enumerate(AMOUNTS[:middlemen]):
        at, who = BEGIN + number * 7 * HOUR, f"person-{number + 5}"
        got = [amount * 9] if number % 2 else [amount * 4, amount * 5]
        rest = round(sum(got) * (100 - percent) / 100)
        gave = [rest] if number < 2 else [rest // 3, rest - rest // 3]
        pays += [Pay(at + place * HOUR, "person-1", who, part) for place, part in enumerate(got)]
        pays += [
            Pay(at + (9 + place) * HOUR, who, f"person-{15 + 2 * number + place}", part)
            for place, part in enumerate(gave)
        ]
    return pays


def rents() -> Scene:
    """Return deposits of like size to a landlord, with their purpose."""
    pays = [
        Pay(BEGIN + number * 3 * HOUR, f"person-{number + 1}", "person-20",
            80_000 + 500 * number, purpose="RENT")
        for number in range(9)
    ]  # fmt: skip
    return scene("rents", pays, AROUND)


def treasurer() -> Scene:
    """Return equal shares for a trip, and the bills paid with them."""
    shares = [
        Pay(BEGIN + number * 8 * HOUR, f"person-{number + 1}", "person-20", 12_000)
        for number in range(9)
    ]
    bills = [
        Pay(BEGIN + 4 * DAY, "person-20", "hotel", 70_000),
        Pay(BEGIN + 5 * DAY, "person-20", "coaches", 38_000),
    ]
    return scene("treasurer", shares + bills, AROUND)


def payroll() -> Scene:
    """Return bonuses that a firm, which pays wages, pays to people it had not paid."""
    pays = [
        Pay(BEGIN + number * HOUR // 30, "firm-1", f"newcomer-{number}",
            90_000 + 7_100 * number, purpose="SALA")
        for number in range(12)
    ]  # fmt: skip
    return scene("payroll", pays, AROUND)


def suppliers() -> Scene:
    """Return what firms pay the same suppliers for the first time."""
    pays = [
        Pay(one.at, one.source, one.target, one.amount * 20, purpose="SUPP")
        for one in layer(["firm-0", "firm-1", "firm-2"], ["mill", "forge", "dairy"])
    ]
    usual = [
        Pay(
            day * DAY + 9 * HOUR, f"firm-{day % 3}", f"old-{day % 3}", 700_000 + day, purpose="SUPP"
        )
        for day in range(30)
    ]
    return scene("suppliers", pays, [*AROUND, *usual])


def marketplace() -> Scene:
    """Return small purchases at a hub that always has many, and its pay-outs."""
    every_day = [
        Pay(day * DAY + number * HOUR, f"buyer-{day}-{number}", "market", 2_000 + 37 * number)
        for day in range(44)
        for number in range(6)
    ]
    paid_out = [Pay(day * DAY + 20 * HOUR, "market", f"seller-{day}", 11_800) for day in range(44)]
    return scene("marketplace", every_day + paid_out, AROUND)


def season() -> Scene:
    """Return guests of a host whose account had been idle."""
    pays = [
        Pay(BEGIN + number * 14 * HOUR, f"person-{number + 1}", "host", 9_000 + 1_000 * number)
        for number in range(8)
    ]
    return scene("season", pays, [*AROUND, Pay(0, "host", "shop-1", 900)])


def household_accounts() -> Scene:
    """Return wages, and the four fifths of them that each employee moves to a joint account."""
    pays = []
    for number, amount in enumerate(AMOUNTS[:6]):
        at, wage, who = BEGIN + number * HOUR, 4 * amount + 100_003, f"person-{3 * number}"
        pays.append(Pay(at, "firm-0", who, wage, purpose="SALA"))
        pays.append(Pay(at + DAY, who, f"household-{number}", round(wage * 0.8)))
    return scene("household_accounts", pays, AROUND)


def agents() -> Scene:
    """Return premiums that agents, who take cards, collect for an insurer less their tenth."""
    pays, usual = [], []
    for number in range(4):
        agent, premium = f"agent-{number}", 3 * AMOUNTS[number] + 7
        usual += [
            Pay(day * DAY + number * HOUR, f"person-{day % 9}", agent, 4_000 + 13 * day, "card")
            for day in range(35)
        ]
        pays.append(Pay(BEGIN + number * HOUR, f"person-{number}", agent, premium))
        pays.append(Pay(BEGIN + 2 * DAY + number * HOUR, agent, "insurer", round(premium * 0.9)))
    return scene("agents", pays, [*AROUND, *usual])


def round_gifts() -> Scene:
    """Return round sums of one to a family, each of whom gives all but a tenth to a cause."""
    pays = []
    for number in range(4):
        at, who = BEGIN + number * HOUR, f"person-{number + 5}"
        pays.append(Pay(at, "person-1", who, 50_000))
        pays.append(Pay(at + DAY, who, f"cause-{number}", 45_000))
    return scene("round_gifts", pays, AROUND)


def kept_twice() -> Scene:
    """Return two who have nothing to do with each other, and kept one and the same rate."""
    pays = [
        Pay(BEGIN, "person-1", "person-5", 412_347),
        Pay(BEGIN + DAY, "person-5", "person-25", round(412_347 * 0.9)),
        Pay(BEGIN + 2 * DAY, "person-12", "person-8", 298_811),
        Pay(BEGIN + 3 * DAY, "person-8", "person-28", round(298_811 * 0.9)),
    ]
    return scene("kept_twice", pays, AROUND)


LOOKALIKES: Final[tuple[Callable[[], Scene], ...]] = (
    rents,
    treasurer,
    payroll,
    suppliers,
    marketplace,
    season,
    household_accounts,
    agents,
    round_gifts,
    kept_twice,
)

PATTERNS: Final[dict[str, Callable[[], list[Pay]]]] = {
    "fan_in": fan_in,
    "fan_out": fan_out,
    "gather_scatter": gather_scatter,
    "scatter_gather": scatter_gather,
    "bipartite": bipartite,
    "stack": stack,
    "commission_network": commission_network,
}


def case_of(name: str) -> Case:
    """Return the case of a detector by its name."""
    return Case(
        pattern=scene(name, PATTERNS[name](), AROUND),
        clean=scene("clean", [], AROUND),
        lookalikes=tuple(make() for make in LOOKALIKES),
    )
