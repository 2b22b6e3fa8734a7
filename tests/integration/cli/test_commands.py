"""Every family of commands, on a folder of one's own and beside a server on it."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.server import Folder, Served, docx_bytes, pdf_bytes

TEXT = "# Freeze\n\nAll larkspur accounts are frozen.\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.md").write_text(TEXT)
    (folder / "b.pdf").write_bytes(pdf_bytes("The register is kept in Vaduz."))
    (folder / "deep" / "c.docx").write_bytes(docx_bytes("Memo", "The trustee signs."))
    (folder / ".ignored.md").write_bytes(b"MZ")
    return folder


def test_a_knowledge_base_from_its_making_to_its_end(served: Served, kb: str) -> None:
    made = served.json("kb", "create", kb, "--description", "KYC [files]")
    assert (made["name"], made["description"]) == (kb, "KYC [files]")
    assert served.json("kb", "show", kb) == served.json("kb", "show", made["id"]) == made
    assert made in served.json("kb", "list")
    assert "KYC [files]" in served.run("kb", "list").stdout
    again = served.error("kb", "create", kb, expect=1)
    assert again["code"] == "knowledge_base.exists"
    assert served.json("kb", "delete", kb, "--yes") == {"deleted": made["id"]}
    gone = served.error("kb", "show", kb, expect=66)
    assert gone["code"] == "knowledge_base.not_found"


def test_deleting_asks_first(served: Served, kb: str) -> None:
    served.run("kb", "create", kb)
    refused = served.run("kb", "delete", kb, expect=1)  # standard input is empty: no answer
    assert f"Delete {kb} with 0 documents?" in refused.stderr
    assert served.json("kb", "show", kb)["name"] == kb


def by_key(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return documents in one order: those of one job are accepted as they are fetched."""
    return sorted(listed, key=lambda one: str(one["key"]))


def test_documents_from_files_to_answers(served: Served, kb: str, files: Path) -> None:
    outcomes = served.json(
        "ingest", files, "--kb", kb, "--create",
        "--meta", "case=007", "--meta", "year=2025", "--meta", "tag=a", "--meta", "tag=b",
    )  # fmt: skip
    assert [(Path(one["path"]).name, one["status"], one["code"]) for one in outcomes] == [
        ("a.md", "indexed", None),
        ("b.pdf", "indexed", None),
        ("c.docx", "indexed", None),
    ]
    listed = by_key(served.json("docs", "list", "--kb", kb, "--status", "indexed"))
    assert [one["id"] for one in listed] == [one["document"] for one in outcomes]
    assert listed[0]["metadata"] == {"case": "007", "year": 2025, "tag": ["a", "b"]}
    assert listed[0]["key"] == (files / "a.md").as_posix()

    document = outcomes[0]["document"]
    assert served.json("docs", "show", document) == listed[0]
    assert "All larkspur accounts are frozen." in served.run("docs", "text", document).stdout
    (chunk,) = served.json("docs", "chunks", document)
    assert chunk["heading_path"] == ["Freeze"]
    target = files / "copy.md"
    served.run("docs", "raw", document, "-o", target)
    assert target.read_text() == TEXT

    asked = ("search", "larkspur accounts", "--kb", kb, "-n", "1")
    (hit,) = served.json(*asked, "-f", "case=007", "-f", "year=2025", "-f", "tag=b")["hits"]
    assert hit["citation"]["document_id"] == document
    assert served.json(*asked, "-f", "case=7")["hits"] == []
    shown = served.run(*asked, "--debug").stdout
    assert "1. Freeze" in shown
    assert "characters" in shown
    assert "check_visible" in shown
    assert "check_visible" not in served.run(*asked, "--per-document", "1").stdout
    (beside,) = served.json(*asked, "--context", "1", "--per-document", "1")["hits"]
    assert beside["context"] == {"before": [], "after": []}
    assert "Nothing was found." in served.run(*asked, "-f", "case=7").stdout

    assert served.json("docs", "delete", document, "-y") == {"deleted": [document]}
    assert served.error("docs", "show", document, expect=66)["code"] == "document.not_found"


