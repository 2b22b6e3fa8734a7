"""What the source of a document said when it was last fetched, for asking conditionally."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from catalystindex.stores.records.schema import fetches


@dataclass(frozen=True)
class StoredFetch:
    """The last answer of a source that brought bytes, and the version they became."""

    document_id: str
    version_id: str
    place: str
    etag: str | None
    last_modified: str | None
    filename: str
    media_type: str | None
    title: str | None
    metadata: dict[str, object]


def find(connection: Connection, document_id: str, place: str) -> StoredFetch | None:
    """Return what a place said of a document when it was last fetched from there."""
    row = connection.execute(
        select(fetches).where(fetches.c.document_id == document_id, fetches.c.place == place)
    ).first()
    return None if row is None else StoredFetch(*row)


def store(connection: Connection, fetch: StoredFetch) -> None:
    """Note the newest answer."""
    connection.execute(delete(fetches).where(fetches.c.document_id == fetch.document_id))
    connection.execute(insert(fetches).values(vars(fetch)))
