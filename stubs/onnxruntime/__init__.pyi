# The part of onnxruntime's Python API that the product uses; the package ships no types.
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

class NodeArg:
    @property
    def name(self) -> str: ...
    # Symbolic axes are strings; the product reads the last axis only, which is a number.
    @property
    def shape(self) -> list[int]: ...

class SessionOptions:
    intra_op_num_threads: int

class InferenceSession:
    def __init__(
        self,
        path_or_bytes: str,
        sess_options: SessionOptions | None = ...,
        providers: Sequence[str] | None = ...,
    ) -> None: ...
    def get_inputs(self) -> list[NodeArg]: ...
    def get_outputs(self) -> list[NodeArg]: ...
    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, NDArray[np.int64]]
    ) -> list[NDArray[np.float32]]: ...
