"""Errors of events, their log, and what is made of them."""

from catalystindex.model.error_base import CatalystError, Conflict, NotFound, Unavailable


class EventInvalid(CatalystError):
    """An event does not have the form of its kind."""

    code = "event.invalid"
    status = 422
    title = "This is no valid event"
    exit_code = 65  # EX_DATAERR


class MoneyInvalid(EventInvalid):
    """An amount or a currency cannot be held exactly."""

    code = "event.money"
    title = "This is no valid amount of money"


class EventIdMismatch(EventInvalid):
    """The event carries an id that is not the one of its content."""

    code = "event.id_mismatch"
    title = "The id is not that of the content"


class SchemaUnknown(EventInvalid):
    """The kind or the schema version is one this release does not know."""

    code = "event.schema_unknown"
    title = "The schema of this event is not known"


class EventTooLarge(EventInvalid):
    """An event has more bytes than the settings allow."""

    code = "event.too_large"
    status = 413
    title = "The event is too large"


class EventFileInvalid(CatalystError):
    """A file of events cannot be read at all: its rows were not looked at."""

    code = "event.file_invalid"
    status = 422
    title = "The file cannot be read as events"
    exit_code = 65  # EX_DATAERR


class EventLogUnavailable(Unavailable):
    """The event log cannot be read or written; nothing that was accepted is lost."""

    code = "eventlog.unavailable"
    title = "The event log is not available"


class EventBacklogFull(CatalystError):
    """More is being sent than the log takes: send again when it has caught up."""

    code = "eventlog.full"
    status = 429
    title = "Too many events are waiting"
    exit_code = 75  # EX_TEMPFAIL
    transient = True


class PositionExpired(Conflict):
    """The position asked for is older than what retention has left."""

    code = "eventlog.position_expired"
    title = "The events from there on are no longer kept"


class ConsumerUnknown(NotFound):
    """No consumer group of that name."""

    code = "stream.consumer_unknown"
    title = "There is no such consumer"


class StreamLetterNotFound(NotFound):
    """No dead event of that id in this workspace."""

    code = "stream.letter_not_found"
    title = "There is no such dead event"


class StreamLetterNotOpen(Conflict):
    """The dead event was replayed or discarded before."""

    code = "stream.letter_not_open"
    title = "This dead event is settled"


class GraphUnavailable(Unavailable):
    """The entity graph cannot be read or written: that is no statement about what it holds."""

    code = "graph.unavailable"
    title = "The entity graph is not available"


class EntityNotFound(NotFound):
    """No entity of that id in this workspace's graph."""

    code = "graph.entity_not_found"
    title = "There is no such entity"


class GraphQueryTooSlow(CatalystError):
    """A question to the graph took longer than the settings allow; its answer is unknown."""

    code = "graph.too_slow"
    status = 504
    title = "The question to the graph takes too long"
    exit_code = 75  # EX_TEMPFAIL
    transient = True


class SyntheticInvalid(CatalystError):
    """A synthetic bank cannot be made from these values."""

    code = "synthetic.invalid"
    status = 422
    title = "No bank can be made from these values"
    exit_code = 64  # EX_USAGE
