"""What a recogniser takes and gives."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A picture of shape (height, width, 3): red, green and blue, top left first."""


@dataclass(frozen=True)
class RecognisedLine:
    """A line of text: its rectangle in pixels of the upright picture, its confidence 0 to 1."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Recognised:
    """The lines of a picture, top to bottom.

    ``width`` and ``height`` are of the upright picture in pixels. ``turned`` says by how many
    degrees clockwise (0, 90, 180, 270) the picture was turned to be upright, and ``skew`` by how
    many radians (clockwise positive) its lines then still lean: their rectangles are as if they
    did not, turned back about the centre.
    """

    lines: tuple[RecognisedLine, ...]
    width: int
    height: int
    turned: int = 0
    skew: float = 0.0


class Recogniser(Protocol):
    """Reads pictures of text."""

    name: str

    def read(self, pixels: Pixels) -> Recognised:
        """Return the lines of text in a picture; none if there are none."""
        ...
