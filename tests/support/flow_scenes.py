"""A pattern, look-alikes and daily life for each detector of flows."""

from collections.abc import Sequence
from itertools import pairwise

from catalystindex.detection.checks import Case
from support.scenes import DAY, HOUR, Pay, daily_life, scene

_LIFE = daily_life(45)
_CLEAN = scene("daily_life", [], _LIFE)


def _branches(days: Sequence[int], branches: Sequence[str], amounts: Sequence[int]) -> list[Pay]:
    return [
        Pay(day * DAY + 11 * HOUR, None, "till", amount, "cash_deposit", branch=branch,
            holders=(None, "shopkeeper"))
        for day, branch, amount in zip(days, branches, amounts, strict=True)
    ]  # fmt: skip


def structuring() -> Case:
    """Return deposits of one holder on two accounts at several branches, and a shop's takings."""
    pattern = [
        Pay((30 + number) * DAY + 11 * HOUR, None, f"person-1-{number % 2}", 700_000 + number,
            "cash_deposit", branch=f"branch-{number % 3}", holders=(None, "depositor"))
        for number in range(5)
    ]  # fmt: skip
    takings = [640_000, 980_000, 1_100_000, 890_000, 930_000]
    small = [90_000, 110_000, 120_000, 95_000, 100_000, 80_000]
    habit = list(range(1, 44, 3))
    return Case(
        scene("structuring", pattern, _LIFE),
        _CLEAN,
        [
            scene("takings", _branches(range(30, 35), ["main"] * 5, takings)),
            scene("small", _branches(range(30, 36), ["one", "two", "three"] * 2, small)),
            scene("habit", _branches(habit, ["main"] * len(habit), [700_000] * len(habit))),
        ],
    )


def _hops(names: Sequence[str], amounts: Sequence[int], begin: int, gap: int) -> list[Pay]:
    return [
        Pay(begin + place * gap, source, target, amount)
        for place, ((source, target), amount) in enumerate(
            zip(pairwise(names), amounts, strict=True)
        )
    ]


def cycle() -> Case:
    """Return a loop that keeps its sum, and what only looks like one."""
    ring = ["person-1", "person-9", "person-17", "person-23", "person-1"]
    pattern = _hops(ring, [500_000, 490_000, 480_000, 470_000], 32 * DAY, 20 * HOUR)
    family = _hops(ring[:3] + ring[:1], [2_000, 15_000, 5_000], 32 * DAY, 20 * HOUR)
    give_and_take = [
        one
        for day in (3, 12)
        for one in _hops(
            ["person-1", "person-9", "person-17", "person-1", "person-17", "person-9", "person-1"],
            [50_000, 9_000, 70_000, 20_000, 60_000, 8_000], day * DAY, DAY,
        )
    ]  # fmt: skip
    at_once = _hops(ring, [500_000] * 4, 32 * DAY, 0)
    return Case(
        scene("cycle", pattern, _LIFE),
        _CLEAN,
        [
            scene("family", family, _LIFE),
            scene("give_and_take", give_and_take),
            scene("at_once", at_once, _LIFE),
        ],
    )


def strange_cycle() -> Case:
    """Return a loop of strangers that keeps no sum, days apart."""
    ring = [f"person-{number}" for number in (2, 8, 16, 21, 27, 12)]
    pattern = _hops([*ring, ring[0]], [60_000, 90_000, 45_000, 80_000, 70_000, 55_000],
                    20 * DAY, 3 * DAY)  # fmt: skip
    return Case(scene("strangers", pattern, _LIFE), _CLEAN)


def mule_chain() -> Case:
    """Return a chain that ends in cash, and chains that are too slow, too short, or well known."""
    names = ["victim", "person-1", "person-9", "person-17"]
    pattern = _hops(names, [300_000, 285_000, 270_000], 32 * DAY, 9 * HOUR)
    pattern += [
        Pay(33 * DAY + 6 * HOUR + part * HOUR, "person-17", None, 80_000, "cash_withdrawal")
        for part in range(3)
    ]
    slow = _hops([*names, "end"], [300_000, 290_000, 280_000, 270_000], 20 * DAY, 5 * DAY)
    short = _hops(names, [300_000, 285_000, 270_000], 32 * DAY, 9 * HOUR)
    known = [
        one
        for day in (2, 22)
        for one in _hops([*names, "end"], [300_000, 290_000, 280_000, 270_000], day * DAY,
                         9 * HOUR)
    ][4:]  # fmt: skip
    before = _hops([*names, "end"], [900, 9_000, 90_000, 9_000], 2 * DAY, 9 * HOUR)
    kept = _hops([*names, "end"], [300_000, 200_000, 100_000, 50_000], 32 * DAY, 9 * HOUR)
    return Case(
        scene("mule_chain", pattern, _LIFE),
        _CLEAN,
        [
            scene("slow", slow, _LIFE),
            scene("short", short, _LIFE),
            scene("known", [*before, *known], _LIFE),
            scene("spent", kept, _LIFE),
        ],
    )


