"""One owner per data folder, and nothing left held by one that could not start."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalystindex.config.settings import Settings
from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import ConfigurationError, DependencyMissing, OwnerLocked
from catalystindex.owner.assembly import open_owner
from catalystindex.owner.lock import OwnerLock, is_owned, read_owner
from support.documents import running_owner, settings_for
from support.stores import noon_clock


def test_a_second_owner_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with running_owner(settings):
        with pytest.raises(OwnerLocked) as refused:
            open_owner(settings, "catalystctl serve", noon_clock())
        assert refused.value.context["pid"] == os.getpid()
        assert "'pytest'" in refused.value.detail
        assert str(os.getpid()) in refused.value.detail
    with running_owner(settings):
        assert is_owned(tmp_path)
    assert not is_owned(tmp_path)


def test_an_owner_says_who_and_where_it_is(tmp_path: Path) -> None:
    assert read_owner(tmp_path) is None
    lock = OwnerLock(tmp_path, "catalystctl serve", noon_clock())
    lock.announce("http://127.0.0.1:8080")
    info = read_owner(tmp_path)
    assert info is not None
    assert (info.pid, info.command) == (os.getpid(), "catalystctl serve")
    assert info.url == "http://127.0.0.1:8080"
    assert info.since == "2026-03-01T12:00:00.000000Z"
    lock.release()
    assert read_owner(tmp_path) is None


def test_a_lock_file_without_a_holder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "owner.lock").write_text('{"pid": 1, "host": "x", "command": "y", "since": "z"}')
    assert read_owner(tmp_path) is None
    OwnerLock(tmp_path, "pytest", SystemClock()).release()


ASKER = """
import sys
from pathlib import Path
from catalystindex.owner.lock import read_owner
print("asking", flush=True)
while True:
    read_owner(Path(sys.argv[1]))
"""


def test_asking_who_holds_a_folder_never_keeps_an_owner_out(tmp_path: Path) -> None:
    """The CLI asks before every command; an owner that starts at that moment must start."""
    OwnerLock(tmp_path, "pytest", SystemClock()).release()
    command = [sys.executable, "-c", ASKER, str(tmp_path)]
    refused = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as asker:
        try:
            assert asker.stdout is not None
            assert asker.stdout.readline() == b"asking\n"
            for _ in range(30_000):
                try:
                    OwnerLock(tmp_path, "pytest", SystemClock()).release()
                except OwnerLocked:
                    refused += 1
        finally:
            asker.kill()
    assert refused == 0


def test_an_owner_that_cannot_start_lets_go_of_everything(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    missing = {"model_path": tmp_path / "a.onnx", "tokenizer_path": tmp_path / "b.json"}
    broken = Settings.model_validate(settings.model_dump() | {"embedding": missing})
    before = set(multiprocessing.active_children())
    with pytest.raises(DependencyMissing):
        open_owner(broken, "pytest", noon_clock())
    assert not is_owned(tmp_path)
    with running_owner(settings):
        pass
    assert set(multiprocessing.active_children()) == before


def test_a_profile_that_is_not_available_is_refused_before_anything_is_touched(
    tmp_path: Path,
) -> None:
    settings = settings_for(tmp_path / "data").model_copy(update={"profile": "cluster"})
    with pytest.raises(ConfigurationError):
        open_owner(settings, "pytest", noon_clock())
    assert not (tmp_path / "data").exists()
