"""Many documents at once leave what one after the other leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from catalystindex.audit.chain import action
from catalystindex.documents import bulk
from catalystindex.documents.chunk.policy import ChunkPolicy
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.embedding.encoder import LocalEncoder
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.owner.assembly import Owner
from catalystindex.stores.records import schema
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.records.engine import Records, open_sqlite
from support.documents import add, make_base, running_owner, settings_for
from support.stores import ANA, AT, noon_clock, seed_knowledge_base

MEMOS = {
    "a": "# Freeze\n\nAll larkspur accounts are frozen.\n\n# Why\n\nCash was structured.",
    "b": "Cash deposits.\n\nReported by the branch.",
    "c": "# One word\n\nCash.",
}
OF_THE_MOMENT = {"created_at", "updated_at", "submitted_at"}


def encoder_of(owner: Owner) -> LocalEncoder:
    encoder = owner.index.current().encoder
    assert isinstance(encoder, LocalEncoder)
    return encoder


def rows(records: Records, name: str) -> list[dict[str, object]]:
    table = schema.metadata.tables[name]
    with records.read() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key.columns))
        return [
            {key: value for key, value in row._mapping.items() if key not in OF_THE_MOMENT}
            for row in found
        ]


def accepted(records: Records) -> list[NewVersion]:
    """Return the versions of another store, as they were before they were processed."""
    table = schema.versions
    joined = select(table, schema.documents.c.knowledge_base_id, schema.documents.c.key).join(
        schema.documents, schema.documents.c.id == table.c.document_id
    )
    names = NewVersion.__dataclass_fields__
    with records.read() as connection:
        found = connection.execute(joined).mappings().all()
    return [NewVersion(**{name: row[name] for name in names}) for row in found]


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with running_owner(settings_for(tmp_path_factory.mktemp("data"))) as owner:
        make_base(owner, "bank")
        for key, memo in MEMOS.items():
            add(owner, "bank", memo, key=key, filename=f"{key}.md")
        yield owner


def load(folder: Path, owner: Owner) -> Records:
    records = open_sqlite(folder, noon_clock(), 5)
    base = seed_knowledge_base(records)
    parsers, sparse = load_registry(owner.settings.parsing), Bm25Encoder()
    drafted = [
        bulk.draft(
            new,
            MEMOS[new.key].encode(),
            parsers,
            ParseContext(),
            ChunkPolicy.model_validate(new.policy),
            encoder_of(owner).tokenizer,
        )
        for new in accepted(owner.records)
    ]
    finished = bulk.embed_together(drafted, encoder_of(owner), sparse)
    with records.change(ANA, action("document.index_many", base.id)) as connection:
        bulk.show_new(connection, ANA, base.id, finished, AT)
    points = list(bulk.points(ANA, finished))
    assert len(points) == sum(len(one.drafts) for one in drafted)
    return records


@pytest.mark.parametrize("table", ["knowledge_bases", "documents", "versions", "chunks"])
def test_the_rows_are_the_same(one_by_one: Owner, tmp_path: Path, table: str) -> None:
    together = load(tmp_path, one_by_one)
    assert rows(together, table) == rows(one_by_one.records, table)
    assert rows(together, "term_stats") == rows(one_by_one.records, "term_stats")
    together.close()


def test_a_document_that_is_there_refuses_them_all(one_by_one: Owner, tmp_path: Path) -> None:
    together = load(tmp_path, one_by_one)
    before = {name: rows(together, name) for name in schema.metadata.tables}
    new = accepted(together)[0]
    parsers = load_registry(one_by_one.settings.parsing)
    policy = ChunkPolicy.model_validate(new.policy)
    data = MEMOS[new.key].encode()
    again = bulk.draft(new, data, parsers, ParseContext(), policy, encoder_of(one_by_one).tokenizer)
    finished = bulk.embed_together([again], encoder_of(one_by_one), Bm25Encoder())
    doing = action("document.index_many", new.knowledge_base_id)
    with pytest.raises(IntegrityError), together.change(ANA, doing) as connection:
        bulk.show_new(connection, ANA, new.knowledge_base_id, finished, AT)
    assert {name: rows(together, name) for name in schema.metadata.tables} == before
    together.close()
