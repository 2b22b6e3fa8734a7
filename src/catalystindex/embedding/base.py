"""The port: what turns texts into dense vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatMatrix = NDArray[np.float32]
"""Shape (texts, dimension)."""


@dataclass(frozen=True)
class ModelIdentity:
    """Which vectors are comparable: those of the same name and digest."""

    name: str
    digest: str
    dimension: int
    max_tokens: int


class TextEncoder(Protocol):
    """Encodes texts as unit vectors."""

    @property
    def identity(self) -> ModelIdentity:
        """The model behind the vectors."""
        ...

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Return one unit vector per text, in the order given.

        Text beyond ``identity.max_tokens`` tokens is cut off; chunks never are that long.
        """
        ...
