"""How kernels are compiled."""

import numpy as np
import pytest
from numba.core.errors import TypingError

from catalystindex.temporal.compiled import compiled


def _allocating(size: int) -> float:
    return float(np.zeros(size)[0])


def test_a_kernel_that_allocates_fails_when_it_is_compiled() -> None:
    with pytest.raises(TypingError):
        compiled(_allocating)(3)
