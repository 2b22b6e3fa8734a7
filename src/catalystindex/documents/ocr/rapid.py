"""RapidOCR: PP-OCR models that come inside its package, run by onnxruntime.

One worker reads one page at a time, with a bounded number of threads and without the runtime's
memory arena, so that what one large page took is given back.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import EngineType, RapidOCR
from rapidocr.main import RapidOCRError

from catalystindex.documents.ocr.base import Pixels, Recognised, RecognisedLine

MAX_SIDE = 2_000
"""Pixels on the longer side that a picture is brought down to."""
TALL = 1.5
"""Height to width from which a line's box stands upright: its text lies on its side."""
MAJORITY = 0.6
MIN_LINES = 3
"""Lines from which their direction says something about the page."""
MAX_SKEW = math.radians(30)
MIN_SKEW = math.radians(0.7)
"""Lean from which a picture is turned level and read again."""
SURE = 0.5
DOUBTFUL = 0.9
SOME_OVER = 0.1
UPSIDE_DOWN = "180"
NO_MEMORY = ("insufficient memory", "bad_alloc", "failed to allocate", "cannot allocate")
CONFIDENT = 0.9


class RapidRecogniser:
    """Reads pictures of text in Latin and Chinese letters."""

    name = "rapidocr/pp-ocrv6-small"

    def __init__(self, threads: int) -> None:
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": MAX_SIDE,
                "Global.text_score": 0.0,
                "Det.engine_type": EngineType.ONNXRUNTIME,
                "Cls.engine_type": EngineType.ONNXRUNTIME,
                "Rec.engine_type": EngineType.ONNXRUNTIME,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
            }
        )

    def read(self, pixels: Pixels) -> Recognised:
        """Return the lines in a picture, turned upright and level first where it is not.

        Raises `MemoryError`.
        """
        try:
            return self._read(pixels)
        except Exception as error:
            if _is_for_want_of_memory(error):
                raise MemoryError("recognition was refused memory") from error
            raise

    def _read(self, pixels: Pixels) -> Recognised:
        pixels, found, turned = self._upright(pixels)
        height, width = pixels.shape[:2]
        skew = _skew(found.lines)
        if abs(skew) > MIN_SKEW:
            level = self._run(_levelled(pixels, skew))
            if level.weight >= found.weight:
                canvas = _level_size(width, height, skew)
                lines = _straight(level.lines, canvas, (width, height), 0.0)
                return Recognised(tuple(lines), width, height, turned * 90, skew)
        lines = _straight(found.lines, (width, height), (width, height), skew)
        return Recognised(tuple(lines), width, height, turned * 90, skew)

    def _upright(self, pixels: Pixels) -> "tuple[Pixels, _Found, int]":
        """Return a picture upright, what is in it, and the quarters clockwise it was turned by."""
        found = self._run(pixels, settled=False)
        turned = found.quarters
        if turned:
            pixels = _turned(pixels, turned)
            found = self._run(pixels)
        if found.doubtful:
            over = _turned(pixels, 2)
            other = self._run(over)
            if other.weight > found.weight:
                return over, other, (turned + 2) % 4
        return pixels, found, turned

    def _run(self, pixels: Pixels, *, settled: bool = True) -> "_Found":
        """Return the lines as they stand: the page tells the direction, not a line of its own.

        The classifier errs on single lines, and a line read upside down is a line lost. Unless
        the direction is ``settled``, a picture that is to be turned is not read.
        """
        blue_first = np.ascontiguousarray(pixels[:, :, ::-1])
        image, record = self._engine.preprocess_img(blue_first)
        try:
            crops, boxes = self._engine.detect_and_crop(image, record)
            turned, flips = self._engine.cls_and_rotate(list(crops))
        except RapidOCRError:  # how it says that there is no line
            return _Found((), 0, 0.0)
        quarters, over = _direction(boxes.boxes, flips.cls_res)
        if quarters and not settled:
            return _Found((), quarters, over)
        texts = self._recognised(crops, turned, flips.cls_res)
        result: Any = self._engine.build_final_output(
            blue_first, boxes, flips, texts, crops, record
        )
        if getattr(result, "boxes", None) is None or getattr(result, "txts", None) is None:
            return _Found((), 0, 0.0)
        lines = tuple(
            _Quad(np.asarray(box, np.float64), str(text), float(score))
            for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True)
        )
        return _Found(lines, 0, over)

    def _recognised(self, crops: Any, turned: Any, labels: Any) -> Any:  # noqa: ANN401  # RapidOCR's
        """Return the text of each line; of those said to be over, the surer of both readings."""
        found: Any = self._engine.recognize_txt(list(crops))
        over = [at for at, (label, _) in enumerate(labels) if UPSIDE_DOWN in str(label)]
        if found.txts is None or not over:
            return found
        other = self._engine.recognize_txt([turned[at] for at in over])
        texts, scores = list(found.txts), list(found.scores)
        for place, text, score in zip(over, other.txts or (), other.scores or (), strict=False):
            if score > scores[place]:
                texts[place], scores[place] = text, score
        found.txts, found.scores = tuple(texts), tuple(scores)
        return found


