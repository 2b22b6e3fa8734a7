"""Errors of the temporal window, of detectors and of alerts."""

from catalystindex.model.error_base import CatalystError, NotFound


class WindowDisorder(CatalystError):
    """Payments were handed to a window out of order."""

    code = "window.disorder"
    status = 500
    title = "Payments are not in order of time"


class WindowFull(CatalystError):
    """A window has no numbers left for more payments."""

    code = "window.full"
    status = 500
    title = "The window cannot hold more payments"


class WindowWithoutEvidence(CatalystError):
    """A window was asked for a column that it was made to leave out."""

    code = "window.without_evidence"
    status = 500
    title = "The window does not hold this column"


class WindowFileInvalid(CatalystError):
    """A saved window cannot be read: it is built again from the events."""

    code = "window.file_invalid"
    status = 500
    title = "The saved window cannot be read"


class DetectorUnknown(CatalystError):
    """No detector has this name."""

    code = "detector.unknown"
    status = 422
    title = "There is no such detector"
    exit_code = 64  # EX_USAGE


class DetectorParameters(CatalystError):
    """The parameters of a detector are not valid."""

    code = "detector.parameters"
    status = 422
    title = "The parameters of a detector are not valid"
    exit_code = 64  # EX_USAGE


class DetectionFailed(CatalystError):
    """A detector or a slice of a run failed: what was found is not the whole answer."""

    code = "detection.failed"
    status = 500
    title = "Detection did not finish"


class FindingDisorder(CatalystError):
    """Findings were handed to the alerts out of order."""

    code = "detection.disorder"
    status = 500
    title = "Findings are not in the order of their last events"


class DetectionStateInvalid(CatalystError):
    """A saved state of alerts cannot be read: it is made again from the events."""

    code = "detection.state_invalid"
    status = 500
    title = "The saved state of detection cannot be read"


class AlertNotFound(NotFound):
    """No alert of this workspace has this id."""

    code = "alert.not_found"
    title = "There is no such alert"
