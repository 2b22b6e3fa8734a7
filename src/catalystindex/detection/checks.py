"""What every detector must keep to, as checks that run against any of them.

A detector is given with a `Case`: payments that hold its pattern, lawful look-alikes, and payments
in which nothing is to be found. `checks_of` returns named checks; each raises `CheckFailed`, which
says what was seen. Whoever writes a detector runs them in the tests of it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Final, NamedTuple

import numpy as np

from catalystindex.detection.contract import DAY, AnyDetector
from catalystindex.detection.engine import Engine
from catalystindex.detection.finding import FULL_SCORE, Finding
from catalystindex.temporal.codes import Codebook, Codes
from catalystindex.temporal.layout import NOBODY, Ints
from catalystindex.temporal.payments import (
    CASH_DEPOSIT,
    CASH_WITHDRAWAL,
    METHODS,
    Payments,
    event_id,
    joined,
    no_payments,
    ordered,
    plain,
    taken,
)
from catalystindex.temporal.window import Window

HUB_PAYMENTS: Final = 100_000
_HUB_SECONDS: Final = 20.0
"""Far more than a bounded detector needs on a slow machine, far less than an unbounded one does."""
_START: Final = 1_700_000_000_000_000
_HUGE: Final = 10**15
_BATCHES: Final = (1, 3, 64)


class CheckFailed(AssertionError):
    """A detector does not keep to the contract; the message says in what."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Payments in order, and the names behind their codes."""

    name: str
    payments: Payments
    codes: Codebook
    pattern: frozenset[str] = frozenset()
    """Ids of the events that make the pattern."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a detector is checked with."""

    pattern: Scene
    """Holds the pattern, among payments that are not part of it."""
    clean: Scene
    """Daily life: nothing is to be found."""
    lookalikes: Sequence[Scene] = field(default_factory=tuple)


class Check(NamedTuple):
    """One demand of the contract."""

    name: str
    run: Callable[[], None]


def checks_of(detector: AnyDetector, case: Case) -> list[Check]:
    """Return all checks of a detector; compiled kernels are compiled by the first one."""
    silent = [
        Check(f"silent_on_{scene.name}", partial(_silent, detector, scene))
        for scene in (case.clean, *case.lookalikes)
    ]
    demands: Mapping[str, Callable[[], None]] = {
        "describes_itself": partial(_described, detector),
        "fires_on_its_pattern": partial(_fires, detector, case.pattern),
        "silent_on_nothing": partial(_silent, detector, _nothing()),
        "findings_are_whole": partial(_whole, detector, case.pattern),
        "deterministic": partial(_deterministic, detector, case.pattern),
        "order_within_equal_times": partial(_order_free, detector, case.pattern),
        "codes_do_not_matter": partial(_code_free, detector, case.pattern),
        "batches_do_not_matter": partial(_batch_free, detector, case.pattern),
        "history_beyond_lookback": partial(_history_free, detector, case.pattern),
        "bounded_on_hubs": partial(_bounded, detector),
        "odd_input": partial(_odd, detector),
    }
    return [Check(name, run) for name, run in demands.items()] + silent


def found(detector: AnyDetector, scene: Scene, batch: int | None = None) -> list[Finding]:
    """Return all findings on a scene, fed in batches of so many payments; None feeds all at once.

    The window keeps exactly what the detector asks for.
    """
    engine = Engine([detector], Window(detector.lookback, scene.codes))
    size = batch or max(1, len(scene.payments.time))
    findings: list[Finding] = []
    for begin in range(0, len(scene.payments.time), size):
        findings += engine.advance(taken(scene.payments, slice(begin, begin + size)))
    return findings


def _demand(kept: bool, said: str) -> None:
    if not kept:
        raise CheckFailed(said)


def _nothing() -> Scene:
    return Scene("nothing", no_payments(), Codebook())