def _is_for_want_of_memory(error: BaseException | None) -> bool:
    """Tell whether an error, or one behind it, is that memory was refused.

    The libraries below (OpenCV, onnxruntime, RapidOCR) say so in errors of their own.
    """
    while error is not None:
        text = str(error).lower()
        if isinstance(error, MemoryError) or any(word in text for word in NO_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Quad:
    """A line as it was found: its four corners in pixels, top left first, clockwise."""

    def __init__(self, corners: NDArray[np.float64], text: str, score: float) -> None:
        self.corners, self.text, self.score = corners, text, score

    @property
    def length(self) -> float:
        """Pixels along its upper side."""
        return float(np.hypot(*(self.corners[1] - self.corners[0])))

    @property
    def angle(self) -> float:
        """Radians by which its upper side leans, clockwise positive."""
        x, y = self.corners[1] - self.corners[0]
        return math.atan2(y, x)


@dataclass(frozen=True)
class _Found:
    """Lines as they were found, and what they say of the picture's direction.

    ``quarters`` clockwise bring it upright; ``over`` is the share of lines that seem to stand on
    their heads.
    """

    lines: tuple[_Quad, ...]
    quarters: int
    over: float

    @property
    def weight(self) -> float:
        """How much was read, and how surely."""
        return sum(quad.score * len(quad.text) for quad in self.lines if quad.score >= SURE)

    @property
    def doubtful(self) -> bool:
        """Whether the picture may stand on its head although most lines do not say so."""
        chars = sum(len(quad.text) for quad in self.lines)
        return len(self.lines) >= MIN_LINES and (
            self.over >= SOME_OVER or self.weight < DOUBTFUL * chars
        )


def _direction(
    boxes: NDArray[np.float64] | None, flips: Sequence[tuple[str, float]] | None
) -> tuple[int, float]:
    """Return the quarters clockwise that bring most lines upright, and the share of lines over.

    A tall box is turned a quarter against the clock before it is read, and the classifier says
    whether it then stands on its head.
    """
    if boxes is None or flips is None or len(boxes) < MIN_LINES:
        return 0, 0.0
    corners = np.asarray(boxes, np.float64)
    width = np.hypot(*(corners[:, 1] - corners[:, 0]).T)
    height = np.hypot(*(corners[:, 3] - corners[:, 0]).T)
    weight = np.maximum(width, height)
    tall = height >= TALL * width
    flipped = np.array([UPSIDE_DOWN in str(label) and score > CONFIDENT for label, score in flips])
    sideways = float(weight[tall].sum()) >= MAJORITY * float(weight.sum())
    asked = tall if sideways else ~tall
    share = float(weight[asked & flipped].sum()) / max(float(weight[asked].sum()), 1.0)
    if sideways:
        return (1, 1 - share) if share >= 0.5 else (3, share)
    return (2, 0.0) if share >= MAJORITY else (0, share)


def _turned(pixels: Pixels, quarters: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(pixels, -quarters))


def _level_size(width: int, height: int, skew: float) -> tuple[int, int]:
    """Return the size of the picture that holds one turned by an angle."""
    cos, sin = abs(math.cos(skew)), abs(math.sin(skew))
    return round(width * cos + height * sin), round(width * sin + height * cos)


def _levelled(pixels: Pixels, skew: float) -> Pixels:
    """Return a picture turned back by its lean about its centre, with white around it."""
    height, width = pixels.shape[:2]
    new_width, new_height = _level_size(width, height, skew)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(skew), 1.0)
    matrix[:, 2] += (new_width - width) / 2, (new_height - height) / 2
    white = (255, 255, 255)
    level = cv2.warpAffine(
        pixels, matrix, (new_width, new_height), flags=cv2.INTER_CUBIC, borderValue=white
    )
    return np.ascontiguousarray(level, np.uint8)


def _straight(
    quads: Sequence[_Quad], canvas: tuple[int, int], size: tuple[int, int], skew: float
) -> list[RecognisedLine]:
    """Return lines as if they did not lean, placed as in a picture of ``size`` centred alike."""
    centre = np.array(canvas) / 2
    target = np.array(size) / 2
    cos, sin = math.cos(-skew), math.sin(-skew)
    rotation = np.array([[cos, sin], [-sin, cos]])
    lines = []
    for quad in quads:
        corners = (quad.corners - centre) @ rotation + target
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        if left < right and top < bottom and math.isfinite(float(corners.sum())):
            lines.append(
                RecognisedLine(
                    quad.text, quad.score, float(left), float(top), float(right), float(bottom)
                )
            )
    lines.sort(key=lambda line: (line.top, line.left))
    return lines


def _skew(quads: Sequence[_Quad]) -> float:
    """Return the lean of the middle line, by length; 0 for too few lines or a wild answer."""
    long = [quad for quad in quads if len(quad.text) >= MIN_LINES and abs(quad.angle) < MAX_SKEW]
    if len(long) < MIN_LINES:
        return 0.0
    ordered = sorted(long, key=lambda quad: quad.angle)
    half = sum(quad.length for quad in ordered) / 2
    passed = 0.0
    for quad in ordered:
        passed += quad.length
        if passed >= half:
            return round(quad.angle, 5) if abs(quad.angle) > math.radians(0.3) else 0.0
    return 0.0
