"""The detectors that come with the product, and those of them that an installation runs."""

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from catalystindex.aml.flow_set import FLOWS
from catalystindex.aml.graph_set import GRAPH_DETECTORS
from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.contract import AnyDetector
from catalystindex.model.errors import DetectorParameters, DetectorUnknown

DETECTORS: tuple[type[AnyDetector], ...] = (*GRAPH_DETECTORS, *FLOWS)
"""In the order in which they are listed."""

SHOWN_CHARS: Final = 64


def make_detectors(settings: DetectionSettings) -> tuple[AnyDetector, ...]:
    """Return the detectors that are run, with their parameters, in the order of the registry.

    Raises `DetectorUnknown` for a name in the settings that no detector has, and
    `DetectorParameters` for parameters that do not fit: of detectors that are not run too.
    """
    known = {kind.name for kind in DETECTORS}
    for name in (*settings.enabled, *settings.disabled, *settings.parameters):
        if name not in known:
            shown = name[:SHOWN_CHARS]
            raise DetectorUnknown(
                f"The settings name a detector {shown!r}: there is none.", detector=shown
            )
    wanted = set(settings.enabled or known) - set(settings.disabled)
    return tuple(one for one in every_detector(settings) if one.name in wanted)


def every_detector(settings: DetectionSettings) -> tuple[AnyDetector, ...]:
    """Return all detectors, run or not, with their parameters. Raises `DetectorParameters`."""
    return tuple(make_detector(kind, settings.parameters) for kind in DETECTORS)


def make_detector(
    kind: type[AnyDetector], parameters: Mapping[str, Mapping[str, object]]
) -> AnyDetector:
    """Return a detector with the parameters that are given by its name, else its defaults.

    Raises `DetectorParameters`, which names the first that does not fit.
    """
    given = parameters.get(kind.name, {})
    try:
        return kind(kind.parameters.model_validate(dict(given)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "together"
        raise DetectorParameters(
            f"The parameters of {kind.name} are not valid: {place}: {first['msg']}.",
            detector=kind.name,
            parameter=place,
        ) from None
