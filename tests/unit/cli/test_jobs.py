"""`catalystctl jobs`, `dead-letters` and `workers`, against a stand-in that speaks the contract."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from catalystindex.cli.following import Progress
from catalystindex.cli.job_text import duration, exit_code
from catalystindex.model.errors import CatalystError, InvalidRequest, JobNotFound
from catalystindex.model.job import ItemState, Job, JobWarning
from catalystindex.sdk import Client, DocumentChanged, JobChanged
from support.job_cli import JobCli, job_cli
from support.server import environment


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[JobCli]:
    with job_cli(tmp_path) as running:
        yield running


def submit(cli: JobCli, *contents: bytes, label: str = "") -> Job:
    files = [(f"{number}.txt", content) for number, content in enumerate(contents)]
    with Client(cli.server.url, "token") as client:
        return client.upload_bulk("bank", files, label=label)


def later(cli: JobCli, job: Job, state: ItemState = ItemState.SUCCEEDED) -> None:
    """End the job's documents once somebody watches it."""

    def finish() -> None:
        while not cli.server.asked("/events"):
            time.sleep(0.01)
        cli.server.finish(job.id, state, job.total)

    threading.Thread(target=finish, daemon=True).start()


def error_of(cli: JobCli, *arguments: str) -> CatalystError:
    error = cli.run(*arguments, expect=1).exception
    assert isinstance(error, CatalystError)
    return error


def test_no_jobs_is_said_so(cli: JobCli) -> None:
    assert cli.run("jobs", "list").output == "There are no jobs yet.\n"
    assert cli.run("jobs", "list", "--state", "failed").output == "There are no such jobs.\n"
    assert json.loads(cli.run("jobs", "list", "--json").output) == []


def test_jobs_are_listed_newest_first(cli: JobCli) -> None:
    first, second = submit(cli, b"x", b"bad", label="case 417"), submit(cli, b"slow", b"x")
    head, newest, oldest = cli.run("jobs", "list").output.splitlines()
    assert head.split() == ["STATE", "DONE", "FAILED", "PROGRESS", "LABEL", "CREATED", "ID"]
    assert newest.split()[:4] == ["running", "1/2", "0", "50%"]
    assert oldest.split()[:4] == ["partial", "2/2", "1", "100%"]
    assert "case 417" in oldest
    listed = json.loads(cli.run("jobs", "list", "--json", "--kb", "bank", "-n", "1").output)
    assert [one["id"] for one in listed] == [second.id]
    assert first.id in oldest
    assert cli.server.seen[-1].query["knowledge_base"] == "bank"


def test_a_job_is_shown_by_the_beginning_of_its_id(cli: JobCli) -> None:
    job = submit(cli, b"x", b"bad", label="case 417")
    submit(cli, b"x")
    shown = cli.run("jobs", "show", job.id[:4]).output
    for words in (job.id, "partial", "case 417", "1 succeeded, 1 failed", "100%, 2 of 2 documents"):
        assert words in shown
    assert json.loads(cli.run("jobs", "show", job.id, "--json").output)["id"] == job.id


def test_a_beginning_that_names_no_one_job_is_refused(cli: JobCli) -> None:
    first, second = submit(cli, b"x"), submit(cli, b"x")
    # The stand-in numbers its jobs; make both begin alike.
    work = cli.server.jobs.pop(second.id)
    alike = first.id[:6] + second.id[6:-1] + "0"
    cli.server.jobs[alike] = work
    work.job = work.job.model_copy(update={"id": alike})
    assert isinstance(error_of(cli, "jobs", "show", first.id[:6]), InvalidRequest)
    assert isinstance(error_of(cli, "jobs", "show", "01a"), InvalidRequest)
    assert isinstance(error_of(cli, "jobs", "show", "ffff"), JobNotFound)
    assert isinstance(error_of(cli, "jobs", "show", "f" * 32), JobNotFound)


def test_the_documents_of_a_job_are_listed_with_their_problems(cli: JobCli) -> None:
    job = submit(cli, b"x", b"bad")
    lines = cli.run("jobs", "documents", job.id).output.splitlines()
    assert [line.split()[0] for line in lines] == ["STATE", "succeeded", "failed"]
    assert "It is damaged. [document.corrupt]" in lines[2]
    failed = json.loads(cli.run("jobs", "documents", job.id, "--state", "failed", "--json").output)
    assert [one["place"] for one in failed] == ["1.txt"]
    nothing = cli.run("jobs", "documents", job.id, "--state", "retrying").output
    assert nothing == "The job has no such documents; it has 1 succeeded, 1 failed.\n"


@pytest.mark.parametrize(
    ("contents", "state", "code", "words"),
    [
        ([b"slow", b"x"], ItemState.SUCCEEDED, 0, "succeeded: 2 succeeded"),
        ([b"slow", b"x"], ItemState.FAILED, 3, "partial: 1 succeeded, 1 failed"),
        ([b"slow"], ItemState.FAILED, 3, "failed: 1 failed"),
        ([b"slow", b"x"], ItemState.CANCELLED, 4, "cancelled: 1 succeeded, 1 cancelled"),
    ],
)
def test_watching_ends_with_the_job_and_says_how_it_went(
    cli: JobCli, contents: list[bytes], state: ItemState, code: int, words: str
) -> None:
    job = submit(cli, *contents)
    later(cli, job, state)
    shown = cli.run("jobs", "watch", job.id[:5], expect=code)
    assert shown.output.splitlines()[-1] == f"Job {job.id} is {words}."
    assert ("failed  0.txt: It is damaged. [document.corrupt]" in shown.output) == (code == 3)
    assert "100%  " in shown.output


