# Made of sdk/aio/ingestion.py by tools/unasync.py. Change that one, then run `make sync`.
"""Giving documents to the server: one or many, waiting for them or not."""

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Literal, overload

from catalystindex.model.document import Document
from catalystindex.model.errors import (
    CatalystError,
    ContextValue,
    WorkCancelled,
    error_from_code,
)
from catalystindex.model.job import BulkDocument, BulkRequest, ItemState, Job
from catalystindex.model.sources import SourceModel, UploadSource
from catalystindex.sdk.calls import CallOptions, new_key, read
from catalystindex.sdk.requests import bulk_request, checked_key
from catalystindex.sdk.sync.jobs import Jobs
from catalystindex.sdk.sync.resources import Documents
from catalystindex.sdk.sync.transport import Transport

Described = Mapping[str, object]
"""Metadata as callers write it; the server checks it."""

ACCEPTED = 202


class Ingestion:
    """What a client ingests with.

    Every submission carries an idempotency key. One is made up if none is given, so that an
    attempt that the client repeats is not a second submission.
    """

    _transport: Transport
    jobs: Jobs
    documents: Documents

    @overload
    def ingest(
        self,
        knowledge_base: str,
        content: str,
        *,
        filename: str = ...,
        key: str | None = ...,
        title: str | None = ...,
        metadata: Described | None = ...,
        policy: str | None = ...,
        force: bool = ...,
        idempotency_key: str | None = ...,
        wait: Literal[True] = ...,
    ) -> Document: ...

    @overload
    def ingest(
        self,
        knowledge_base: str,
        content: str,
        *,
        filename: str = ...,
        key: str | None = ...,
        title: str | None = ...,
        metadata: Described | None = ...,
        policy: str | None = ...,
        force: bool = ...,
        idempotency_key: str | None = ...,
        wait: Literal[False],
    ) -> Job: ...

    @overload
    def ingest(
        self,
        knowledge_base: str,
        content: str,
        *,
        filename: str = ...,
        key: str | None = ...,
        title: str | None = ...,
        metadata: Described | None = ...,
        policy: str | None = ...,
        force: bool = ...,
        idempotency_key: str | None = ...,
        wait: bool,
    ) -> Document | Job: ...

    def ingest(
        self,
        knowledge_base: str,
        content: str,
        *,
        filename: str = "document.txt",
        key: str | None = None,
        title: str | None = None,
        metadata: Described | None = None,
        policy: str | None = None,
        force: bool = False,
        idempotency_key: str | None = None,
        wait: bool = True,
    ) -> Document | Job:
        """Ingest a text. Return the document when it is searchable.

        With ``wait=False``: return its job when it is accepted. ``force`` does an unchanged
        document again. Raises the error that says why a document cannot be used, when waiting.
        """
        body = {
            "knowledge_base": knowledge_base,
            "content": content,
            "filename": filename,
            "key": key,
            "title": title,
            "metadata": dict(metadata or {}),
            "policy": policy,
            "force": force,
        }
        return self._submit_one("/ingest", {"body": body}, idempotency_key, wait=wait)

    @overload
    def upload(
        self,
        knowledge_base: str,
        data: bytes,
        filename: str,
        *,
        key: str | None = ...,
        title: str | None = ...,
        metadata: Described | None = ...,
        policy: str | None = ...,
        force: bool = ...,
        idempotency_key: str | None = ...,
        wait: Literal[True] = ...,
    ) -> Document: ...

    @overload
    def upload(
        self,
        knowledge_base: str,
        data: bytes,
        filename: str,
        *,
        key: str | None = ...,
        title: str | None = ...,
        metadata: Described | None = ...,
        policy: str | None = ...,
        force: bool = ...,
        idempotency_key: str | None = ...,
        wait: Literal[False],
    ) -> Job: ...

    @overload
    def upload(
        self,
        knowledge_base: str,
        data: bytes,
        filename: str,
        *,
        key: str | None = ...,
        title: str | None = ...,
        metadata: Described | None = ...,
        policy: str | None = ...,
        force: bool = ...,
        idempotency_key: str | None = ...,
        wait: bool,
    ) -> Document | Job: ...

    def upload(
        self,
        knowledge_base: str,
        data: bytes,
        filename: str,
        *,
        key: str | None = None,
        title: str | None = None,
        metadata: Described | None = None,
        policy: str | None = None,
        force: bool = False,
        idempotency_key: str | None = None,
        wait: bool = True,
    ) -> Document | Job:
        """Ingest a file. Return the document when it is searchable.

        With ``wait=False``: return its job when it is accepted. ``force`` does an unchanged
        document again. Raises the error that says why a document cannot be used, when waiting.
        """
        given = {"knowledge_base": knowledge_base, "key": key, "title": title, "policy": policy}
        form = {name: value for name, value in given.items() if value is not None}
        form["metadata"] = json.dumps(dict(metadata or {}))
        form["force"] = json.dumps(force)
        sent: CallOptions = {"form": form, "files": [("file", (filename, data))]}
        return self._submit_one("/ingest/upload", sent, idempotency_key, wait=wait)

    @overload
    def ingest_bulk(self, request: BulkRequest, *, idempotency_key: str | None = ...) -> Job: ...

    @overload
    def ingest_bulk(
        self,
        *,
        knowledge_base: str,
        documents: Sequence[BulkDocument | SourceModel],
        metadata: Described | None = ...,
        policy: str | None = ...,
        force: bool = ...,
        label: str = ...,
        idempotency_key: str | None = ...,
    ) -> Job: ...

    def ingest_bulk(
        self,
        request: BulkRequest | None = None,
        *,
        knowledge_base: str | None = None,
        documents: Sequence[BulkDocument | SourceModel] = (),
        metadata: Described | None = None,
        policy: str | None = None,
        force: bool = False,
        label: str = "",
        idempotency_key: str | None = None,
    ) -> Job:
        """Submit documents and places that hold many; return their job when they are accepted.

        Give a `BulkRequest`, or its parts: ``documents`` are sources, or `BulkDocument`s where
        one has a key, a title or metadata of its own. Raises `InvalidRequest` before anything is
        sent, `KnowledgeBaseNotFound` and `QueueFull`.
        """
        wanted = bulk_request(
            request, knowledge_base, documents, metadata=metadata, policy=policy, force=force,
            label=label,
        )  # fmt: skip
        response = self._transport.call(
            "POST",
            "/ingest/bulk",
            body=wanted.model_dump(mode="json"),
            idempotency_key=checked_key(idempotency_key) or new_key(),
        )
        return read(Job, response)

    def upload_bulk(
        self,
        knowledge_base: str,
        files: Sequence[tuple[str, bytes]],
        *,
        documents: Sequence[BulkDocument | SourceModel] = (),
        metadata: Described | None = None,
        policy: str | None = None,
        force: bool = False,
        label: str = "",
        idempotency_key: str | None = None,
    ) -> Job:
        """Submit files, as pairs of name and bytes, in one form; return their job.

        Each file is a document whose key is its name, folders and all. ``documents`` says
        otherwise: one with the source ``UploadSource(file=n)`` takes the n-th file, and other
        sources may stand beside. Raises as `ingest_bulk`, and `PayloadTooLarge`.
        """
        each = [
            BulkDocument(source=UploadSource(file=number), key=name)
            for number, (name, _) in enumerate(files)
        ]
        wanted = bulk_request(
            None, knowledge_base, documents or each, metadata=metadata, policy=policy, force=force,
            label=label,
        )  # fmt: skip
        response = self._transport.call(
            "POST",
            "/ingest/bulk",
            form={"request": wanted.model_dump_json()},
            files=[("files", (PurePath(name).name or name, data)) for name, data in files],
            idempotency_key=checked_key(idempotency_key) or new_key(),
        )
        return read(Job, response)

    def _submit_one(
        self, path: str, sent: CallOptions, key: str | None, *, wait: bool
    ) -> Document | Job:
        sent["query"] = {"wait": wait}
        sent["idempotency_key"] = checked_key(key) or new_key()
        response = self._transport.call("POST", path, **sent)
        if not wait:
            return read(Job, response)
        if response.status_code != ACCEPTED:
            return read(Document, response)
        return self._document_of(read(Job, response))

    def _document_of(self, job: Job) -> Document:
        """Wait for the one document of a job that takes longer than a request may."""
        ended = self.jobs.wait(job.id)
        for item in self.jobs.documents(ended.id):
            known: dict[str, ContextValue] = {"document": item.document_id, "job": ended.id}
            if item.state is ItemState.CANCELLED:
                raise WorkCancelled("The job was cancelled while it was waited for.", **known)
            if item.problem is not None and item.state is ItemState.FAILED:
                raise error_from_code(item.problem.code, item.problem.detail, known)
            if item.document_id is not None:
                return self.documents.get(item.document_id)
        raise CatalystError(f"Job {ended.id} is {ended.state} without a document.", job=ended.id)
