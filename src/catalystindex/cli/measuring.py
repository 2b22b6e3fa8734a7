"""Alerts of a run beside what is known: a truth, or labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catalystindex.cli.context import server_part

if TYPE_CHECKING:
    from catalystindex.cli.detecting import Run
    from catalystindex.detection.evaluate import Evaluation
    from catalystindex.detection.labelled_accounts import AccountEvaluation


@dataclass(slots=True)
class Measured:
    """What alerts are worth, as far as the labels say it."""

    payments: "Evaluation | None"
    """None where no payment is labelled."""
    accounts: "AccountEvaluation | None"
    """None where no account is labelled."""
    patterns: int
    """How many the labels name; without any there is no recall."""
    unknown: int
    """Labels of what was not read."""


def measure(run: "Run", truth: Path) -> Measured:
    """Compare alerts with a file of truth or labels. Raises `EventFileInvalid`, `OSError`."""
    evaluation = server_part("catalystindex.detection.evaluate")
    by_account = server_part("catalystindex.detection.labelled_accounts")
    truths = server_part("catalystindex.detection.truth")
    alerts, known = run.result.alerts, run.history.codes.accounts
    answers = truths.answers_of(truth, run.payments, known)
    payments = accounts = None
    if answers.patterns or answers.loose or not answers.accounts:
        judged = [truths.judged(one) for one in alerts]
        payments = evaluation.evaluate(judged, answers.patterns, len(known), answers.loose)
    if answers.accounts:
        accounts = by_account.evaluate_accounts(alerts, answers.accounts, known)
    return Measured(payments, accounts, len(answers.patterns), answers.unknown)


def measured_json(measured: Measured) -> dict[str, object]:
    """Return it for programs."""
    plain = server_part("msgspec").to_builtins
    return {
        "evaluation": plain(measured.payments),
        "labelled_accounts": plain(measured.accounts),
        "unknown_labels": measured.unknown,
    }
