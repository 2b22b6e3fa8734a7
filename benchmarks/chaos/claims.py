"""What has to hold after a round under fire, each claim with what was seen."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.chaos.plan import Plan
from benchmarks.chaos.round import Round
from benchmarks.chaos.scale import Scale
from benchmarks.chaos.state import rows

AGAIN_WITHIN = 15.0
"""Seconds after which a killed worker's document is in work again."""
SHOWN = 3
"""Examples of what is wrong that are printed."""


@dataclass(frozen=True)
class Claim:
    """One thing that holds, or does not."""

    text: str
    holds: bool
    seen: str


def claims_of(scale: Scale, plan: Plan, calm: Round, stormy: Round) -> list[Claim]:
    """Check everything."""
    return [
        *_about_kills(scale, stormy),
        *_about_documents(plan, calm, stormy),
        *_about_owners(stormy),
        *_about_ends(calm, stormy),
    ]


def _about_kills(scale: Scale, stormy: Round) -> Iterator[Claim]:
    wanted = {
        "worker": scale.worker_kills,
        "owner": scale.owner_kills,
        "queue": scale.queue_kills,
    }
    for kind, number in wanted.items():
        seen = f"{stormy.during[kind]} of {number}"
        yield Claim(
            f"{kind} killed while documents were in work", stormy.during[kind] >= number, seen
        )
    yield Claim(
        "a killed queue came back empty",
        stormy.emptied == scale.queue_kills,
        f"{stormy.emptied} of {scale.queue_kills}",
    )
    worst = max(stormy.outages["worker"], default=0.0)
    yield Claim(
        f"a killed worker's document is in work again within {AGAIN_WITHIN:g} s",
        worst <= AGAIN_WITHIN,
        f"worst of {len(stormy.outages['worker'])}: {worst:.1f} s",
    )
    yield _none("submissions accepted once, whatever was killed", stormy.problems)


def _about_documents(plan: Plan, calm: Round, stormy: Round) -> Iterator[Claim]:
    for name, one in (("calm", calm), ("stormy", stormy)):
        if one.items is None:
            raise AssertionError("the round was not looked at")
        seen = f"{one.items.total} of {plan.total} documents of jobs"
        yield Claim(f"{name}: nothing lost, nothing twice", one.items.total == plan.total, seen)
        open_items = rows(
            one.data,
            "SELECT id FROM job_documents WHERE state NOT IN ('succeeded', 'failed', 'cancelled')",
        )
        yield _none(f"{name}: every document ended", [row[0] for row in open_items])
        yield _none(f"{name}: the expected ones succeeded", _unexpected(plan, one))
    yield _same("status and error codes", calm, stormy, _codes)
    yield _same("version content", calm, stormy, lambda r: _of(r, lambda d: d.content_hash))
    yield _same("version ids", calm, stormy, lambda r: _of(r, lambda d: d.version_id))
    yield _same("chunk ids", calm, stormy, lambda r: _of(r, lambda d: repr(d.chunk_ids)))
    yield _same("vectors, dense and sparse, to the byte", calm, stormy, lambda r: r.vectors)
    yield _same(
        "points of the index", calm, stormy, lambda r: {k: p.told for k, p in r.points.items()}
    )


def _about_owners(stormy: Round) -> Iterator[Claim]:
    data = stormy.data
    yield _none(
        "no document waits without a job",
        [
            row[0]
            for row in rows(
                data, "SELECT id FROM documents WHERE status IN ('queued', 'processing')"
            )
        ],
    )
    yield _none(
        "no lease and no holder is left",
        [
            row[0]
            for row in rows(
                data,
                "SELECT id FROM job_documents WHERE holder IS NOT NULL OR lease_expires_at "
                "IS NOT NULL",
            )
        ],
    )
    visible = {
        str(version): int(chunks)
        for version, chunks in rows(
            data,
            "SELECT v.id, v.chunks FROM documents d JOIN versions v ON v.id = d.current_version_id",
        )
    }
    held = Counter(point.version_id for point in stormy.points.values())
    wrong = sorted(v for v in held.keys() | visible.keys() if held[v] != visible.get(v, 0))
    yield _none("each visible version has its points, and nothing else has", wrong)
    yield _none("no artifact of a version that is not recorded, no pack", stormy.strays)
    put_right = {name: count for name, count in stormy.put_right.items() if count}
    yield _none(
        "the last start found nothing to put right", [f"{n}: {c}" for n, c in put_right.items()]
    )


def _about_ends(calm: Round, stormy: Round) -> Iterator[Claim]:
    yield _none("no process is left", [str(p) for p in [*calm.leftover, *stormy.leftover]])
    codes = [*calm.exit_codes, *stormy.exit_codes]
    yield Claim("servers stop cleanly", not any(codes), f"exit codes {codes}")
    errors = calm.errors + stormy.errors
    yield _none(
        "the log has no error but of what was killed", [f"{n}: {c}" for n, c in errors.items()]
    )
    yield _none("the audit chain verifies", [text for text in (calm.audit, stormy.audit) if text])


def _unexpected(plan: Plan, one: Round) -> list[str]:
    """Return the keys that did not end as planned."""
    codes = one.items.codes if one.items is not None else {}
    found = {key: codes.get(key) or document.code for key, document in one.documents.items()}
    found |= {key: code for key, code in codes.items() if key not in found}
    return [
        f"{key}: {found.get(key, 'not there')} instead of {code}"
        for key, code in sorted(plan.expected.items())
        if found.get(key, "not there") != code
    ] + sorted(found.keys() - plan.expected.keys())


def _codes(one: Round) -> dict[str, str]:
    codes = dict(one.items.codes) if one.items is not None else {}
    return codes | {key: f"{d.status} {d.code}" for key, d in one.documents.items()}


def _of(one: Round, told: Callable[..., str]) -> dict[str, str]:
    return {key: told(document) for key, document in one.documents.items()}


def _same(
    what: str, calm: Round, stormy: Round, told: Callable[[Round], Mapping[str, str]]
) -> Claim:
    before, after = told(calm), told(stormy)
    differ = sorted(
        key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
    )
    seen = f"{len(before)} compared" + (
        f", {len(differ)} differ: {differ[:SHOWN]}" if differ else ""
    )
    return Claim(f"as in the calm round: {what}", bool(before) and not differ, seen)


def _none(text: str, wrong: Iterable[str]) -> Claim:
    found = list(wrong)
    seen = f"{len(found)}: {'; '.join(found[:SHOWN])}" if found else "none"
    return Claim(text, not found, seen)
