"""The queue on a server elsewhere: outages, refusals, and what is left behind there."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis import Redis

from catalystindex.config.sections import QueueSettings
from catalystindex.model.errors import ConfigurationError, QueueUnreachable
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.queue.open import open_queue
from catalystindex.stores.queue.rq import CALL_TTL, RqWakeQueue
from support.valkey import TcpValkey, free_port, until

TIMEOUT = 1.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TcpValkey]:
    started = TcpValkey(tmp_path / "server")
    yield started
    started.stop()


@pytest.fixture
def queue(server: TcpValkey) -> Iterator[RqWakeQueue]:
    opened = RqWakeQueue(server.url, "unit", TIMEOUT)
    yield opened
    opened.close()


def test_nothing_stays_on_the_server_when_calls_are_taken(
    server: TcpValkey, queue: RqWakeQueue
) -> None:
    queue.wake(Lane.COMPUTE, "a", 3)
    queue.wake(Lane.ACQUIRE, "b")
    for lane in (Lane.COMPUTE, Lane.COMPUTE, Lane.COMPUTE, Lane.ACQUIRE):
        assert queue.wait(lane, 1)
    assert queue.wait(Lane.COMPUTE, 0.05) is None
    assert keys(server) == ["rq:queues"]


def test_a_call_nobody_takes_expires(server: TcpValkey, queue: RqWakeQueue) -> None:
    queue.wake(Lane.COMPUTE, "a")
    [job] = jobs(server)
    assert 0 < server.client().ttl(job) <= CALL_TTL


def test_a_call_whose_job_expired_is_skipped(server: TcpValkey, queue: RqWakeQueue) -> None:
    queue.wake(Lane.COMPUTE, "old")
    server.client().delete(*jobs(server))
    queue.wake(Lane.COMPUTE, "new")
    assert queue.wait(Lane.COMPUTE, 1) == "new"
    assert keys(server) == ["rq:queues"]


def test_calls_are_stored_as_json_and_never_as_a_pickle(
    server: TcpValkey, queue: RqWakeQueue
) -> None:
    queue.wake(Lane.COMPUTE, "the id")
    [job] = jobs(server)
    fields = stored(server, job)
    function = "catalystindex.stores.queue.calls.look"
    assert json.loads(zlib.decompress(fields["data"])) == [function, None, ["the id"], {}]
    assert not [name for name, value in fields.items() if value.startswith(b"\x80")]
    assert b"the id" not in fields["description"]


def test_a_pickle_that_somebody_left_is_dropped_unread(
    server: TcpValkey, queue: RqWakeQueue, tmp_path: Path
) -> None:
    queue.wake(Lane.COMPUTE, "a")
    [job] = jobs(server)
    trace = tmp_path / "ran"
    evil = b"cos\nsystem\n(S'touch " + bytes(trace) + b"'\ntR."
    server.client().hset(job, "data", zlib.compress(evil))
    assert queue.wait(Lane.COMPUTE, 0.1) is None
    assert not trace.exists()
    assert keys(server) == ["rq:queues"]


def test_a_worker_of_rq_does_no_harm(server: TcpValkey, queue: RqWakeQueue) -> None:
    queue.wake(Lane.COMPUTE, "a")
    code = (
        "import sys; from redis import Redis; from rq import Queue, SimpleWorker\n"
        "from rq.serializers import JSONSerializer as json\n"
        "redis = Redis.from_url(sys.stdin.read())\n"
        "queue = Queue('unit-compute', connection=redis, serializer=json)\n"
        "assert SimpleWorker([queue], connection=redis, serializer=json).work(burst=True)\n"
        "assert queue.failed_job_registry.count == 0\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=server.url.get_secret_value(),
        text=True,
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    assert "Successfully completed look for work: compute" in done.stdout
    assert queue.depth(Lane.COMPUTE) == 0
    assert not jobs(server)


def test_an_outage_is_told_at_once_and_ends_by_itself(
    server: TcpValkey, queue: RqWakeQueue
) -> None:
    queue.wake(Lane.COMPUTE, "lost")
    server.kill()
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(QueueUnreachable) as caught:
            queue.wake(Lane.COMPUTE, "refused")
        assert time.monotonic() - began < 0.1
        assert caught.value.context == {"dependency": "queue", "reason": "unreachable"}
    with pytest.raises(QueueUnreachable):
        queue.depth(Lane.COMPUTE)
    with pytest.raises(QueueUnreachable):
        queue.ping()

    server.start()
    assert queue.depth(Lane.COMPUTE) == 0
    queue.wake(Lane.COMPUTE, "again")
    assert queue.wait(Lane.COMPUTE, 1) == "again"


def test_a_restart_between_two_calls_is_not_noticed(server: TcpValkey, queue: RqWakeQueue) -> None:
    queue.ping()
    server.kill()
    server.start()
    queue.wake(Lane.COMPUTE, "a")
    assert queue.wait(Lane.COMPUTE, 1) == "a"


def test_a_waiter_is_told_when_the_server_dies(server: TcpValkey, queue: RqWakeQueue) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiter = pool.submit(queue.wait, Lane.COMPUTE, 60)
        time.sleep(0.2)
        server.kill()
        with pytest.raises(QueueUnreachable):
            waiter.result(TIMEOUT + 1)


def test_a_server_that_hangs_is_told_within_the_timeout(
    server: TcpValkey, queue: RqWakeQueue
) -> None:
    queue.ping()
    server.send(signal.SIGSTOP)
    try:
        for ask in (partial(queue.wake, ident="a"), partial(queue.wait, timeout=60)):
            began = time.monotonic()
            with pytest.raises(QueueUnreachable) as caught:
                ask(Lane.COMPUTE)
            assert time.monotonic() - began < TIMEOUT + 0.5
            assert caught.value.context["reason"] == "timeout"
    finally:
        server.send(signal.SIGCONT)


def test_a_server_without_memory_or_right_to_write_is_told(
    server: TcpValkey, queue: RqWakeQueue
) -> None:
    client = server.client()
    client.config_set("maxmemory", "1mb")
    client.config_set("maxmemory-policy", "noeviction")
    with pytest.raises(QueueUnreachable) as caught:
        queue.wake(Lane.COMPUTE, "a")
    assert caught.value.context["reason"] == "full"
    client.config_set("maxmemory", 0)
    client.replicaof("127.0.0.1", str(free_port()))
    with pytest.raises(QueueUnreachable) as caught:
        queue.wake(Lane.COMPUTE, "a")
    assert caught.value.context["reason"] == "read_only"


def test_a_wrong_password_refuses_to_start_and_is_not_quoted(
    server: TcpValkey, tmp_path: Path
) -> None:
    url = SecretStr(f"redis://somebody:pa55word@127.0.0.1:{server.port}/2")
    with pytest.raises(ConfigurationError) as caught:
        open_queue(QueueSettings(url=url), tmp_path, embedded=True)
    told = f"{caught.value!r} {caught.value.detail} {caught.value.context}"
    assert f"127.0.0.1:{server.port}/2" in told
    assert "pa55word" not in told
    assert "somebody" not in told


def test_a_password_that_is_missing_refuses_to_start(server: TcpValkey) -> None:
    queue = RqWakeQueue(SecretStr(f"redis://127.0.0.1:{server.port}"), "unit", TIMEOUT)
    with pytest.raises(ConfigurationError):
        queue.check()


def test_a_password_changed_while_we_run_is_an_outage(
    server: TcpValkey, queue: RqWakeQueue
) -> None:
    server.client().config_set("requirepass", "another")
    with pytest.raises(QueueUnreachable) as caught:
        queue.wake(Lane.COMPUTE, "a")
    assert caught.value.context["reason"] == "refused"
    assert server.password not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_server_that_is_not_there_is_no_reason_not_to_start(tmp_path: Path) -> None:
    url = SecretStr(f"redis://:pa55word@127.0.0.1:{free_port()}")
    opened = open_queue(QueueSettings(url=url), tmp_path, embedded=True)
    with pytest.raises(QueueUnreachable) as caught:
        opened.queue.ping()
    assert "pa55word" not in f"{caught.value!r} {caught.value.__cause__!r} {opened.queue.name}"
    opened.close()


@pytest.mark.parametrize(
    "url",
    [
        "redis://:pa55word@host:port",
        "redis://:pa55word@host?decode_responses=1",
        "redis://:pa55word@host?db=two",
        "rediss://:pa55word@host?ssl_nonsense=1",
        "unix://:pa55word@",
        "http://:pa55word@host",
    ],
)
def test_an_address_that_is_none_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        RqWakeQueue(SecretStr(url), "unit", TIMEOUT)
    assert "pa55word" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("redis://ana:pa55word@example.org:7000/3", "RQ on example.org:7000/3"),
        ("rediss://:pa55word@example.org", "RQ on example.org:6379/0"),
        ("unix://ana:pa55word@/run/valkey.sock?db=1", "RQ on unix:/run/valkey.sock (1)"),
    ],
)
def test_the_name_shows_the_place_and_no_credentials(url: str, name: str) -> None:
    assert RqWakeQueue(SecretStr(url), "unit", TIMEOUT).name == name


def test_a_host_that_swallows_packets_is_told_within_the_timeout() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)  # the kernel takes the connection, and nobody answers
        address = SecretStr(f"redis://127.0.0.1:{deaf.getsockname()[1]}")
        queue = RqWakeQueue(address, "unit", TIMEOUT)
        began = time.monotonic()
        with pytest.raises(QueueUnreachable):
            queue.wake(Lane.COMPUTE, "a")
        assert time.monotonic() - began < TIMEOUT + 0.5


def test_a_user_needs_no_more_rights_than_the_page_says(server: TcpValkey) -> None:
    page = (Path(__file__).parents[4] / "docs/operations/queue.md").read_text("utf-8")
    listed = page.partition("The user needs ")[2].partition("on the keys")[0]
    commands = [f"+{word}" for word in re.findall(r"`([A-Z]+)`", listed)]
    server.client().acl_setuser(
        "limited", enabled=True, passwords=["+secret"], commands=commands, keys=["rq:*"]
    )
    url = SecretStr(f"redis://limited:secret@127.0.0.1:{server.port}/0")
    queue = RqWakeQueue(url, "unit", TIMEOUT)
    queue.check()
    queue.wake(Lane.COMPUTE, "a", 2)
    assert [queue.wait(Lane.COMPUTE, seconds) for seconds in (1, 0, 0)] == ["a", "a", None]
    assert queue.depth(Lane.COMPUTE) == 0
    queue.close()


def test_installations_of_other_names_do_not_share_calls(
    server: TcpValkey, queue: RqWakeQueue
) -> None:
    other = RqWakeQueue(server.url, "other", TIMEOUT)
    queue.wake(Lane.COMPUTE, "a")
    assert other.wait(Lane.COMPUTE, 0.05) is None
    assert queue.wait(Lane.COMPUTE, 1) == "a"
    other.close()


def test_connections_are_given_back_on_close(server: TcpValkey) -> None:
    queue = RqWakeQueue(server.url, "unit", TIMEOUT)
    with ThreadPoolExecutor(4) as pool:
        waiters = [pool.submit(queue.wait, Lane.COMPUTE, 60) for _ in range(4)]
        until(lambda: connections(server) >= 5, "nobody waits")
        queue.close()
        assert [waiter.result(2) for waiter in waiters] == [None] * 4
    until(lambda: connections(server) == 1, "connections are left open")


def keys(server: TcpValkey) -> list[str]:
    return sorted(text(key) for key in server.client().scan_iter())


def jobs(server: TcpValkey) -> list[str]:
    return [key for key in keys(server) if key.startswith("rq:job:")]


def connections(server: TcpValkey) -> int:
    """Open connections, with the one that asks."""
    client: Redis = server.client()
    with client:
        return len(client.client_list())


def stored(server: TcpValkey, job: str) -> dict[str, bytes]:
    return {text(name): raw(value) for name, value in server.client().hgetall(job).items()}


def text(found: bytes | str) -> str:
    return raw(found).decode("ascii")


def raw(found: bytes | str) -> bytes:
    assert isinstance(found, bytes)
    return found