def _described(detector: AnyDetector) -> None:
    codes = [weight.code for weight in detector.weights]
    _demand(len(set(codes)) == len(codes), "two weights have one code")
    _demand(all(weight.points for weight in detector.weights), "a weight adds nothing")
    _demand(all(weight.meaning for weight in detector.weights), "a weight has no meaning")
    most = sum(weight.points for weight in detector.weights if weight.points > 0)
    _demand(most >= detector.params.min_score, f"the weights add up to {most}: it finds nothing")
    _demand(bool(detector.definition and detector.title), "it does not say what it finds")
    _demand(len(detector.sources) > 0, "it names no source")
    _demand(detector.name not in detector.explains, "it explains itself")
    for name, one in detector.parameters.model_fields.items():
        _demand(not one.is_required(), f"parameter {name} has no default")
        _demand(bool(one.description), f"parameter {name} has no meaning")
    _demand(0 < detector.lookback <= 400 * DAY, "its look-back is no sensible time")


def _fires(detector: AnyDetector, scene: Scene) -> None:
    findings = found(detector, scene)
    _demand(bool(findings), "nothing is found in its pattern")
    best = max(len(scene.pattern.intersection(one.event_ids)) for one in findings)
    _demand(best * 2 >= len(scene.pattern), f"{best} of {len(scene.pattern)} events are found")
    strange = [one for one in findings if not scene.pattern.intersection(one.event_ids)]
    _demand(not strange, f"{len(strange)} findings have nothing of the pattern")


def _silent(detector: AnyDetector, scene: Scene) -> None:
    findings = found(detector, scene)
    said = findings[0].rationale if findings else ""
    _demand(not findings, f"{len(findings)} findings on {scene.name}; the first one: {said}")


def _whole(detector: AnyDetector, scene: Scene) -> None:
    """Check what a finding says against the payments that it names."""
    payments = scene.payments
    ids = zip(payments.id_high, payments.id_low, strict=True)
    place = {event_id(*pair): at for at, pair in enumerate(ids)}
    for one in found(detector, scene):
        rows = [place[event] for event in one.event_ids]
        _demand(rows == sorted(set(rows)), "events are not in order, or are repeated")
        _demand(one.end == payments.time[rows[-1]], "it does not end with its last event")
        _demand(one.start <= payments.time[rows[0]], "it begins after its first event")
        _demand(one.end - one.start <= detector.lookback, "it is longer than the look-back")
        _demand(bool(one.anchor and one.roles), "it has no anchor or no roles")
        _demand(all(held == tuple(sorted(set(held))) for held in one.roles.values()), "its roles")
        _demand((one.detector, one.version) == (detector.name, detector.version), "its detector")
        _demand(bool(one.rationale), "it has no rationale")
        _adds_up(detector, one)


def _adds_up(detector: AnyDetector, one: Finding) -> None:
    points = {weight.code: weight.points for weight in detector.weights}
    _demand(detector.params.min_score <= one.score <= FULL_SCORE, "its score is out of bounds")
    total = sum(reason.weight for reason in one.reasons)
    _demand(one.score == max(0, min(FULL_SCORE, total)), "weights do not add up to its score")
    for reason in one.reasons:
        _demand(bool(reason.weight and reason.fact), f"{reason.code} has no weight or no fact")
        _demand(reason.code in points, f"{reason.code} is not in its table")
        _demand(
            abs(reason.weight) <= abs(points[reason.code]),
            f"{reason.code} weighs more than its table",
        )


def _same(detector: AnyDetector, first: Sequence[Finding], other: Sequence[Finding]) -> None:
    _demand(len(first) == len(other), f"{detector.name}: {len(first)} and {len(other)} findings")
    for one, two in zip(first, other, strict=True):
        _demand(one == two, f"two runs differ:\n{one}\n{two}")


def _deterministic(detector: AnyDetector, scene: Scene) -> None:
    _same(detector, found(detector, scene), found(detector, scene))