def test_a_folder_without_a_server_takes_the_same_commands(
    alone: Folder, kb: str, files: Path
) -> None:
    made = alone.json("kb", "create", kb)
    outcomes = alone.json("ingest", files, "--kb", kb, "--meta", "case=007")
    assert [one["status"] for one in outcomes] == ["indexed"] * 3
    listed = by_key(alone.json("docs", "list", "--kb", made["id"]))
    assert [one["id"] for one in listed] == [one["document"] for one in outcomes]
    (hit,) = alone.json("search", "larkspur", "--kb", kb, "-n", "1")["hits"]
    assert hit["citation"]["document_id"] == outcomes[0]["document"]
    alone.run("kb", "delete", kb, "-y")
    assert alone.error("kb", "show", kb, expect=66)["code"] == "knowledge_base.not_found"
    actions = [entry["action"] for entry in alone.json("audit", "list", "-n", "1000")]
    assert {"knowledge_base.create", "document.index", "knowledge_base.delete"} <= set(actions)
    assert alone.json("audit", "verify")["valid"]
    assert json.loads((alone.data / "owner.lock").read_bytes() or b"null") is None


def test_some_files_that_fail_do_not_stop_the_others(served: Served, kb: str, files: Path) -> None:
    (files / "a0.pdf").write_bytes(b"%PDF-1.7 cut off")
    (files / "a1.txt").write_bytes(b"\x00\x01\x02")
    (files / "a2.txt").write_bytes(b"")
    done = served.run("ingest", files, "--kb", kb, "--create", "--json", expect=3)
    codes = {Path(one["path"]).name: one["code"] for one in json.loads(done.stdout)}
    assert codes == {
        "a.md": None,
        "a0.pdf": "document.corrupt",
        "a1.txt": "document.unsupported_media",
        "a2.txt": "document.empty",
        "b.pdf": None,
        "c.docx": None,
    }
    again = served.run("ingest", files, "--kb", kb, expect=3)
    assert "3 of 6 documents ingested." in again.stdout
    failed = served.json("docs", "list", "--kb", kb, "--status", "failed")
    assert [one["filename"] for one in failed] == ["a0.pdf"]


def test_a_changed_file_is_a_new_version_and_an_unchanged_one_is_not(
    served: Served, kb: str, files: Path
) -> None:
    memo = files / "a.md"
    (first,) = served.json("ingest", memo, "--kb", kb, "--create")
    (same,) = served.json("ingest", memo, "--kb", kb)
    memo.write_text("All marigold accounts are frozen.")
    (changed,) = served.json("ingest", memo, "--kb", kb)
    assert first["document"] == same["document"] == changed["document"]
    (document,) = served.json("docs", "list", "--kb", kb)
    assert document["version"] == 2


def test_ingesting_into_nowhere_says_so(served: Served, files: Path) -> None:
    error = served.error("ingest", files, "--kb", "nowhere", expect=66)
    assert error["code"] == "knowledge_base.not_found"


def test_a_folder_without_documents_is_said_so(served: Served, tmp_path: Path) -> None:
    assert served.error("ingest", tmp_path, "--kb", "x", expect=65)["code"] == "request.invalid"


@pytest.mark.parametrize(
    "arguments",
    [
        ("kb", "create", "Not A Name"),
        ("search", ""),
        ("search", "x", "-f", "Bad=1"),
        ("search", "x", "-f", "novalue"),
        ("search", "x", "--kb", ""),
    ],
)
def test_a_mistake_in_the_words_is_an_error_and_never_a_crash(
    served: Folder, arguments: tuple[str, ...]
) -> None:
    assert served.error(*arguments, expect=65)["code"] == "request.invalid"


@pytest.mark.parametrize(
    "arguments",
    [
        ("docs", "delete", "../knowledge-bases/{kb}", "-y"),
        ("docs", "show", "../knowledge-bases/{kb}"),
        ("docs", "text", "x/../../../health"),
        ("kb", "show", "../documents"),
        ("kb", "delete", "../documents", "-y"),
        ("kb", "show", ".."),
        ("kb", "show", ""),
    ],
)
def test_an_odd_name_is_not_found_and_reaches_nothing_else(
    served: Folder, kb: str, arguments: tuple[str, ...]
) -> None:
    served.run("kb", "create", kb)
    served.run(*(word.replace("{kb}", kb) for word in arguments), expect=66)
    assert served.json("kb", "show", kb)["name"] == kb


def test_the_audit_log_is_listed_and_verified(served: Served, kb: str) -> None:
    made = served.json("kb", "create", kb)
    entries = served.json("audit", "list", "-n", "1000")
    assert {"knowledge_base.create"} <= {
        entry["action"] for entry in entries if entry["subject"] == made["id"]
    }
    assert len(served.json("audit", "list", "-n", "1")) == 1
    report = served.json("audit", "verify")
    assert report["valid"]
    assert report["tenant"] == "local/default"
    assert report["entries"] >= len(entries)
    assert "holds" in served.run("audit", "verify").stdout