def _asleep(days: int) -> list[Pay]:
    """Return the last signs of life of an account, and fees that are none."""
    return [
        Pay(2 * DAY, "person-3", "sleeper", 5_000),
        Pay(3 * DAY, "sleeper", "shop-1", 900, "card"),
        *(Pay(day * DAY, "sleeper", None, 490, "fee") for day in range(5, 3 + days, 9)),
    ]


def dormant_reactivation() -> Case:
    """Return an account that wakes to pass a sum on; a season; one that was awake."""
    wake = [
        Pay(38 * DAY, "stranger", "sleeper", 900_000),
        Pay(38 * DAY + 8 * HOUR, "sleeper", "first", 400_000),
        Pay(39 * DAY, "sleeper", "second", 450_000),
    ]
    guests = [
        Pay((36 + number) * DAY, f"person-{number}", "sleeper", 60_000) for number in range(6)
    ]
    season = [*guests, Pay(42 * DAY, "sleeper", "person-20", 100_000),
              Pay(42 * DAY + HOUR, "sleeper", "person-21", 110_000)]  # fmt: skip
    awake = [Pay(day * DAY, "sleeper", "shop-1", 2_000, "card") for day in range(4, 38, 4)]
    kept = [wake[0], Pay(39 * DAY, "sleeper", "first", 90_000)]
    return Case(
        scene("dormant", wake, [*_LIFE, *_asleep(30)]),
        _CLEAN,
        [
            scene("season", season, [*_LIFE, *_asleep(30)]),
            scene("awake", [*awake, *wake], [*_LIFE, *_asleep(30)]),
            scene("kept", kept, [*_LIFE, *_asleep(30)]),
            scene("never_seen", wake, _LIFE),
        ],
    )


def rapid_movement() -> Case:
    """Return a sum that rushes through an account; wages that are spent; a business."""
    came = [Pay(35 * DAY, "stranger", "person-4", 1_500_000)]
    left = [
        Pay(35 * DAY + 2 * HOUR, "person-4", "first", 800_000),
        Pay(35 * DAY + 4 * HOUR, "person-4", "second", 650_000),
    ]
    slow = [came[0], *(Pay(one.at + 4 * DAY, one.source, one.target, one.amount) for one in left)]
    known = [
        Pay(day * DAY + part * HOUR, source, target, 1_500_000)
        for day in (2, 12, 35)
        for part, source, target in ((0, "client", "person-4"), (3, "person-4", "supplier"))
    ]
    return Case(
        scene("rapid", [*came, *left], _LIFE),
        _CLEAN,
        [scene("slow", slow, _LIFE), scene("usual", known[2:], [*known[:2], *_LIFE])],
    )


def round_amounts() -> Case:
    """Return round sums to strangers; odd sums; round ones that always were."""
    pattern = [
        Pay((30 + number) * DAY, "person-5", f"stranger-{number}", 500_000 + 100_000 * (number % 2))
        for number in range(6)
    ]
    odd = [Pay(one.at, one.source, one.target, one.amount + 1_234) for one in pattern]
    always = [Pay(day * DAY, "person-5", "savings", 500_000) for day in range(1, 44, 3)]
    return Case(
        scene("round", pattern, _LIFE),
        _CLEAN,
        [scene("odd", odd, _LIFE), scene("always", always, _LIFE)],
    )


def high_risk_corridors() -> Case:
    """Return wires to a country under a call for action; small ones; ordinary countries."""

    def wires(country: str, amount: int, count: int) -> list[Pay]:
        return [
            Pay((30 + number) * DAY, "person-6", None, amount, "wire", countries=("DE", country))
            for number in range(count)
        ]

    return Case(
        scene("corridor", wires("KP", 900_000, 3), _LIFE),
        _CLEAN,
        [
            scene("ordinary", wires("FR", 900_000, 3), _LIFE),
            scene("small", wires("KP", 5_000, 3), _LIFE),
            scene("monitored_once", wires("VN", 200_000, 1), _LIFE),
        ],
    )
