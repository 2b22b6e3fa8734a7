"""What a person does about each error: beside the code that programs switch on.

The detail of an occurrence says what happened; this says what helps, whatever happened.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "audit.broken": "Stop writing, keep the data folder, compare it with a backup.",
        "auth.forbidden": "Use a token with the scope of the route (`docs/reference/scopes.md`).",
        "auth.invalid_token": "Get a new token (`catalystctl token create`); compare the clocks.",
        "auth.unauthenticated": "Send `Authorization: Bearer` with an access token.",
        "configuration.dependency_missing": "Install or mount what the sentence names.",
        "configuration.invalid": "Change the setting that the context names; `catalystctl config "
        "show` tells where it comes from.",
        "document.corrupt": "Get the document again from its source, or save it anew in its own "
        "program; then submit it again.",
        "document.crashes_reader": "Save it anew in its own program or as PDF; keep the file for "
        "a report.",
        "document.empty": "Submit a document with content; look whether its export failed.",
        "document.encrypted": "Remove the password and submit it again.",
        "document.expands_too_much": "Look at where it comes from: it may be an attack. If it is "
        "sound, raise `limits.max_unpacked_bytes` or `limits.max_expansion`.",
        "document.macros": "Save it without macros, or set `parsing.macros` to `ignore`.",
        "document.needs_memory": "Split it, or raise `limits.max_worker_bytes`.",
        "document.nested_too_deep": "Take the inner messages or files out and submit them alone.",
        "document.no_text": "See that `parsing.ocr` is not `never`; scan it with more contrast.",
        "document.not_found": "Look for it with `catalystctl docs list`; it may be deleted.",
        "document.processing_failed": "Look at the log for its document_id, mend the cause, "
        "then `catalystctl dead-letters retry ID`.",
        "document.superseded": "Nothing: the newer version is the one that answers searches.",
        "document.too_large": "Split it, or raise the limit that the sentence names.",
        "document.too_many_attachments": "Take attachments out, or raise `limits.max_attachments`.",
        "document.too_many_pages": "Split it, or raise `limits.max_pages`.",
        "document.too_slow": "Split it; raise `jobs.task_timeout`, `limits.max_parse_seconds`.",
        "document.truncated": "Get the document again: the copy is incomplete.",
        "document.unsupported_media": "Convert it to a kind that is read, such as PDF.",
        "document.unusable": "Read the sentence; submit a document that can be read.",
        "document.wrong_extension": "Look into the file: it may be an error page under another "
        "name. Get the right one.",
        "evaluation.data_missing": "Complete the collection with the file that the sentence names.",
        "export.failed": "Make room, or mend what the sentence names; then run it again.",
        "export.target_taken": "Name an empty folder, or give `--force` to replace an older run.",
        "generation.model_reads_less": "Reindex with a policy of shorter chunks.",
        "generation.not_found": "List generations with `catalystctl index list`.",
        "generation.under_way": "Wait for it, or cancel it with `catalystctl index cancel`.",
        "internal": "Keep the request id and look at the log; report it.",
        "job.cancelled": "Submit the documents again if they are wanted after all.",
        "job.not_ended": "Wait longer, or follow it with `catalystctl jobs watch`.",
        "job.not_found": "List jobs with `catalystctl jobs list`.",
        "job.not_retryable": "Nothing: nothing that was named has failed.",
        "job.too_many_streams": "Close streams that are not read, or ask `GET /v1/jobs/{id}` now "
        "and then.",
        "knowledge_base.exists": "Use it, or choose another name.",
        "knowledge_base.not_found": "Make it (`catalystctl kb create`), or look at the name.",
        "lease.lost": "Nothing: another worker has the document. If it recurs, raise `jobs.lease`.",
        "metadata.required_missing": "Give the metadata that the policy requires.",
        "metadata.type_conflict": "Give the value in the type that the key has; the context says.",
        "owner.locked": "Use the process that holds the folder, or stop it.",
        "policy.invalid": "Change the policy at the line that the sentence names.",
        "policy.not_found": "List policies with `catalystctl policies list`.",
        "policy.reserved": "Store it under a name of your own.",
        "queue.full": "Wait for `Retry-After`; add workers, or raise `jobs.max_waiting`.",
        "queue.unreachable": "Start the queue or mend the network; what was accepted goes on.",
        "request.idempotency_conflict": "Use a new idempotency key for another request.",
        "request.invalid": "Change the fields that `errors` names.",
        "request.too_large": "Send less at once, or raise `limits.max_body_bytes`.",
        "resource.conflict": "Read what is stored, and decide anew.",
        "resource.not_found": "Look at the id: it may be another workspace's, or deleted.",
        "service.unavailable": "Try again after `Retry-After`; look at `/v1/ready`.",
        "source.failed": "Read the sentence; look at the source with a browser or its own tools.",
        "source.forbidden": "Give the server credentials that may read the source.",
        "source.listing_too_large": "Raise `limit`, or name a smaller place.",
        "source.not_configured": "Set the `acquisition.*` setting that the sentence names.",
        "source.not_found": "Look at the address: there is nothing there any more.",
        "source.rate_limited": "Nothing: it is tried again when the source says. If it recurs, "
        "submit less at once.",
        "source.refused": "If the place is meant to be reached, add its network to "
        "`acquisition.allowed_networks` or its folder to `acquisition.folder_roots`.",
        "source.rejected": "Look at the address: the source does not understand the request.",
        "source.too_large": "Raise `acquisition.max_bytes`, or get a smaller rendition.",
        "source.too_many_redirects": "Name the address where the redirects end.",
        "source.too_slow": "It is tried again; raise `acquisition.read_timeout` or "
        "`acquisition.total_timeout` for slow sources.",
        "source.unavailable": "It is tried again; if it recurs, look whether the source works, "
        "then `catalystctl dead-letters retry ID`.",
        "source.wrong_type": "Ask the source for another encoding, or get the document elsewhere.",
        "event.file_invalid": "See that the file is of the format that was named (`catalystctl "
        "events import --help`).",
        "event.id_mismatch": "Leave `event_id` out: it is computed.",
        "event.invalid": "Compare the event with its schema (`docs/reference/events.md`).",
        "event.money": "Give the amount with no more decimals than its ISO 4217 currency has.",
        "event.schema_unknown": "Upgrade this installation, or send a schema version it knows.",
        "event.too_large": "Send long texts as documents, and name them in the event.",
        "eventlog.full": "Send again after a moment; look at `catalystctl stream status`.",
        "eventlog.position_expired": "Start from the oldest event that is kept.",
        "eventlog.unavailable": "Look at the disk and the log of the server; then send the same "
        "again.",
        "graph.entity_not_found": "See that the id is right and `catalystctl stream status` shows "
        "no lag.",
        "graph.too_large": "Ask for less, or write smaller batches (`consumers.graph_batch`); or "
        "raise `graph.buffer_bytes`.",
        "graph.too_slow": "Ask for less depth, fewer edge labels or a shorter time; or raise "
        "`graph.timeout`.",
        "graph.unavailable": "Look at the log of the server; the graph is made anew from the "
        "event log.",
        "knowledge_base.reserved": "Choose another name, or set `consumers.knowledge_base`.",
        "stream.consumer_unknown": "See `catalystctl stream status`: it lists the consumers.",
        "stream.letter_not_found": "Run `catalystctl stream dead-letters list --all`: it "
        "shows those that are kept.",
        "stream.letter_not_open": "It was replayed or discarded before: `catalystctl stream "
        "dead-letters show`.",
        "synthetic.invalid": "Change the value that the sentence names.",
        "alert.not_found": "Run `catalystctl alerts list`: it shows those of this workspace.",
        "detection.disorder": "It is a defect: keep the log, and start the consumer again "
        "(`catalystctl stream restart detect`).",
        "detection.state_invalid": "Nothing: alerts are made again from the event log, and keep "
        "their ids.",
        "detection.failed": "Read the sentence and the log; nothing was stored of this run. Run it "
        "again: alerts keep their ids.",
        "detector.parameters": "Compare the value with `catalystctl detectors show NAME`.",
        "detector.unknown": "See `catalystctl detectors list`.",
        "window.disorder": "It is a defect: keep the log, and start the consumer again "
        "(`catalystctl stream restart detect`).",
        "window.file_invalid": "Nothing: the window is built again from the event log.",
        "window.full": "Keep less time, or divide the accounts among several runs.",
        "window.without_evidence": "It is a defect: run detectors on a window with evidence.",
    }
)


def remedy_of(code: str) -> str:
    """Return what helps against an error; for a code of another version the general answer."""
    return REMEDIES.get(code, REMEDIES["internal"])