def test_a_token_is_made_once_and_entered_in_the_log(folder: Folder) -> None:
    made = folder.json(
        "token", "create", "--user", "ana", "--org", "acme", "--workspace", "aml",
        "--scope", "search", "--scope", "audit:read", "--hours", "2",
    )  # fmt: skip
    assert (made["scope"], made["expires_in"]) == ("audit:read search", 7200)
    workspace = {"CATALYST_CLIENT__ORGANISATION": "acme", "CATALYST_CLIENT__WORKSPACE": "aml"}
    newest = folder.json("audit", "list", **workspace)[-1]
    assert (newest["action"], newest["subject"]) == ("token.create", made["token_id"])
    assert newest["actor"] == "ana"
    assert made["token"] not in json.dumps(newest)
    plain = folder.run("token", "create", "--user", "ana")
    assert plain.stdout.strip().count(".") == 2
    assert "Expires in" in plain.stderr


@pytest.mark.parametrize(
    "arguments", [("--scope", "admin"), ("--org", "a/b"), ("--workspace", ".."), ("--user", "")]
)
def test_a_token_for_what_is_not_there_is_refused(
    alone: Folder, arguments: tuple[str, ...]
) -> None:
    error = alone.error("token", "create", "--user", "ana", *arguments, expect=65)
    assert error["code"] == "request.invalid"


def test_the_doctor_uses_every_part(folder: Folder) -> None:
    checks = folder.json("doctor")
    assert {check["state"] for check in checks} == {"ok"}
    assert {"embedding", "records engine", "vector engine", "key file"} <= {
        check["name"] for check in checks
    }


def test_the_doctor_names_the_server(served: Folder) -> None:
    (owner,) = (check for check in served.json("doctor") if check["name"] == "owner")
    assert "catalystctl serve" in owner["detail"]
    assert "http://127.0.0.1:" in owner["detail"]


def test_the_demo_answers_from_the_samples(served: Served, tmp_path: Path, kb: str) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "memo.md").write_text(TEXT)
    (samples / "manifest.toml").write_text(
        f'[[document]]\npath = "memo.md"\nknowledge_base = "{kb}"\ntitle = "Memo"\n'
    )
    question = f'[[question]]\nask = "Are accounts frozen?"\nknowledge_base = "{kb}"\n'
    expect = 'expect = "memo.md"\nsays = "larkspur accounts"\n'
    (samples / "questions.toml").write_text(question + expect)
    answers = served.json("demo", "--samples", samples)
    assert (answers["documents"], answers["answers"][0]["as_expected"]) == (1, True)
    shown = served.run("demo", "--samples", samples).stdout
    assert "1 of 1 questions were answered from the expected passage." in shown
    (samples / "questions.toml").write_text(question + 'expect = "memo.md"\nsays = "never"\n')
    served.run("demo", "--samples", samples, expect=1)


@pytest.mark.parametrize(
    "manifest",
    [
        "not toml",
        "",
        "[[document]]\nname = 1\n",
        '[[document]]\npath = "lost.md"\nknowledge_base = "x"\ntitle = "x"\n',
        "document = 3\n",
    ],
)
def test_broken_samples_are_an_error_and_never_a_crash(
    served: Folder, tmp_path: Path, manifest: str
) -> None:
    (tmp_path / "manifest.toml").write_text(manifest)
    (tmp_path / "questions.toml").write_text(
        '[[question]]\nask = "x"\nknowledge_base = "x"\nexpect = "x"\nsays = "x"\n'
    )
    served.run("demo", "--samples", tmp_path, expect=65)


def test_a_text_is_printed_to_the_character(served: Folder, kb: str, tmp_path: Path) -> None:
    text = "[bold]no[/bold] :warning:\ta \\[tab] and a backslash \\"
    memo = tmp_path / "memo.txt"
    memo.write_text(text)
    (made,) = served.json("ingest", memo, "--kb", kb, "--create")
    assert served.run("docs", "text", made["document"]).stdout == text + "\n"


def test_a_file_larger_than_the_server_takes_does_not_stop_the_others(
    alone: Folder, kb: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("x " * 200_000)
    (tmp_path / "b.txt").write_text("The larkspur sings.")
    small = {"CATALYST_LIMITS__MAX_BODY_BYTES": "100000"}
    env_done = alone.run("ingest", tmp_path, "--kb", kb, "--create", "--json", expect=3, **small)
    outcomes = {Path(one["path"]).name: one["code"] for one in json.loads(env_done.stdout)}
    assert outcomes == {"a.txt": "request.too_large", "b.txt": None}
