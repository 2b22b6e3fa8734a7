"""Our own Valkey: who reaches it, what it survives, and that nothing of it is left behind."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from structlog.testing import capture_logs

from catalystindex.config.sections import QueueSettings
from catalystindex.model.errors import QueueUnreachable
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.queue.open import open_queue
from catalystindex.stores.queue.rq import RqWakeQueue
from catalystindex.stores.queue.valkey import EmbeddedValkey
from catalystindex.stores.queue.valkey_child import answers
from catalystindex.stores.queue.valkey_files import MAX_LOG, MAX_SOCKET_PATH, find_binary
from support.process import is_alive
from support.valkey import until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "queue"


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedValkey]:
    started = EmbeddedValkey(folder)
    started.start()
    yield started
    started.stop()


def test_it_listens_on_its_socket_and_on_no_port(server: EmbeddedValkey) -> None:
    pid = pid_of(server)
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    inodes = {link.removeprefix("socket:[").rstrip("]") for link in links if "socket:" in link}
    tables = [Path(f"/proc/{pid}/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
    rows = [row.split() for table in tables if table.exists() for row in lines(table)[1:]]
    assert inodes
    assert not inodes & {row[9] for row in rows}
    assert answers(server.socket, 1)


def test_only_its_user_reaches_it(server: EmbeddedValkey, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_it_is_set_up_for_calls(server: EmbeddedValkey) -> None:
    with client(server) as redis:
        told = redis.config_get("*")
    expected = {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": str(256 * 1024 * 1024),
        "maxmemory-policy": "noeviction",
        "protected-mode": "yes",
    }
    assert {name: told[name] for name in expected} == expected


def test_it_knows_nothing_of_our_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALYST_VECTORS__API_KEY", "pa55word")
    server = EmbeddedValkey(folder)
    server.start()
    assert b"pa55word" not in Path(f"/proc/{pid_of(server)}/environ").read_bytes()
    server.stop()


def test_calls_outlive_a_stop(folder: Path) -> None:
    for expected in (None, "a"):
        opened = open_queue(QueueSettings(), folder.parent, embedded=True)
        assert opened.queue.wait(Lane.COMPUTE, 0) == expected
        opened.queue.wake(Lane.COMPUTE, "a")
        opened.close()


def test_nothing_runs_and_no_socket_is_left_after_a_stop(folder: Path) -> None:
    server = EmbeddedValkey(folder)
    server.start()
    pid = pid_of(server)
    assert (folder / "valkey.pid").read_text() == str(pid)
    server.stop()
    server.stop()
    assert not Path(f"/proc/{pid}").exists()
    assert server.pid is None
    left = sorted(path.name for path in folder.iterdir())
    assert left == ["appendonlydir", "valkey.conf", "valkey.log"]
    assert not [thread for thread in threading.enumerate() if thread.name == "queue-server"]


def test_it_is_started_again_when_it_is_killed(server: EmbeddedValkey) -> None:
    queue = RqWakeQueue(server.socket, "unit", 3)
    queue.wake(Lane.COMPUTE, "before")
    first = pid_of(server)
    with capture_logs() as logs:
        os.kill(first, signal.SIGKILL)
        took = until(lambda: is_up_with_another_pid(server, first), "it does not come back")
        until(lambda: "queue_server_started" in events(logs), "nobody tells")
    assert took < 2.0
    assert events(logs)[:2] == ["queue_server_died", "queue_server_started"]
    queue.wake(Lane.ACQUIRE, "after")
    assert queue.wait(Lane.ACQUIRE, 1) == "after"
    queue.close()


def test_one_that_keeps_dying_is_started_ever_more_slowly(server: EmbeddedValkey) -> None:
    pauses = [kill_and_wait(server) for _ in range(3)]
    assert pauses[0] < pauses[2]
    assert pauses[1] > 0.5
    assert pauses[2] > 1.0


def test_files_that_are_damaged_are_set_aside(folder: Path) -> None:
    first = EmbeddedValkey(folder)
    first.start()
    first.stop()
    for path in (folder / "appendonlydir").glob("*.aof"):
        path.write_bytes(b"this is no append-only file\r\n" * 20)
    second = EmbeddedValkey(folder)
    with capture_logs() as logs:
        second.start()
    assert events(logs) == [
        "queue_server_died",
        "queue_server_files_set_aside",
        "queue_server_started",
    ]
    assert list((folder / "appendonlydir.damaged").glob("*.aof"))
    second.stop()


def test_a_server_that_cannot_start_is_told_with_the_last_line_of_its_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalystindex.stores.queue.valkey.START_TIMEOUT", 0.5)
    folder.mkdir()
    (folder / "valkey.sock").mkdir()  # where the socket is to be
    server = EmbeddedValkey(folder)
    with pytest.raises(QueueUnreachable, match=r"bind|socket|[Aa]ddress"):
        server.start()
    assert server.pid is None


def test_a_path_too_long_for_a_socket_gets_one_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * MAX_SOCKET_PATH) / 'a "b" \\ é'
    server = EmbeddedValkey(folder)
    server.start()
    assert len(bytes(server.socket)) <= MAX_SOCKET_PATH
    assert (folder / "valkey.socket-path").read_bytes() == bytes(server.socket)
    assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    assert answers(server.socket, 1)
    assert (folder / "appendonlydir").is_dir()
    server.stop()
    assert not server.socket.parent.exists()


def test_a_log_does_not_grow_for_ever(folder: Path) -> None:
    folder.mkdir()
    (folder / "valkey.log").write_bytes(b"x" * (MAX_LOG + 1))
    (folder / "valkey.log.1").write_text("older")
    server = EmbeddedValkey(folder)
    server.start()
    server.stop()
    assert (folder / "valkey.log").stat().st_size < 10_000
    assert (folder / "valkey.log.1").stat().st_size == MAX_LOG + 1


OWNER = """
import sys, time
from pathlib import Path
from catalystindex.stores.queue.valkey import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


