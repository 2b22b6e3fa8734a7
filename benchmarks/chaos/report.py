"""The counts of a run and its claims, as lines for people."""

from collections.abc import Iterator, Mapping

from benchmarks.chaos.claims import Claim
from benchmarks.chaos.round import Round
from benchmarks.chaos.scale import Scale

COUNTED = {"leases expired": "lease_expired", "commits refused": "late_result_refused"}
"""What is printed even when it did not come up, by the event that says so in the log."""
EVENTS = (
    "lease_lost",
    "work_interrupted",
    "heartbeat_missed",
    "document_tried_again_later",
    "document_failed",
    "document_adopted",
    "stage_crashed",
    "queue_server_died",
    "queue_unreachable",
    "reconciliation_failed",
    "document_interrupted",
    "crawl_not_cancelled",
)


def render(
    scale: Scale, injected: Mapping[str, int], calm: Round, stormy: Round, claims: list[Claim]
) -> str:
    """Return the whole report."""
    lines = [
        f"{scale.documents} documents, seed {scale.seed}",
        *_counts("calm round", calm),
        *_counts("round under fire", stormy),
        "  faults injected " + _told(injected),
        "  killed          " + _told(stormy.kills),
        "",
        *(_line(claim) for claim in claims),
        "",
        "PASS" if passed(claims) else "FAIL",
    ]
    return "\n".join(lines)


def passed(claims: list[Claim]) -> bool:
    """Tell whether every claim holds."""
    return all(claim.holds for claim in claims)


def _counts(title: str, one: Round) -> Iterator[str]:
    yield f"{title}: {one.seconds:.0f} s"
    if one.items is not None:
        yield f"  documents       {_told(one.items.outcomes)} of {one.items.total}"
        yield "  failed with     " + _told(_by_code(one.items.codes))
        yield f"  attempts        {one.items.attempts}"
    counted = ", ".join(f"{name} {one.events[event]}" for name, event in COUNTED.items())
    yield f"  leases          {counted}"
    yield "  outages         " + _outages(one)
    yield "  the log says    " + _told({name: one.events[name] for name in EVENTS})
    prefix = "document_tried_again_later: "
    again = {k.removeprefix(prefix): n for k, n in one.events.items() if k.startswith(prefix)}
    yield "  tried again     " + _told(again)


def _outages(one: Round) -> str:
    parts = [f"{one.refused} submissions unanswered, {one.repeats} sent twice"]
    for kind, seconds in one.outages.items():
        if seconds:
            ordered = sorted(seconds)
            middle, worst = ordered[len(ordered) // 2], ordered[-1]
            parts.append(
                f"{kind}'s {len(seconds)} documents in work again after {middle:.1f} s, "
                f"at worst {worst:.1f} s"
            )
    if one.starts:
        parts.append(f"owner back after {max(one.starts):.1f} s at worst")
    return "; ".join(parts)


def _by_code(codes: Mapping[str, str]) -> dict[str, int]:
    found = list(codes.values())
    return {code: found.count(code) for code in sorted(set(found))}


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()) if number) or "-"


def _line(claim: Claim) -> str:
    return f"  {'ok  ' if claim.holds else 'FAIL'} {claim.text}: {claim.seen}"
