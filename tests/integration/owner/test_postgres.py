"""An owner whose records are on PostgreSQL: everything it does, and what an outage does to it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.config.settings import Settings
from catalystindex.documents.pipeline import Pipeline
from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import DocumentNotFound, OwnerLocked, Unavailable
from catalystindex.model.health import CheckState
from catalystindex.owner.assembly import Owner, open_owner
from catalystindex.owner.checks import readiness
from catalystindex.owner.doctor import examine
from catalystindex.owner.issuing import issue_token
from catalystindex.security.scopes import ALL_SCOPES
from catalystindex.stores.records import audit_log
from support.documents import (
    add,
    eventually,
    find,
    make_base,
    running_owner,
    settings_for,
    stored_files,
    submit,
)
from support.postgres import Postgres, running_postgres
from support.stores import ANA, noon_clock


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    name = postgres.create()
    yield name
    postgres.drop(name)


@pytest.fixture
def settings(postgres: Postgres, database: str, tmp_path: Path) -> Settings:
    return on(postgres, database, tmp_path / "data")


def on(cluster: Postgres, database: str, folder: Path) -> Settings:
    return settings_for(folder).model_copy(update={"records": cluster.settings(database)})


def texts(owner: Owner, query: str, base: str) -> list[str]:
    return [hit.text for hit in find(owner, query, base)]


def test_documents_are_ingested_found_replaced_deleted_and_there_after_a_restart(
    settings: Settings,
) -> None:
    with running_owner(settings) as owner:
        base = make_base(owner)
        memo = add(owner, base, "Cash deposits at the harbour branch.", key="memo")
        other = add(owner, base, "The larkspur sings at dawn.", key="song")
        assert texts(owner, "harbour cash", base)[0] == "Cash deposits at the harbour branch."
        add(owner, base, "Cash withdrawals at the harbour branch.", key="memo")
        owner.remover.remove_document(ANA, other.id)
        assert texts(owner, "larkspur", base) == ["Cash withdrawals at the harbour branch."]
    assert not (settings.data_dir / "records.sqlite").exists()
    with running_owner(settings) as owner:
        assert texts(owner, "harbour cash", base) == ["Cash withdrawals at the harbour branch."]
        assert owner.library.document(ANA, memo.id).version == 2
        with pytest.raises(DocumentNotFound):
            owner.library.document(ANA, other.id)
        assert stored_files(owner)
        with owner.records.read() as connection:
            report = audit_log.verify(connection, ANA)
    assert report.valid
    assert report.entries == 8


def test_a_second_owner_with_a_folder_of_its_own_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    with running_owner(settings):
        elsewhere = settings.model_copy(update={"data_dir": tmp_path / "other"})
        with pytest.raises(OwnerLocked, match="database of the records is held by 'pytest'"):
            open_owner(elsewhere, "catalystctl serve", noon_clock())
    with running_owner(settings.model_copy(update={"data_dir": tmp_path / "other"})):
        pass


def test_a_token_is_issued_beside_the_owner(settings: Settings) -> None:
    with running_owner(settings) as owner:
        issue_token(settings, ("acme", "aml", "ana"), ALL_SCOPES, None)
        with owner.records.read() as connection:
            (entry,) = audit_log.page(connection, ANA, after=0, limit=9)
    assert entry.action == "token.create"


def test_readiness_and_the_doctor_name_the_engine(settings: Settings) -> None:
    with running_owner(settings) as owner:
        ready = {check.name: check for check in readiness(owner).checks}
        assert ready["records"].state is CheckState.OK
        assert ready["records"].detail.startswith("PostgreSQL ")
    (found,) = [check for check in examine(settings) if check.name == "records engine"]
    assert found.state is CheckState.OK
    assert found.detail.startswith("PostgreSQL ")
    assert found.detail.endswith("schema at head")


def test_an_outage_fails_readiness_and_calls_and_no_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Pipeline._commit
    down = threading.Event()
    with running_postgres() as cluster:

        def in_an_outage(self: Pipeline, *arguments: object) -> None:
            if not down.is_set():
                cluster.stop()
                down.set()
            commit(self, *arguments)  # type: ignore[arg-type]  # handed through as they came

        monkeypatch.setattr(Pipeline, "_commit", in_an_outage)
        settings = on(cluster, cluster.create(), tmp_path / "data")
        with running_owner(settings) as owner:
            base = make_base(owner)
            waiting = submit(owner, base, "Cash deposits at the harbour branch.")
            assert down.wait(60)
            with pytest.raises(Unavailable):
                make_base(owner, "other")
            (failed,) = [one for one in readiness(owner).checks if one.name == "records"]
            assert failed.state is CheckState.FAILED
            cluster.start()
            eventually(
                lambda: owner.library.document(ANA, waiting).status is DocumentStatus.INDEXED
            )
            assert readiness(owner).ready
            with owner.records.read() as connection:
                entries = audit_log.page(connection, ANA, after=0, limit=9)
    assert [entry.action for entry in entries] == [
        "knowledge_base.create",
        "document.accept",
        "document.index",
    ]
