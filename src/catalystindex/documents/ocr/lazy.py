"""A recogniser that loads its models when it is first asked: most documents need none."""

from functools import cached_property

from catalystindex.documents.ocr.base import Pixels, Recognised, Recogniser


class LazyRecogniser:
    """Stands for `RapidRecogniser` until a page needs it."""

    name = "rapidocr"

    def __init__(self, threads: int) -> None:
        self._threads = threads

    @cached_property
    def _loaded(self) -> Recogniser:
        from catalystindex.documents.ocr.rapid import RapidRecogniser

        return RapidRecogniser(self._threads)

    def read(self, pixels: Pixels) -> Recognised:
        """Return the lines of text in a picture."""
        return self._loaded.read(pixels)
