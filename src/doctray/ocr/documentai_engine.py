"""Google's Document AI behind `doctray.ports.OcrEngine`: pages leave the house. Only engine processes import this module."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.domain.document import Page, PageImage
from doctray.domain.errors import DoctrayError, EngineFailure
from doctray.ocr.documentai import NAME, DocumentAi
from doctray.ocr.documentai_answer import MalformedAnswer, page_of
from doctray.ocr.documentai_client import DocumentAiClient

# Document AI's limits: 40 megapixels an image, 40 MB a request.
_MOST_PIXELS = 40_000_000
_MOST_PNG_BYTES = 20_000_000
_JPEG_QUALITY = 95
# Below this no letter is left; such an image is not asked about.
_LEAST_SIDE_PX = 4

# Google finds the language by itself, and better without hints, where letters are Latin. Its codes are BCP 47, ours EasyOCR's.
# fmt: off
_HINTS = {
    "ar": "ar", "as": "as", "be": "be", "bg": "bg", "bn": "bn", "ch_sim": "zh-Hans", "ch_tra": "zh-Hant", "fa": "fa", "hi": "hi",
    "ja": "ja", "kn": "kn", "ko": "ko", "mn": "mn", "mr": "mr", "ne": "ne", "rs_cyrillic": "sr", "ru": "ru", "ta": "ta", "te": "te",
    "th": "th", "ug": "ug", "uk": "uk", "ur": "ur",
}
# fmt: on


class DocumentAiEngine:
    """`doctray.ports.OcrEngine`. Up to settings.requests pages are asked about at once. Closed by `close`, or with its process.

    Its constructor sends nothing; it raises EngineFailure for a credentials file that cannot be used.
    """

    name = NAME
    remote = True
    """Nothing is loaded that would have to be warmed up, and a page costs money."""

    def __init__(self, settings: DocumentAi, *, client: DocumentAiClient | None = None) -> None:
        self._client = client or DocumentAiClient(settings)
        self._threads = ThreadPoolExecutor(settings.requests, thread_name_prefix="documentai")
        self._paid: dict[bytes, Page] = {}
        self.version = settings.version

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        """One failure fails the call, after which each page is asked for alone: those that were read are then not paid for again."""
        jobs = [self._threads.submit(self._page, image) for image in images]
        failed = [error for job in jobs if (error := job.exception()) is not None]
        if failed:
            if len(images) > 1:
                self._paid = {_digest(image): job.result() for image, job in zip(images, jobs, strict=True) if job.exception() is None}
            raise next((error for error in failed if isinstance(error, DoctrayError)), failed[0])
        return [job.result() for job in jobs]

    def close(self) -> None:
        self._threads.shutdown()
        self._client.close()

    def _page(self, image: PageImage) -> Page:
        if self._paid and (page := self._paid.pop(_digest(image), None)) is not None:
            return page
        if min(image.width, image.height) < _LEAST_SIDE_PX:
            return page_of({"document": {}}, number=image.number, width=image.width, height=image.height)
        content, media_type, sent = _encoded(image)
        hints = [_HINTS[language] for language in image.languages if language in _HINTS]
        answer = self._client.process(content, media_type=media_type, language_hints=hints)
        try:
            return page_of(answer, number=image.number, width=image.width, height=image.height, sent=sent)
        except MalformedAnswer as error:
            raise EngineFailure(f"Document AI answered with something that is no answer of its protocol: {error}") from error


def _digest(image: PageImage) -> bytes:
    head = f"{image.number} {image.width} {image.height} {image.languages}\n".encode()
    return hashlib.sha256(head + image.rgb).digest()


def _encoded(image: PageImage) -> tuple[bytes, str, tuple[int, int]]:
    """PNG, or JPEG where that would be more than a request may hold (photographs); its media type, and width and height."""
    rgb: NDArray[np.uint8] = np.frombuffer(image.rgb, np.uint8).reshape(image.height, image.width, 3)
    bgr = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)
    if image.width * image.height > _MOST_PIXELS:
        scale = (_MOST_PIXELS / (image.width * image.height)) ** 0.5
        size = max(1, int(image.width * scale)), max(1, int(image.height * scale))
        bgr = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    sent = int(bgr.shape[1]), int(bgr.shape[0])
    _, png = cv2.imencode(".png", bgr)
    if len(png) <= _MOST_PNG_BYTES:
        return png.tobytes(), "image/png", sent
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return jpeg.tobytes(), "image/jpeg", sent
