"""A whole run: the sources, the calm round, the round under fire, the comparison."""

from dataclasses import replace
from pathlib import Path

from benchmarks.chaos.claims import Claim, claims_of
from benchmarks.chaos.plan import Planner
from benchmarks.chaos.report import render
from benchmarks.chaos.round import run_round
from benchmarks.chaos.scale import Scale
from benchmarks.chaos.sources import running_sources

PATIENCE = 900.0
"""Seconds that a round may take before it is given up."""


def run(scale: Scale, folder: Path, patience: float = PATIENCE) -> tuple[list[Claim], str]:
    """Return the claims and the report; what the servers kept stays below the folder."""
    with running_sources(folder / "documents", scale.seed) as sources:
        plan = Planner(scale, sources).plan()
        settings = sources.settings()
        quiet = replace(scale, worker_kills=0, owner_kills=0, queue_kills=0)
        calm = run_round(folder / "calm", plan, quiet, settings, patience)
        sources.faults.open()
        stormy = run_round(folder / "stormy", plan, scale, settings, patience)
        claims = claims_of(scale, plan, calm, stormy)
        return claims, render(scale, sources.faults.injected, calm, stormy, claims)
