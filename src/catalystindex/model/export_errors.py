"""Errors of writing events out."""

from catalystindex.model.error_base import CatalystError, Conflict


class ExportFailed(CatalystError):
    """What was to be written could not be: nothing that counts as finished is left behind."""

    code = "export.failed"
    title = "The export did not finish"
    exit_code = 74  # EX_IOERR


class ExportTargetTaken(Conflict):
    """The folder to write to holds something already."""

    code = "export.target_taken"
    title = "The folder is not empty"
    exit_code = 73  # EX_CANTCREAT
