"""Dead events on the command line, against a server in this process."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalystindex.cli.commands import dead_events, stream
from catalystindex.cli.main import app
from catalystindex.model.errors import InvalidRequest, StreamLetterNotOpen
from catalystindex.sdk import Client
from support.dead_events import PROBE, dead_event
from support.event_bodies import ndjson, person
from support.server import LiveServer, live_server, tenant_of

WORKSPACE = "cli"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("stream") / "data") as running:
        yield running


Run = Callable[..., str]


@pytest.fixture
def run(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as if this server were the one of the settings; raises its error."""
    client = server.sdk(WORKSPACE)

    @contextmanager
    def connected(context: object, **wanted: bool) -> Iterator[Client]:
        del context, wanted
        yield client

    for module in (dead_events, stream):
        monkeypatch.setattr(module, "connected", connected)

    def ran(*arguments: str, exit_code: int = 0, text: str = "") -> str:
        done = CliRunner().invoke(app, list(arguments), input=text)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == exit_code, done.output
        return done.output

    return ran


@pytest.fixture
def letter(server: LiveServer) -> str:
    return dead_event(server.owner.stream.log, tenant_of(WORKSPACE), b'{"kind": "person"}')


def state(server: LiveServer, letter: str) -> str:
    return str(server.owner.stream.log.letter(tenant_of(WORKSPACE), letter).state)


def test_dead_events_are_listed_and_shown_by_the_beginning_of_an_id(run: Run, letter: str) -> None:
    listed = run("stream", "dead-letters", "list", "--group", PROBE)
    assert letter in listed
    assert "it says nothing [event.invalid]" in listed
    said = run("stream", "dead-letters", "show", letter[:12])
    assert '"kind": "person"' in said
    assert "what to do" in said
    assert PROBE in run("stream", "status")


def test_a_dead_event_is_mended_in_an_editor(
    run: Run, server: LiveServer, letter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended = tmp_path / "mended.json"
    mended.write_bytes(ndjson([person("P-editor")]))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"cp '{mended}'")
    assert letter in run("stream", "dead-letters", "edit-and-replay", letter)
    assert state(server, letter) == "replayed"


@pytest.mark.parametrize(
    ("editor", "said"),
    [("true", "Nothing was changed"), ("false", "ended with 1"), ("/none", "does not start")],
)
def test_an_editor_that_changes_nothing_replays_nothing(
    run: Run,
    server: LiveServer,
    letter: str,
    monkeypatch: pytest.MonkeyPatch,
    editor: str,
    said: str,
) -> None:
    monkeypatch.setenv("VISUAL", editor)
    with pytest.raises(InvalidRequest, match=said):
        run("stream", "dead-letters", "edit-and-replay", letter)
    assert state(server, letter) == "open"


def test_a_dead_event_is_mended_from_a_file_or_standard_input(
    run: Run, server: LiveServer, letter: str, tmp_path: Path
) -> None:
    mended = json.dumps(person("P-stdin"), indent=2)
    run("stream", "dead-letters", "edit-and-replay", letter, "--data", "-", text=mended)
    assert state(server, letter) == "replayed"
    file = tmp_path / "mended.json"
    file.write_text(mended)
    with pytest.raises(StreamLetterNotOpen):
        run("stream", "dead-letters", "edit-and-replay", letter, "--data", str(file))


def test_a_dead_event_is_replayed_or_discarded_as_it_is(run: Run, server: LiveServer) -> None:
    log, tenant = server.owner.stream.log, tenant_of(WORKSPACE)
    one, two = dead_event(log, tenant, b"{}"), dead_event(log, tenant, b"{ }")
    assert f"Replayed {one}" in run("stream", "dead-letters", "replay", one)
    assert f"Discarded {two}" in run("stream", "dead-letters", "discard", two)
    assert [state(server, each) for each in (one, two)] == ["replayed", "discarded"]
    assert two in run("stream", "dead-letters", "list", "--all")


def test_all_that_fit_are_replayed(run: Run, server: LiveServer) -> None:
    log, tenant = server.owner.stream.log, tenant_of(WORKSPACE)
    fitting = [dead_event(log, tenant, data, "event.money") for data in (b"1", b"2")]
    other = dead_event(log, tenant, b"3", "event.schema_unknown")
    said = run("stream", "dead-letters", "replay-all", "--code", "event.money")
    assert "2 dead events replayed" in said
    states = [state(server, each) for each in (*fitting, other)]
    assert states == ["replayed", "replayed", "open"]
