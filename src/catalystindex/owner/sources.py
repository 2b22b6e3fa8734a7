"""At start: whether the sources that the settings name are there and let us in."""

from concurrent.futures import ThreadPoolExecutor

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.checks import Finding, check_sources
from catalystindex.model.errors import AcquisitionError, ConfigurationError, SourceUnavailable
from catalystindex.telemetry.logs import logger

AT_ONCE = 8

log = logger(__name__)


def require_sources(settings: AcquisitionSettings) -> None:
    """Raise `ConfigurationError` for a source that is not there or refuses our credentials.

    One that cannot be reached now is logged: its documents are tried again until it can.
    """
    checks = check_sources(settings)
    if not checks:
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda check: _problem(check[1]), checks))
    for (name, _), problem in zip(checks, found, strict=True):
        if isinstance(problem, SourceUnavailable):
            log.warning("source_unreachable", source=name, code=problem.code)
        elif problem is not None:
            raise ConfigurationError(f"The source {name} cannot be used. {problem.detail}")


def _problem(finding: Finding) -> AcquisitionError | None:
    try:
        finding()
    except AcquisitionError as error:
        return error
    return None
