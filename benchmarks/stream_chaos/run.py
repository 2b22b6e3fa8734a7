"""A whole run: the calm round, the round under fire, the comparison."""

from pathlib import Path
from typing import Final

from benchmarks.chaos.claims import Claim
from benchmarks.stream_chaos.claims import claims_of
from benchmarks.stream_chaos.plan import make_plan
from benchmarks.stream_chaos.round import Round, run_round
from benchmarks.stream_chaos.scale import Scale

PATIENCE: Final = 1_800.0


def run(scale: Scale, folder: Path, patience: float = PATIENCE) -> tuple[list[Claim], str]:
    """Return the claims and a report; what the servers kept stays below the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = make_plan(scale)
    calm = run_round(folder / "calm", plan, scale, 0, patience)
    stormy = run_round(folder / "stormy", plan, scale, scale.kills, patience)
    claims = claims_of(scale, plan, calm, stormy)
    lines = [
        f"{scale.events} events, {len(plan.lines)} lines, {len(plan.raw)} past the API",
        _told("calm round", calm),
        _told("round under fire", stormy),
        "",
        *(f"  {'ok  ' if one.holds else 'FAIL'} {one.text}: {one.seen}" for one in claims),
        "",
        "PASS" if all(one.holds for one in claims) else "FAIL",
    ]
    return claims, "\n".join(lines)


def _told(title: str, one: Round) -> str:
    back = f", owner back after {max(one.starts):.1f} s at worst" if one.starts else ""
    return f"{title}: {one.seconds:.0f} s, {one.kills} kills{back}"
