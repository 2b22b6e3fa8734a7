"""pyarrow as we call it.

The published stubs know the library's classes, and only some of what its functions take: constants
between columns, buffers of numpy, comparisons with plain values. So functions are called untyped,
and a column is an `Array`; what goes in and out of our own functions is said by their docstrings
and held by their tests.
"""

from typing import Any, TypeAlias

import pyarrow as pa
from pyarrow import compute, csv, parquet

Array: TypeAlias = Any
"""A `pyarrow.Array`."""

ArrowType: TypeAlias = Any
"""A `pyarrow.DataType`, of whichever class."""

pl: Any = pa
"""Functions of pyarrow itself."""

pc: Any = compute
"""Its kernels."""

pq: Any = parquet
pcsv: Any = csv
