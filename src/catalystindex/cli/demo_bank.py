"""The event side of the demo: a small synthetic bank, and what graph and search know of it.

What was planted in the bank is known, so each answer is held against the truth.
"""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from catalystindex.cli.catching_up import wait_for_consumers
from catalystindex.cli.commands.synth import Sender, bank_run, to_log
from catalystindex.cli.context import server_part
from catalystindex.cli.graph_text import path_line, tree_lines
from catalystindex.cli.hits import place
from catalystindex.cli.output import counted, print_lines, progress
from catalystindex.cli.passages import answer_sentence
from catalystindex.model.alert import Alert, AlertState
from catalystindex.model.errors import CatalystError
from catalystindex.model.graph import GraphPath
from catalystindex.sdk.client import Client

if TYPE_CHECKING:
    from catalystindex.synthetic.truth import Truth

ACCOUNTS, DAYS, SEED = 500, 14, 11
"""Of this seed the bank has a message among its planted events that speaks for itself."""

TYPOLOGIES = ("scatter_gather", "shell_company", "insider_dealing")
KNOWLEDGE_BASE = "events"
TIP = "Who wants to be called, but not at the office?"
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Finding(BaseModel):
    """A question about the bank, the answer, and whether it is what was planted."""

    question: str
    answer: list[str]
    sources: list[str]
    """The events that say so."""
    as_expected: bool


class Bank(BaseModel):
    """What the log holds of the bank, and what was asked about it."""

    events: int
    kinds: dict[str, int]
    findings: list[Finding]
    suspect: str
    """The person whom a shell company was to hide."""


def show_bank(client: Client) -> Bank:
    """Make the bank, hand it in, wait for the consumers and ask. Made again, it is the same."""
    synthetic = server_part("catalystindex.synthetic.config")
    config = synthetic.SynthConfig(accounts=ACCOUNTS, days=DAYS, seed=SEED, typologies=TYPOLOGIES)
    with tempfile.TemporaryDirectory(prefix="catalystindex-") as scratch:
        out = Path(scratch) / "bank"
        with progress("A synthetic bank", DAYS) as bar:
            run = bank_run(
                config, 0, lambda told: bar.update(bar.task_ids[0], completed=told.days_done)
            )
            manifest = to_log(run, Sender(client), out, force=False)
        planted = _planted(out)
    wait_for_consumers(client)
    findings = [
        _money(client, planted["scatter_gather"]),
        _owner(client, planted["shell_company"]),
        _tip(client, planted["insider_dealing"]),
        _alert(client, planted["scatter_gather"]),
    ]
    (suspect,) = planted["shell_company"].roles["hidden_owner"]
    return Bank(
        events=manifest.events, kinds=dict(manifest.kinds), findings=findings, suspect=suspect
    )


def print_bank(bank: Bank, first: int) -> None:
    """Print a bank and what was found, with questions numbered from ``first``."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in bank.kinds.items())
    print_lines(
        "",
        f"A synthetic bank of {ACCOUNTS} accounts over {DAYS} days, through the event log into "
        "graph, detection and search:",
        f"  {counted(bank.events, 'event')}: {kinds}",
    )
    for number, one in enumerate(bank.findings, start=first):
        print_lines("", f"{number}. {one.question}")
        print_lines(*(f"   {line}" for line in one.answer))
        print_lines(*(f"   -- {line}" for line in one.sources))
    right = sum(one.as_expected for one in bank.findings)
    print_lines("", f"{right} of {len(bank.findings)} answers are what was planted in the bank.")


def _planted(out: Path) -> "dict[str, Truth]":
    """Return what was planted, by typology; there is one of each."""
    msgspec, truth = server_part("msgspec"), server_part("catalystindex.synthetic.truth")
    lines = (out / truth.TRUTH_FILE).read_bytes().splitlines()
    found: list[Truth] = [msgspec.json.decode(line, type=truth.Truth) for line in lines]
    planted = {one.typology: one for one in found if not one.lookalike}
    missing = [name for name in TYPOLOGIES if name not in planted]
    if missing:
        raise CatalystError(f"The bank of the demo has no {missing[0]}.")
    return planted


def _money(client: Client, truth: "Truth") -> Finding:
    """Ask by which ways money went, within the time of the pattern."""
    (source,), (sink,) = truth.roles["source_account"], truth.roles["sink_account"]
    begin, end = (EPOCH + at * MICROSECOND for at in (truth.start, truth.end))
    found = client.graph.paths(
        source, sink, labels=["sent"], depth=2, since=begin, until=end + MICROSECOND
    )
    return Finding(
        question=f"By which ways did money go from {source} to {sink}?",
        answer=[path_line(path) for path in found.paths],
        sources=[f"events {', '.join(_events(path))}" for path in found.paths],
        as_expected=_all_of(found.paths) == set(truth.event_ids),
    )


def _owner(client: Client, truth: "Truth") -> Finding:
    """Ask who stands behind a company that nobody seems to own."""
    (shell,), (hidden,) = truth.roles["shell"], truth.roles["hidden_owner"]
    paths = client.graph.ownership(shell, direction="in").paths
    ends = {path.entities[-1].id for path in paths}
    return Finding(
        question=f"Who stands behind {shell}?",
        answer=tree_lines(paths) if paths else [],
        sources=[f"events {', '.join(_events(path))}" for path in paths],
        as_expected=ends == {hidden} and _all_of(paths) <= set(truth.event_ids),
    )


def _tip(client: Client, truth: "Truth") -> Finding:
    """Ask for the words of somebody who had something to tell."""
    found = client.search(
        TIP, knowledge_bases=[KNOWLEDGE_BASE], filters={"kind": "communication"}, limit=1
    )
    hits = [(hit, hit.citation.event) for hit in found.hits]
    return Finding(
        question=TIP,
        answer=[f'"{answer_sentence(hit)}"' for hit, _ in hits],
        sources=[
            f"{place(hit.citation)}: event {event.event_id} of {event.event_time:%Y-%m-%d %H:%M}, "
            f"characters {hit.citation.span.start}-{hit.citation.span.end}"
            for hit, event in hits
            if event is not None
        ],
        as_expected=[event and event.event_id in truth.event_ids for _, event in hits] == [True],
    )


def _alert(client: Client, truth: "Truth") -> Finding:
    """Ask what detection made of the payments, as they came."""
    (sink,) = truth.roles["sink_account"]
    heads = client.alerts.page(entity=sink, state=AlertState.OPEN, sort="score", limit=1).items
    alerts = [client.alerts.get(head.alert_id) for head in heads]
    return Finding(
        question=f"Is anything suspicious about {sink}?",
        answer=[line for one in alerts for line in _told(one)],
        sources=[f"alert {one.alert_id}, {counted(one.events, 'event')}" for one in alerts],
        as_expected=[
            one.typology == truth.typology and set(truth.event_ids) <= set(one.event_ids)
            for one in alerts
        ]
        == [True],
    )


def _told(alert: Alert) -> list[str]:
    """Return what an alert says, and why."""
    title = f"{alert.severity.upper()} {alert.typology}, score {alert.score} of 100"
    reasons = [f"{one.weight:>3} points: {one.fact}" for one in alert.reasons]
    return [title, alert.rationale, *reasons]


def _events(path: GraphPath) -> list[str]:
    return [one.event_id for one in path.relations]


def _all_of(paths: Sequence[GraphPath]) -> set[str]:
    return {event for path in paths for event in _events(path)}
