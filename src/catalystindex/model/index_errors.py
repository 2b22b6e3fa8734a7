"""Errors of the index and its generations."""

from catalystindex.model.error_base import CatalystError, NotFound


class GenerationNotFound(NotFound):
    """No index generation of that number, or none in the state that was needed."""

    code = "generation.not_found"
    title = "There is no such index generation"


class ReindexUnderWay(CatalystError):
    """A generation is being built already; one at a time."""

    code = "generation.under_way"
    status = 409
    title = "The index is being rebuilt already"
    exit_code = 75  # EX_TEMPFAIL


class ModelReadsLess(CatalystError):
    """The encoder reads fewer tokens than chunks hold: their ends would be searched by no one."""

    code = "generation.model_reads_less"
    status = 409
    title = "The encoder cannot read the chunks whole"
    exit_code = 65  # EX_DATAERR
