"""Dead events and the graph on the command line, against a server in this process."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalystindex.cli.commands import dead_events, graph, stream
from catalystindex.cli.main import app
from catalystindex.model.errors import (
    EntityNotFound,
    EventIdMismatch,
    InvalidRequest,
    StreamLetterNotOpen,
)
from catalystindex.model.tenant import Tenant
from catalystindex.sdk import Client
from catalystindex.security.scopes import Scope
from catalystindex.stores.eventlog.base import Appended, Message, NewLetter
from catalystindex.streaming import dead_letters as replaying
from support.dead_events import PROBE, dead_event
from support.event_bodies import account, company, ndjson, ownership, payment, person
from support.server import URL, LiveServer, live_server, tenant_of

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

    for module in (dead_events, graph, stream):
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


def test_an_editor_may_leave_the_id_that_the_event_had(
    run: Run, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    circle = ownership("O-circle", "C-circle", "C-circle", 5_000)
    server.sdk(WORKSPACE).events.submit([circle])
    assert server.owner.events.caught_up(30)
    (dead,) = server.sdk(WORKSPACE).streams.dead_letters.all(group="graph", kind="ownership")
    assert '"event_id"' in (dead.data or "")
    monkeypatch.setenv("VISUAL", """sed -i 's/"owner": "C-circle"/"owner": "C-other"/'""")
    run("stream", "dead-letters", "edit-and-replay", dead.id)
    assert server.owner.events.caught_up(30)
    assert "<-owns 50%- party C-other" in run("graph", "ownership", "C-circle")
    gone = {**circle, "version": 9, "op": "delete", "payload": None}
    server.sdk(WORKSPACE).events.submit([gone])  # for those that count what there is
    assert server.owner.events.caught_up(30)


def test_an_id_from_elsewhere_is_still_refused(run: Run, server: LiveServer, letter: str) -> None:
    foreign = json.dumps({**person("P-foreign"), "event_id": "0" * 32})
    with pytest.raises(EventIdMismatch, match="carries the id 0000"):
        run("stream", "dead-letters", "edit-and-replay", letter, "--data", "-", text=foreign)
    assert state(server, letter) == "open"


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


def test_replaying_all_ends_where_all_are_refused_again(
    run: Run, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "AT_ONCE", 2)
    log = server.owner.stream.log
    tenant = tenant_of(WORKSPACE)
    for number in range(4):
        dead_event(log, tenant, b"poison %d" % number)
    replay = log.replay

    def in_vain(tenant: Tenant, letter_id: str, message: Message) -> Appended:
        where = replay(tenant, letter_id, message)
        [record] = log.read(where.partition, where.offset, 1)
        new = NewLetter(record, None, "event.invalid", "once more", 1)
        log.commit(PROBE, where.partition, where.offset + 1, [new])
        return where

    monkeypatch.setattr(log, "replay", in_vain)
    before = log.open_letters(tenant)[PROBE]
    said = run("stream", "dead-letters", "replay-all", "--group", PROBE)
    (replayed,) = re.findall(r"(\d+) dead events replayed", said)
    assert 4 <= int(replayed) <= before + 2
    assert log.open_letters(tenant)[PROBE] == before


def test_an_operator_forgets_a_consumer(
    run: Run, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = server.token("operator", frozenset({Scope.STREAMS_OPERATE}))
    with Client(URL, token, socket=str(server.socket)) as client:
        monkeypatch.setattr(stream, "connected", lambda *_, **__: nullcontext(client))
        server.owner.stream.log.register("old")
        run("stream", "forget", "old", exit_code=1, text="n\n")
        assert "old" in server.owner.events.groups()
        assert "forgotten" in run("stream", "forget", "old", "--yes")
        assert "old" not in server.owner.events.groups()


def test_poison_becomes_a_dead_event_of_the_graph_and_is_mended(
    run: Run, server: LiveServer
) -> None:
    """Bytes that are no event, as an older or a broken writer would leave them in the log."""
    tenant = tenant_of(WORKSPACE)
    poison = Message("P-poison", "f" * 32, 1, b'{"kind":"person","entity_id":"P-poison"}')
    server.owner.stream.log.append(tenant, [poison])
    assert server.owner.events.caught_up(30)
    listed = run("stream", "dead-letters", "list", "--group", "graph")
    assert "P-poison" in listed
    (dead,) = server.sdk(WORKSPACE).streams.dead_letters.all(group="graph")
    with pytest.raises(EntityNotFound):
        run("graph", "profile", "P-poison")
    mended = json.dumps(person("P-poison", "Mended Name"))
    run("stream", "dead-letters", "edit-and-replay", dead.id, "--data", "-", text=mended)
    assert server.owner.events.caught_up(30)
    assert "Mended Name" in run("graph", "profile", "P-poison")


@pytest.mark.parametrize("where", [[], ["--to", "start", "--position", "0=0"]])
def test_a_consumer_is_moved_to_one_place(run: Run, where: list[str]) -> None:
    said = run("stream", "seek", "graph", *where, "--yes", exit_code=2)
    assert "one of --to, --time" in " ".join(said.replace("│", "").split())


@pytest.fixture
def case(server: LiveServer) -> None:
    events = [
        person("P-1", "Ana", devices=["D-1"]),
        person("P-2", "Bo", devices=["D-1"]),
        company("C-1", "Shell"),
        ownership("O-1", "P-1", "C-1", 5_100),
        account("A-1", "C-1"),
        account("A-2", "P-2"),
        payment("T-1", "A-1", "A-2", 1_250),
    ]
    server.sdk(WORKSPACE).events.submit(events)
    assert server.owner.events.caught_up(30)


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("counts", ["1 sent", "1 owns"]),
        ("profile A-1", ["account A-1", "1 payment, 12.50 EUR"]),
        ("neighbourhood A-1 --label sent", ["2025-01-01 00:00:00", "12.50 EUR", "T-1"]),
        ("neighbourhood A-1 --depth 3 --limit 1", ["There is more: cut short by"]),
        (
            "paths C-1 P-2",
            ["C-1 Shell -holds-> account A-1 -sent 12.50 EUR-> account A-2 <-holds-"],
        ),
        ("paths P-1 A-2 --label has_phone", ["no such path"]),
        ("ownership C-1 --direction in", ["└─ <-owns 51%- person P-1 Ana"]),
        ("ownership A-1", ["Nothing is known of who owns A-1"]),
        ("shared P-1", ["device D-1", "  person P-2 Bo"]),
        ("shared A-1", ["shares no device"]),
    ],
)
def test_the_graph_answers_in_words(run: Run, question: str, said: list[str]) -> None:
    answer = run("graph", *question.split())
    for one in said:
        assert one in answer
