"""What must hold after a run."""

from collections import Counter

from benchmarks.chaos.claims import Claim
from benchmarks.stream_chaos.plan import Plan
from benchmarks.stream_chaos.round import GROUPS, Round, key_of
from benchmarks.stream_chaos.scale import Scale
from benchmarks.stream_chaos.state import State
from catalystindex.model.stream import ConsumerState


def claims_of(scale: Scale, plan: Plan, calm: Round, stormy: Round) -> list[Claim]:
    """Return every claim with what was seen."""
    return [
        *_taken(plan, calm, stormy),
        _killed(scale, stormy),
        *_same("", calm.before, stormy.before),
        *_dead(plan, calm, stormy),
        *_same(" after the mending", calm.after, stormy.after),
        _mended(plan, stormy),
        _alerts(calm.after, stormy.after),
        *_sound(calm, stormy),
    ]


def _taken(plan: Plan, calm: Round, stormy: Round) -> list[Claim]:
    twice = len(plan.lines) - plan.distinct
    return [
        Claim(
            "a calm run takes each event once and knows the repeated ones",
            (calm.accepted, calm.duplicates, calm.rejected) == (plan.distinct, twice, 0),
            f"{calm.accepted} taken, {calm.duplicates} known, {calm.rejected} rejected",
        ),
        Claim(
            "under fire nothing is rejected and every line is answered",
            stormy.rejected == 0
            and stormy.accepted + stormy.duplicates == len(plan.lines)
            and stormy.accepted <= plan.distinct,
            f"{stormy.accepted} taken, {stormy.duplicates} known, {stormy.refused} calls in vain",
        ),
    ]


def _killed(scale: Scale, stormy: Round) -> Claim:
    return Claim(
        "the owner was killed as often as planned, while events waited",
        stormy.kills == scale.kills and stormy.during >= scale.kills * 0.8,
        f"{stormy.kills} kills, {stormy.during} while events waited",
    )


def _same(when: str, calm: State | None, stormy: State | None) -> list[Claim]:
    if calm is None or stormy is None:
        return [Claim(f"both rounds came to an end{when}", holds=False, seen="one did not")]
    different = {key for key in calm.points | stormy.points if _differs(key, calm, stormy)}
    return [
        Claim(
            f"the graphs are equal{when}",
            calm.digest == stormy.digest and calm.counts == stormy.counts,
            ", ".join(f"{name} {number}" for name, number in stormy.counts.items()),
        ),
        Claim(
            f"the indexes are equal to the byte{when}",
            not different and bool(calm.points),
            f"{len(stormy.points)} points, {len(different)} different",
        ),
        Claim(
            f"the texts in force are the same{when}",
            calm.texts == stormy.texts and bool(calm.texts),
            f"{len(stormy.texts)} texts, {len(calm.texts ^ stormy.texts)} different",
        ),
    ]


def _differs(key: str, calm: State, stormy: State) -> bool:
    return calm.points.get(key) != stormy.points.get(key)


def _dead(plan: Plan, calm: Round, stormy: Round) -> list[Claim]:
    wanted = sorted((group, one.code, *key_of(one.data)) for group in GROUPS for one in plan.poison)
    codes = Counter(code for _, code, _, _ in stormy.letters)
    seen = ", ".join(f"{code} {number}" for code, number in sorted(codes.items()))
    return [
        Claim(
            "every poison, and nothing else, is dead, with its reason",
            stormy.letters == wanted,
            seen,
        ),
        Claim("the calm run has the same dead events", calm.letters == wanted, "compared"),
    ]


def _mended(plan: Plan, stormy: Round) -> Claim:
    before, after = stormy.before, stormy.after
    more = after.counts.get("sent", 0) - before.counts.get("sent", 0) if before and after else -1
    return Claim(
        "what was mended is applied, and nothing is dead any more",
        stormy.open_after == 0 and more == len(plan.poison),
        f"{more} payments more, {stormy.open_after} dead",
    )


def _alerts(calm: State | None, stormy: State | None) -> Claim:
    before = calm.alerts if calm else frozenset()
    after = stormy.alerts if stormy else frozenset()
    return Claim(
        "the alerts are equal in every word",
        before == after and bool(before),
        f"{len(after)} alerts, {len(before ^ after)} different",
    )


def _sound(calm: Round, stormy: Round) -> list[Claim]:
    problems = calm.problems + stormy.problems
    return [
        Claim(
            "consumers run",
            all(
                state is ConsumerState.RUNNING
                for at in (calm, stormy)
                for state in at.states.values()
            ),
            str({group: state.value for group, state in stormy.states.items()}),
        ),
        Claim("the audit chain holds", not calm.audit + stormy.audit, stormy.audit or "verified"),
        Claim("no process is left behind", not calm.leftover + stormy.leftover, "looked"),
        Claim("nothing went wrong besides", not problems, "; ".join(problems[:5]) or "nothing"),
    ]
