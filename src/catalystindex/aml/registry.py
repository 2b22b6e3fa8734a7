"""The detectors that come with the product, and those of them that an installation runs."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import ValidationError

from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.contract import AnyDetector
from catalystindex.model.errors import DetectorParameters, DetectorUnknown

DETECTORS: Final[tuple[type[AnyDetector], ...]] = ()
"""In the order in which they are listed."""

SHOWN_CHARS: Final = 64


def detector_named(name: str, known: Sequence[type[AnyDetector]] = DETECTORS) -> type[AnyDetector]:
    """Return the class of a detector. Raises `DetectorUnknown`."""
    for kind in known:
        if kind.name == name:
            return kind
    raise DetectorUnknown(
        f"There is no detector {name[:SHOWN_CHARS]!r}.", detector=name[:SHOWN_CHARS]
    )


def make_detectors(
    settings: DetectionSettings, known: Sequence[type[AnyDetector]] = DETECTORS
) -> tuple[AnyDetector, ...]:
    """Return the detectors that are run, with their parameters, in the order of the registry.

    Raises `DetectorUnknown` for a name in the settings that no detector has, and
    `DetectorParameters` for parameters that do not fit: of detectors that are not run too.
    """
    for name in (*settings.enabled, *settings.disabled, *settings.parameters):
        detector_named(name, known)
    made = {kind.name: make_detector(kind, settings.parameters) for kind in known}
    wanted = set(settings.enabled or made) - set(settings.disabled)
    return tuple(made[kind.name] for kind in known if kind.name in wanted)


def make_detector(
    kind: type[AnyDetector], parameters: Mapping[str, Mapping[str, object]]
) -> AnyDetector:
    """Return a detector with the parameters that the settings give it, by its name.

    Raises `DetectorParameters`, which names the first that does not fit.
    """
    given = parameters.get(kind.name, {})
    try:
        return kind(kind.parameters.model_validate(dict(given)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DetectorParameters(
            f"detection.parameters of {kind.name}: {place or 'together'}: {first['msg']}.",
            detector=kind.name,
            parameter=place,
        ) from None
