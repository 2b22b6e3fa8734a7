"""`catalystctl serve`: one owner, a clean end, and nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import httpx
import pytest

from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import OwnerLocked
from catalystindex.owner.lock import OwnerLock, is_owned
from support.server import (
    PROGRAM,
    Served,
    alive,
    catalystctl,
    environment,
    serving,
)


def test_a_second_server_on_the_folder_is_refused_and_told_who_holds_it(served: Served) -> None:
    done = catalystctl(
        "serve", "--port", "0", env=environment(served.data), cwd=served.cwd, expect=75
    )
    pid = served.server.process.pid
    assert f"is held by 'catalystctl serve', process {pid} on {socket.gethostname()}" in done.stderr
    assert "[owner.locked]" in done.stderr
    assert httpx.get(f"{served.server.url}/ready").json()["ready"]


def test_a_port_in_use_is_a_plain_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        env = environment(tmp_path / "data")
        done = catalystctl("serve", "--port", port, env=env, cwd=tmp_path, expect=78)
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("host", ["256.0.0.1", "no-such-host.invalid", "203.0.113.1"])
def test_an_address_that_is_not_ours_is_a_plain_error(tmp_path: Path, host: str) -> None:
    env = environment(tmp_path / "data")
    catalystctl("serve", "--port", "0", "--host", host, env=env, cwd=tmp_path, expect=78)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_server_stops_when_told_and_leaves_nothing(tmp_path: Path, sent: signal.Signals) -> None:
    env = environment(tmp_path / "data")
    with serving(tmp_path / "data", tmp_path) as server:
        token = json.loads(
            catalystctl("token", "create", "--user", "a", "--json", env=env, cwd=tmp_path).stdout
        )["token"]
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
            client.post("/v1/knowledge-bases", json={"name": "bank"})
            body = {"knowledge_base": "bank", "content": "The larkspur sings."}
            assert client.post("/v1/ingest?wait=true", json=body).status_code == 201
            below = server.descendants()
            assert below, "there is a compute worker"
            began = time.monotonic()
            server.process.send_signal(sent)
            code = server.process.wait(15)
    assert time.monotonic() - began < 8
    # Python's own resource tracker ends when it sees the pipe of its parent close: a moment later.
    deadline = time.monotonic() + 3
    while any(alive(pid) for pid in below) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [pid for pid in below if alive(pid)] == []
    assert code == 0
    assert "Traceback" not in server.log.read_text()
    assert (tmp_path / "data" / "owner.lock").read_bytes() == b"", "the lock was let go in order"


def test_a_server_told_to_stop_while_it_starts_stops(tmp_path: Path) -> None:
    for delay in (0.3, 0.8):
        process = subprocess.Popen(  # our own program
            [*PROGRAM, "serve", "--port", "0"],
            env=environment(tmp_path / "data"),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
        )
        time.sleep(delay)
        process.terminate()
        _, errors = process.communicate(timeout=15)
        assert b"Traceback" not in errors
    assert not is_owned(tmp_path / "data")


def test_a_killed_server_leaves_no_workers_and_no_lock(tmp_path: Path) -> None:
    with serving(tmp_path / "data", tmp_path) as server:
        below = server.descendants()
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(5)
        deadline = time.monotonic() + 5
        while any(alive(pid) for pid in below) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert [pid for pid in below if alive(pid)] == []
    done = catalystctl("kb", "list", env=environment(tmp_path / "data"), cwd=tmp_path)
    assert "NAME" in done.stdout


def test_an_ingest_that_was_accepted_survives_the_server(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")
    memo = tmp_path / "memo.md"
    memo.write_text("The larkspur sings.")
    with serving(tmp_path / "data", tmp_path) as server:
        catalystctl("ingest", memo, "--kb", "b", "--create", "--no-wait", env=env, cwd=tmp_path)
        os.kill(server.process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    status = "queued"
    with serving(tmp_path / "data", tmp_path):
        while status in ("queued", "processing") and time.monotonic() < deadline:
            done = catalystctl("docs", "list", "--json", env=env, cwd=tmp_path)
            (document,) = json.loads(done.stdout)
            status = f"{document['status']}"
    assert status == "indexed"


def test_a_remote_client_needs_only_a_url_and_a_token(served: Served, tmp_path: Path) -> None:
    made = catalystctl(
        "token", "create", "--user", "ana", "--workspace", "remote", "--json",
        env=environment(served.data), cwd=served.cwd,
    )  # fmt: skip
    token = json.loads(made.stdout)["token"]
    remote = environment(
        tmp_path / "unused", CATALYST_CLIENT__URL=served.server.url, CATALYST_CLIENT__TOKEN=token
    )
    memo = tmp_path / "memo.md"
    memo.write_text("The larkspur sings.")
    catalystctl("ingest", memo, "--kb", "far", "--create", env=remote, cwd=tmp_path)
    found = catalystctl("search", "larkspur", "--json", env=remote, cwd=tmp_path)
    assert json.loads(found.stdout)["hits"][0]["citation"]["knowledge_base"] == "far"
    report = json.loads(catalystctl("audit", "verify", "--json", env=remote, cwd=tmp_path).stdout)
    assert report["tenant"] == "local/remote"
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(
    ("token", "code", "exit_code"),
    [("", "auth.unauthenticated", 77), ("nonsense", "auth.invalid_token", 77)],
)
def test_a_remote_client_without_a_good_token_is_told_so(
    served: Served, tmp_path: Path, token: str, code: str, exit_code: int
) -> None:
    remote = environment(tmp_path / "unused", CATALYST_CLIENT__URL=served.server.url)
    if token:
        remote["CATALYST_CLIENT__TOKEN"] = token
    done = catalystctl("kb", "list", "--json", env=remote, cwd=tmp_path, expect=exit_code)
    assert json.loads(done.stderr)["error"]["code"] == code


def test_a_token_without_the_scope_is_told_so(served: Served, tmp_path: Path) -> None:
    made = catalystctl(
        "token", "create", "--user", "a", "--scope", "search", "--json",
        env=environment(served.data), cwd=served.cwd,
    )  # fmt: skip
    remote = environment(
        tmp_path / "unused",
        CATALYST_CLIENT__URL=served.server.url,
        CATALYST_CLIENT__TOKEN=json.loads(made.stdout)["token"],
    )
    done = catalystctl("kb", "list", env=remote, cwd=tmp_path, expect=77)
    assert "knowledge_bases:read" in done.stderr


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nonsense", "http://[::1", "http://x y"])
def test_a_server_that_is_not_there_is_told_so(tmp_path: Path, url: str) -> None:
    remote = environment(
        tmp_path / "unused", CATALYST_CLIENT__URL=url, CATALYST_CLIENT__TOKEN="larkspur"
    )
    done = subprocess.run(  # our own program
        [*PROGRAM, "kb", "list"], env=remote, cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode in (69, 78)
    assert "Traceback" not in done.stderr


def test_a_token_with_a_stray_line_end_is_not_shown(served: Served, tmp_path: Path) -> None:
    remote = environment(
        tmp_path / "unused",
        CATALYST_CLIENT__URL=served.server.url,
        CATALYST_CLIENT__TOKEN="larkspur\r",
    )
    done = subprocess.run(  # our own program
        [*PROGRAM, "kb", "list"], env=remote, cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "larkspur" not in done.stdout + done.stderr


def test_a_command_works_where_the_temporary_folder_has_a_long_name(tmp_path: Path) -> None:
    long = Path(tempfile.mkdtemp(dir=tmp_path)) / ("long" * 25)
    long.mkdir()
    env = environment(tmp_path / "data", TMPDIR=str(long))
    done = subprocess.run(  # our own program
        [*PROGRAM, "kb", "create", "k"], env=env, cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == 0


def test_asking_who_owns_a_folder_never_keeps_its_owner_out(tmp_path: Path) -> None:
    """A probe must not look like an owner, or `doctor` could make `serve` fail."""
    (tmp_path / "owner.lock").touch()
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            is_owned(tmp_path)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    refusals = 0
    try:
        for _ in range(4000):
            try:
                OwnerLock(tmp_path, "tests", SystemClock()).release()
            except OwnerLocked:
                refusals += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert refusals == 0
