"""Findings to fold into alerts: drawn at random, in order, with ties and shared events."""

from collections.abc import Sequence

from hypothesis import strategies as st

from catalystindex.detection.finding import Finding, Reason, order_of

LOOKBACK = 40
"""No finding made here begins earlier than this before its end."""

PARAMETERS = {
    "fan_in": {"min_score": 50},
    "bipartite": {"min_score": 50, "layers": 2},
    "stack": {"min_score": 40},
    "cycle": {"min_score": 10},
}
EXPLAINS = {"bipartite": frozenset({"fan_in"}), "stack": frozenset({"bipartite", "cycle"})}


def event_id(time: int, number: int = 0) -> str:
    """Return the id of an event of the made-up stream."""
    return f"{time * 7919 % 65_536:04x}{time:024x}{number:04x}"


def finding(
    times: Sequence[int],
    detector: str = "fan_in",
    anchor: str = "acc-1",
    *,
    number: int = 0,
    score: int = 60,
    amount: int = 1_000,
    roles: dict[str, tuple[str, ...]] | None = None,
    bounds: tuple[str, ...] = (),
) -> Finding:
    """Return a finding whose evidence are the events at these times."""
    events = sorted({(time, event_id(time, number)) for time in times})
    return Finding(
        detector=detector,
        version=1,
        typology=detector,
        anchor=(anchor,),
        roles=roles or {"collector": (anchor,), "senders": ("acc-2", "acc-3")},
        event_ids=tuple(one for _, one in events),
        event_times=tuple(time for time, _ in events),
        start=events[0][0],
        end=events[-1][0],
        amount=amount,
        reasons=(Reason("senders", score, f"{len(events)} payments"),),
        score=score,
        rationale=f"{detector} of {anchor} by {len(events)} payments, score {score}.",
        bounds=bounds,
    )


@st.composite
def one_finding(draw: st.DrawFn) -> Finding:
    """Draw a finding that ends within a short stream of few accounts."""
    end = draw(st.integers(0, 300))
    back = draw(st.lists(st.integers(0, LOOKBACK), max_size=6))
    senders = draw(st.sets(st.sampled_from("pqrstuvw"), min_size=1, max_size=5))
    return finding(
        [end, *(end - one for one in back)],
        draw(st.sampled_from(sorted(PARAMETERS))),
        draw(st.sampled_from(["a", "b"])),
        number=draw(st.integers(0, 1)),
        score=draw(st.integers(0, 10)) * 10,
        amount=draw(st.integers(1, 10**15)),
        roles={draw(st.sampled_from(["senders", "targets"])): tuple(sorted(senders))},
        bounds=tuple(sorted(draw(st.sets(st.sampled_from(["max_senders", "max_rows"]))))),
    )


def _one_each(found: list[Finding]) -> list[Finding]:
    return list({order_of(one): one for one in sorted(found, key=order_of)}.values())


def ordered_findings(most: int = 30) -> st.SearchStrategy[list[Finding]]:
    """Return lists of findings in the order in which a run reports them."""
    return st.lists(one_finding(), max_size=most).map(_one_each)
