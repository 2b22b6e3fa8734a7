"""The two engines that run an ONNX encoder on the CPU.

OpenVINO with one stream per core and batches of 1,024 tokens is about three times as fast as a
plain onnxruntime loop on 2 cores; `make bench` prints the ratio.
"""

import sys
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from catalystindex.config.sections import EmbeddingSettings
from catalystindex.embedding.base import FloatMatrix
from catalystindex.embedding.batching import TokenBatch, mean_pool
from catalystindex.model.errors import DependencyMissing
from catalystindex.telemetry.logs import logger

log = logger(__name__)


class Runtime(Protocol):
    """Runs batches and writes each text's unit vector to its place."""

    name: str
    dimension: int
    streams: int

    def run(self, batches: Iterable[TokenBatch], out: FloatMatrix) -> None:
        """Fill ``out`` (texts, dimension)."""
        ...


def import_openvino() -> ModuleType:
    """Return OpenVINO, imported without its reporting.

    Importing it sends an event to its maker's analytics over the network. With the reporting
    package marked as absent, OpenVINO uses its own stub, which sends nothing.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # means: absent
    import openvino

    return openvino


@lru_cache(maxsize=1)
def _core() -> Any:  # noqa: ANN401  # untyped engine
    """Return the engine, one for the process: two of them end it with SIGSEGV when it exits."""
    return import_openvino().Core()


class OpenVinoRuntime:
    """OpenVINO: one stream per core, batches in flight side by side."""

    name = "openvino"

    def __init__(self, model: Path, settings: EmbeddingSettings) -> None:
        # Not pinned: several processes would be pinned to the same first processors.
        options: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT", "ENABLE_CPU_PINNING": False}
        if settings.precision == "f32":
            options["INFERENCE_PRECISION_HINT"] = "f32"
        if settings.threads:
            options["INFERENCE_NUM_THREADS"] = settings.threads
        self._model = _core().compile_model(str(model), "CPU", options)
        self._inputs = {port.any_name for port in self._model.inputs}
        self.dimension = int(self._model.outputs[0].get_partial_shape()[2].get_length())
        self._own = threading.local()
        self.streams = int(self._model.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))

    def run(self, batches: Iterable[TokenBatch], out: FloatMatrix) -> None:
        """Fill ``out``; a failure in any batch is raised here.

        A lone batch (a query) is run in this thread: it has nothing to overlap with.
        """
        waiting = list(batches)
        if len(waiting) == 1:
            self._run_one(waiting[0], out)
            return
        queue = self._queue()

        def store(request: Any, batch: TokenBatch) -> None:  # noqa: ANN401  # untyped engine
            states = request.get_output_tensor(0).data
            out[batch.places] = mean_pool(states, batch.mask)

        queue.set_callback(store)
        for batch in waiting:
            queue.start_async(feed(batch, self._inputs), batch)
        queue.wait_all()

    def _run_one(self, batch: TokenBatch, out: FloatMatrix) -> None:
        if not hasattr(self._own, "request"):
            self._own.request = self._model.create_infer_request()
        request = self._own.request
        request.infer(feed(batch, self._inputs))
        out[batch.places] = mean_pool(request.get_output_tensor(0).data, batch.mask)

    def _queue(self) -> Any:  # noqa: ANN401  # untyped engine
        """Return this thread's queue: queues must not be shared between threads."""
        if not hasattr(self._own, "queue"):
            self._own.queue = import_openvino().AsyncInferQueue(self._model, self.streams)
        return self._own.queue


class OnnxRuntime:
    """onnxruntime, where OpenVINO cannot load."""

    name = "onnxruntime"
    streams = 1

    def __init__(self, model: Path, settings: EmbeddingSettings) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        if settings.threads:
            options.intra_op_num_threads = settings.threads
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {port.name for port in self._session.get_inputs()}
        self.dimension = int(self._session.get_outputs()[0].shape[2])

    def run(self, batches: Iterable[TokenBatch], out: FloatMatrix) -> None:
        """Fill ``out``, one batch after the other."""
        for batch in batches:
            states = self._session.run(None, feed(batch, self._inputs))[0]
            out[batch.places] = mean_pool(np.asarray(states, np.float32), batch.mask)


def feed(batch: TokenBatch, names: set[str]) -> dict[str, Any]:
    """Return the inputs a BERT encoder takes; segment ids are zeros where it asks for them."""
    given = {"input_ids": batch.ids, "attention_mask": batch.mask}
    if "token_type_ids" in names:
        given["token_type_ids"] = np.zeros_like(batch.ids)
    return given


def open_runtime(model: Path, settings: EmbeddingSettings) -> Runtime:
    """Return the engine the settings choose.

    With ``auto`` a failure of OpenVINO is logged and onnxruntime takes over; the choice is shown
    by readiness and `catalystctl doctor`. Raises `DependencyMissing` if no engine can load it.
    """
    if settings.engine != "onnxruntime":
        try:
            return OpenVinoRuntime(model, settings)
        except Exception as error:  # engines raise what they like; all is told
            if settings.engine == "openvino":
                raise DependencyMissing(f"OpenVINO cannot run the encoder: {error}") from error
            log.warning("openvino_unavailable", reason=str(error))
    try:
        return OnnxRuntime(model, settings)
    except Exception as error:
        raise DependencyMissing(f"onnxruntime cannot run the encoder: {error}") from error
