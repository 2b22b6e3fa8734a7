"""What reading gives for our own documents is what a person once read and found right."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import golden as tool
from catalystindex.documents.parse.kinds import SUPPORTED
from catalystindex.documents.parse.media import detect_media_type
from support import golden
from support.documents import ROOT
from support.golden_documents import MADE


@pytest.mark.parametrize("name", golden.names())
def test_reading_gives_what_is_stored(name: str) -> None:
    found = golden.difference(name)
    if found:
        pytest.fail(
            f"{name} is read differently from tests/golden/{golden.golden_file(name).name}:\n\n"
            f"{found}\n\nIf the new result is right, accept it: {golden.ACCEPT} {name}",
            pytrace=False,
        )


def test_every_stored_result_is_of_a_document() -> None:
    assert golden.leftovers() == []


def test_there_is_a_made_document_of_every_kind() -> None:
    assert {one.media_type for one in MADE.values()} == set(SUPPORTED)


@pytest.mark.parametrize("name", MADE)
def test_a_made_document_is_known_by_its_content(name: str) -> None:
    assert detect_media_type(MADE[name].data, name, None) == MADE[name].media_type


def test_made_documents_are_the_same_bytes_in_another_process() -> None:
    script = (
        "import hashlib\n"
        "from support.golden_documents import MADE\n"
        "for name, one in MADE.items():\n"
        "    print(name, hashlib.sha256(one.data).hexdigest())\n"
    )
    path = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "src")])
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(printed) == 1
    assert len(printed.pop().splitlines()) == len(MADE)


def test_a_difference_is_shown_and_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "made/memo.csv"
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    assert golden.accept(name)
    assert not golden.accept(name)
    assert golden.difference(name) == ""
    stored = golden.golden_file(name).read_text("utf-8")
    golden.golden_file(name).write_text(stored.replace("9,750.00", "9,751.00"), "utf-8")
    found = golden.difference(name).splitlines()
    assert any(line.startswith("-") and "9,751.00" in line for line in found)
    assert any(line.startswith("+") and "9,750.00" in line for line in found)
    assert tool.compare([name]) == 1
    assert f"accept them: {golden.ACCEPT}" in capsys.readouterr().out
    (tmp_path / "gone.json").write_text("{}")
    assert golden.leftovers() == [tmp_path / "gone.json"]


def test_a_character_that_is_lost_is_a_difference() -> None:
    parsed = golden.read_document("bank/aml-policy-manual.pdf")
    assert len(parsed.text) > golden.SHORT_TEXT
    before = golden.summary(parsed)
    place = len(parsed.text) // 2
    text = parsed.text[:place] + "\N{REPLACEMENT CHARACTER}" + parsed.text[place + 1 :]
    after = golden.summary(msgspec.structs.replace(parsed, text=text))
    assert before["digest"] != after["digest"]
    changed = [
        new["path"]
        for old, new in zip(before["sections"], after["sections"], strict=True)
        if old != new
    ]
    assert len(changed) == 1