def _order_free(detector: AnyDetector, scene: Scene) -> None:
    """Payments of equal times may arrive in any order: `ordered` makes one of all."""
    hours = scene.payments._replace(time=scene.payments.time // (DAY // 4) * (DAY // 4))
    tied = Scene(scene.name, ordered(hours), scene.codes)
    first = found(detector, tied)
    for seed in range(3):
        shuffled = taken(hours, np.random.default_rng(seed).permutation(len(hours.time)))
        again = Scene(scene.name, ordered(shuffled), scene.codes)
        _same(detector, first, found(detector, again))


def _code_free(detector: AnyDetector, scene: Scene) -> None:
    """Give accounts, parties and purposes other codes: findings stay the same."""
    codes, payments = scene.codes, scene.payments
    turned = Codebook(*(reversed(one.names) for one in _books(codes)))

    def other(column: Ints, size: int) -> Ints:
        return np.where(column == NOBODY, NOBODY, size - 1 - column).astype(np.int32)

    sizes = [len(one.names) for one in _books(codes)]
    changed = payments._replace(
        source=other(payments.source, sizes[0]),
        target=other(payments.target, sizes[0]),
        source_party=other(payments.source_party, sizes[1]),
        target_party=other(payments.target_party, sizes[1]),
        branch=other(payments.branch, sizes[2]),
        purpose=other(payments.purpose, sizes[3]),
    )
    _same(detector, found(detector, scene), found(detector, Scene("turned", changed, turned)))


def _books(codes: Codebook) -> tuple[Codes, ...]:
    return codes.accounts, codes.parties, codes.branches, codes.purposes


def _batch_free(detector: AnyDetector, scene: Scene) -> None:
    first = found(detector, scene)
    for size in _BATCHES:
        _same(detector, first, found(detector, scene, size))


def _history_free(detector: AnyDetector, scene: Scene) -> None:
    """Check that a window that keeps more than the look-back finds the same."""
    engine = Engine([detector], Window(detector.lookback * 3, scene.codes))
    _same(detector, found(detector, scene, 64), engine.advance(scene.payments))


def _bounded(detector: AnyDetector) -> None:
    """Feed one account that is paid by all, one that pays all, and two that pay each other."""
    for name, scene in _hubs().items():
        warm = Scene(name, taken(scene.payments, slice(0, 2_000)), scene.codes)
        found(detector, warm)
        begin = time.perf_counter()
        findings = found(detector, scene, 4_096)
        took = time.perf_counter() - begin
        _demand(took <= _HUB_SECONDS, f"{took:.1f} s for {HUB_PAYMENTS} payments of {name}")
        share = len(findings) / HUB_PAYMENTS
        _demand(share <= 0.01, f"{len(findings)} findings on {name}, which is always like that")


@cache
def _hubs() -> dict[str, Scene]:
    draw = np.random.default_rng(11)
    many = draw.integers(1, 20_000, HUB_PAYMENTS)
    hub = np.zeros(HUB_PAYMENTS, np.int64)
    times = _START + np.sort(draw.integers(0, 30 * DAY, HUB_PAYMENTS))
    amounts = draw.integers(100, 1_000_000, HUB_PAYMENTS)
    codes = Codebook([f"account-{number}" for number in range(20_000)])
    sides = {"a_payee": (many, hub), "a_payer": (hub, many), "a_pair": (hub, hub + 1)}
    return {
        name: Scene(name, plain(source, target, times, amounts), codes)
        for name, (source, target) in sides.items()
    }


def _odd(detector: AnyDetector) -> None:
    """Feed self-transfers, cash, nothing and huge sums, all methods, many at one instant."""
    draw = np.random.default_rng(5)
    count = 3_000
    for accounts, instants in ((3, 1), (40, 12), (12, 400)):
        codes = Codebook([f"account-{number}" for number in range(accounts)])
        times = _START + np.sort(draw.integers(0, instants, count)) * (DAY // 9)
        amounts = np.where(draw.random(count) < 0.3, 0, draw.integers(0, _HUGE, count))
        sides = draw.integers(0, accounts, (2, count))
        payments = plain(sides[0], sides[1], times, amounts)
        method = draw.integers(0, len(METHODS), count).astype(np.int8)
        payments = payments._replace(
            method=method,
            source=np.where(method == CASH_DEPOSIT, NOBODY, payments.source).astype(np.int32),
            target=np.where(method == CASH_WITHDRAWAL, NOBODY, payments.target).astype(np.int32),
        )
        scene = Scene("odd", ordered(joined([payments])), codes)
        _same(detector, found(detector, scene, 100), found(detector, scene))