def test_watching_for_a_program_prints_the_job_alone(cli: JobCli) -> None:
    job = submit(cli, b"bad")
    shown = cli.run("jobs", "watch", job.id, "--json", expect=3)
    assert json.loads(shown.stdout)["state"] == "failed"


def test_warnings_of_a_job_are_on_standard_error(cli: JobCli) -> None:
    cli.server.warnings = [JobWarning(code="workers.none_live", detail="No worker is live.")]
    job = submit(cli, b"x")
    shown = cli.run("jobs", "watch", job.id)
    assert shown.stderr == "warning: No worker is live. [workers.none_live]\n"
    assert "workers.none_live" in cli.run("jobs", "show", job.id).stdout


def test_an_interrupted_watch_leaves_the_job_and_says_how_to_come_back(
    cli: JobCli, tmp_path: Path
) -> None:
    job = submit(cli, b"slow")
    process = subprocess.Popen(
        [sys.executable, "-m", "catalystindex.cli.main", "jobs", "watch", job.id],
        env=environment(tmp_path / "data", **cli.env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # where the tests themselves run in the background, a shell has them ignore it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 20
    while not cli.server.asked("/events") and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "the work goes on" in said
    assert f"jobs watch {job.id}" in said
    assert "Traceback" not in said
    assert not cli.server.asked("/cancel")


def test_a_job_is_cancelled(cli: JobCli) -> None:
    job = submit(cli, b"slow", b"x")
    assert cli.run("jobs", "cancel", job.id[:6]).output == (
        f"Job {job.id} is cancelled: 1 succeeded, 1 cancelled.\n"
    )
    assert json.loads(cli.run("jobs", "cancel", job.id, "--json").output)["state"] == "cancelled"


def test_failed_documents_of_a_job_are_retried(cli: JobCli) -> None:
    job = submit(cli, b"bad", b"bad", b"bad")
    item = cli.server.jobs[job.id].items[1]
    shown = cli.run("jobs", "retry", job.id, "--document", item.id)
    assert shown.output == "1 document back in line.\n"
    assert json.loads(cli.run("jobs", "retry", job.id, "--json").output) == {"retried": 2}


def test_dead_letters_are_listed_shown_and_retried(cli: JobCli) -> None:
    assert cli.run("dead-letters", "list").output == "There are no dead letters.\n"
    job = submit(cli, b"bad", b"x")
    submit(cli, b"bad")
    item = cli.server.jobs[job.id].items[0]
    head, first, _ = cli.run(
        "dead-letters", "list", "--code", "document.corrupt"
    ).output.splitlines()
    assert head.split()[-1] == "JOB"
    assert first.split()[-2:] == [item.id, job.id]
    assert cli.server.seen[-1].query["code"] == "document.corrupt"
    assert "document.corrupt" in cli.run("dead-letters", "show", item.id[:8]).output
    shown = json.loads(cli.run("dead-letters", "show", item.id, "--json").output)
    assert shown["job_id"] == job.id
    assert cli.run("dead-letters", "retry", item.id).output == "1 document back in line.\n"
    assert json.loads(cli.run("dead-letters", "retry", "--all", "--json").output)["retried"] == 1


def test_retrying_dead_letters_wants_to_know_which(cli: JobCli) -> None:
    cli.run("dead-letters", "retry", expect=2)
    assert isinstance(error_of(cli, "dead-letters", "retry", "ffff"), JobNotFound)
    assert not cli.server.asked("/retry")


def test_workers_are_listed(cli: JobCli) -> None:
    head, one = cli.run("workers").output.splitlines()
    assert head.split()[0] == "STATE"
    assert one.split()[:5] == ["idle", "compute", "node-1", "7", "server"]
    assert json.loads(cli.run("workers", "--json").output)[0]["id"] == "w1"


def test_the_live_view_tells_how_far_what_failed_and_how_long(cli: JobCli) -> None:
    first, second = submit(cli, b"slow", b"bad", b"x"), submit(cli, b"slow")
    progress = Progress([first, second])
    for item in cli.server.jobs[first.id].items:
        progress.take(DocumentChanged("document", "1", item))
    console = Console(width=100, file=None, record=True, force_terminal=True, quiet=False)
    with console.capture() as captured:
        console.print(progress)
    shown = captured.get()
    for words in ("50%", "2 queued, 1 succeeded, 1 failed", "1 indexed", "about 6 seconds left"):
        assert words in shown
    assert "1.txt: It is damaged. [document.corrupt]" in shown
    retried = (
        cli.server.jobs[first.id]
        .items[1]
        .model_copy(update={"state": ItemState.RUNNING, "problem": None})
    )
    progress.take(DocumentChanged("document", "2", retried))
    assert progress.failures == {}
    cli.server.finish(first.id, count=2)
    progress.take(JobChanged("end", "3", cli.server.jobs[first.id].job))
    assert progress.line().startswith(" 75%  3 of 4 documents; 1 queued, 2 succeeded, 1 failed")


def test_exit_codes_name_the_worst_that_happened(cli: JobCli) -> None:
    good, bad, gone = submit(cli, b"x"), submit(cli, b"bad", b"x"), submit(cli, b"slow")
    cli.server.finish(gone.id, ItemState.CANCELLED)
    gone = cli.server.jobs[gone.id].job
    assert [exit_code(jobs) for jobs in ([good], [good, bad], [gone, good], [gone, bad])] == [
        0, 3, 4, 3,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (90, "2 minutes"),
        (3_600, "1 hour"),
        (200_000, "2 days"),
    ],
)
def test_lengths_of_time_are_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