def test_it_dies_with_its_killed_owner_and_the_next_one_starts(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as owner:
        assert owner.stdout is not None
        pid = int(next(line for line in owner.stdout if line.strip().isdigit()))
        assert is_alive(pid)
        owner.kill()
    until(lambda: not is_alive(pid), "it outlives its owner", patience=2)
    assert (folder / "valkey.pid").read_text() == str(pid)  # nobody could tidy up
    server = EmbeddedValkey(folder)
    server.start()
    assert server.pid != pid
    server.stop()


def test_it_outlives_the_thread_that_called_start(folder: Path) -> None:
    server = EmbeddedValkey(folder)
    caller = threading.Thread(target=server.start)
    caller.start()
    caller.join()
    pid = pid_of(server)
    time.sleep(0.3)
    assert server.pid == pid
    assert is_alive(pid)
    server.stop()


def test_a_server_that_was_left_behind_is_stopped(folder: Path) -> None:
    former = EmbeddedValkey(folder)
    former.start()
    former.stop()
    pid = orphan(folder)
    (folder / "valkey.pid").write_text(str(pid))
    until(lambda: answers(folder / "valkey.sock", 1), "the orphan does not answer")
    server = EmbeddedValkey(folder)
    with capture_logs() as logs:
        server.start()
    assert events(logs) == ["queue_server_left_behind", "queue_server_started"]
    assert not is_alive(pid)
    server.stop()


@pytest.mark.parametrize("recorded", ["stranger", "", "no number"])
def test_a_foreign_process_of_the_recorded_number_is_left_alone(
    folder: Path, recorded: str
) -> None:
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        number = str(stranger.pid) if recorded == "stranger" else recorded
        (folder / "valkey.pid").write_text(number)
        server = EmbeddedValkey(folder)
        server.start()
        assert stranger.poll() is None
        server.stop()
        stranger.kill()


def orphan(folder: Path) -> int:
    """Start the server of this folder so that its parent is gone and nobody ends it."""
    code = (
        "import subprocess, sys\n"
        "null = subprocess.DEVNULL\n"
        "print(subprocess.Popen(sys.argv[1:], stdout=null, stderr=null).pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(find_binary()), str(folder / "valkey.conf")],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def pid_of(server: EmbeddedValkey) -> int:
    assert server.pid is not None
    return server.pid


def kill_and_wait(server: EmbeddedValkey) -> float:
    """Kill it, and return how long it was away, seconds."""
    pid = pid_of(server)
    os.kill(pid, signal.SIGKILL)
    return until(lambda: is_up_with_another_pid(server, pid), "it does not come back")


def is_up_with_another_pid(server: EmbeddedValkey, pid: int) -> bool:
    return server.pid not in (None, pid) and answers(server.socket, 0.1)


def client(server: EmbeddedValkey) -> Redis:
    return Redis(unix_socket_path=str(server.socket), decode_responses=True)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def events(logs: object) -> list[str]:
    assert isinstance(logs, list)
    return [str(entry["event"]) for entry in logs]
