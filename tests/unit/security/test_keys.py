"""The signing key: made once, private, never replaced."""

import json
import multiprocessing
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Barrier as ThreadBarrier

import pytest
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from catalystindex.model.errors import ConfigurationError
from catalystindex.security.keys import key_set, load_or_create_key


def write_private(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return path


def jwk(key: Key, *, private: bool = True) -> str:
    return json.dumps(key.as_dict(private=private))


def test_a_new_key_is_ed25519_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key = load_or_create_key(tmp_path / "a" / "b" / "key.json")
    finally:
        os.umask(before)
    assert (key.key_type, key.is_private) == ("OKP", True)
    assert key.as_dict()["crv"] == "Ed25519"
    assert key.kid
    assert stat.S_IMODE((tmp_path / "a" / "b" / "key.json").stat().st_mode) == 0o600


def test_nothing_is_left_beside_the_key(tmp_path: Path) -> None:
    load_or_create_key(tmp_path / "key.json")
    assert [path.name for path in tmp_path.iterdir()] == ["key.json"]


def test_the_same_key_comes_back(tmp_path: Path) -> None:
    first = load_or_create_key(tmp_path / "key.json")
    again = load_or_create_key(tmp_path / "key.json")
    assert again.as_dict(private=True) == first.as_dict(private=True)
    assert again.kid == first.kid


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    one, other = (load_or_create_key(tmp_path / name) for name in ("one", "other"))
    assert one.thumbprint() != other.thumbprint()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620, 0o601])
def test_a_key_that_others_can_touch_is_refused_and_left_alone(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key.json"
    load_or_create_key(path)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600") as caught:
        load_or_create_key(path)
    assert caught.value.context["key"] == "security.key_file"
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        "null",
        "{}",
        '{"kty": "OKP"}',
        '{"kty": []}',
        '{"kty": "OKP", "crv": "X"}',
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_a_file_that_holds_no_key_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = write_private(tmp_path / "key.json", text)
    with pytest.raises(ConfigurationError, match="JSON Web Key"):
        load_or_create_key(path)
    assert path.read_text("utf-8") == text


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="JSON Web Key"):
        load_or_create_key(path)


def test_a_public_key_cannot_sign_and_is_refused(tmp_path: Path) -> None:
    path = write_private(tmp_path / "key.json", jwk(OKPKey.generate_key("Ed25519"), private=False))
    with pytest.raises(ConfigurationError, match="not a private key"):
        load_or_create_key(path)


def test_a_shared_secret_is_not_a_signing_key(tmp_path: Path) -> None:
    path = write_private(tmp_path / "key.json", jwk(OctKey.generate_key(256)))
    with pytest.raises(ConfigurationError, match="JSON Web Key"):
        load_or_create_key(path)


@pytest.mark.parametrize(
    "key", [ECKey.generate_key("P-256"), RSAKey.generate_key(2048)], ids=["EC", "RSA"]
)
def test_an_operator_may_bring_another_kind_of_key(tmp_path: Path, key: Key) -> None:
    loaded = load_or_create_key(write_private(tmp_path / "key.json", jwk(key)))
    assert loaded.thumbprint() == key.thumbprint()
    assert loaded.kid


@pytest.mark.parametrize(
    "key",
    [OKPKey.generate_key("X25519"), OKPKey.generate_key("Ed448"), ECKey.generate_key("P-384")],
    ids=["X25519", "Ed448", "P-384"],
)
def test_a_key_that_cannot_sign_what_we_sign_is_refused_at_start(tmp_path: Path, key: Key) -> None:
    """Otherwise the first token, or every token, fails long after the start."""
    path = write_private(tmp_path / "key.json", jwk(key))
    with pytest.raises(ConfigurationError):
        load_or_create_key(path)


def test_the_key_set_holds_the_key(tmp_path: Path) -> None:
    key = load_or_create_key(tmp_path / "key.json")
    assert [held.kid for held in key_set(key).keys] == [key.kid]


def start_together(path: Path, barrier: Barrier, answers: "multiprocessing.Queue[str]") -> None:
    barrier.wait(timeout=20)
    answers.put(load_or_create_key(path).thumbprint())


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[str] = context.Queue()
    barrier = context.Barrier(4)
    path = tmp_path / "key.json"
    started = [
        context.Process(target=start_together, args=(path, barrier, answers)) for _ in range(4)
    ]
    for process in started:
        process.start()
    found = {answers.get(timeout=30) for _ in started}
    for process in started:
        process.join(timeout=30)
    assert found == {load_or_create_key(path).thumbprint()}


def test_threads_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    for attempt in range(40):
        path = tmp_path / f"{attempt}" / "key.json"
        barrier = ThreadBarrier(8)

        def start(path: Path = path, barrier: ThreadBarrier = barrier) -> str:
            barrier.wait(timeout=20)
            return load_or_create_key(path).thumbprint()

        with ThreadPoolExecutor(8) as pool:
            found = {future.result() for future in [pool.submit(start) for _ in range(8)]}
        assert len(found) == 1


def test_a_draft_that_a_killed_start_left_does_not_stop_the_next(tmp_path: Path) -> None:
    """Process ids come round again, after a reboot or in a container always."""
    (tmp_path / f".key.json.{os.getpid()}").write_text("half a k", "utf-8")
    assert load_or_create_key(tmp_path / "key.json").is_private
