"""Which queue the settings get."""

from pathlib import Path

from catalystindex.config.sections import QueueSettings
from catalystindex.stores.queue.local import LocalWakeQueue
from catalystindex.stores.queue.open import open_queue
from catalystindex.stores.queue.rq import RqWakeQueue
from support.process import is_alive
from support.valkey import TcpValkey


def test_a_command_gets_a_queue_in_its_process_and_no_folder(tmp_path: Path) -> None:
    opened = open_queue(QueueSettings(), tmp_path, embedded=False)
    assert isinstance(opened.queue, LocalWakeQueue)
    assert list(tmp_path.iterdir()) == []
    opened.close()


def test_a_server_gets_a_valkey_of_its_own_below_the_data_folder(tmp_path: Path) -> None:
    opened = open_queue(QueueSettings(), tmp_path, embedded=True)
    assert isinstance(opened.queue, RqWakeQueue)
    assert str(tmp_path / "queue" / "valkey.sock") in opened.queue.name
    assert opened.server is not None
    assert opened.server.pid is not None
    pid = opened.server.pid
    opened.close()
    assert not is_alive(pid)


def test_an_address_comes_before_a_valkey_of_our_own(tmp_path: Path) -> None:
    server = TcpValkey(tmp_path / "elsewhere")
    opened = open_queue(QueueSettings(url=server.url), tmp_path / "data", embedded=True)
    assert opened.server is None
    assert opened.queue.name == f"RQ on 127.0.0.1:{server.port}/0"
    opened.queue.ping()
    assert not (tmp_path / "data").exists()
    opened.close()
    server.stop()
