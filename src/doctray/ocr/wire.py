"""What a worker and its engine process say to each other: frames of a length and a pickle, then the pixels as they are.

Pickle is allowed here because both ends are ours and nothing else has the socket. Pixels stay outside the pickle so that the
worker's event loop never copies a page to pack it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doctray.domain.document import Page, PageImage
from doctray.domain.errors import DoctrayError
from doctray.ports import OcrEngine

MakeEngine = Callable[[str], OcrEngine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """First frame to the child. make: builds an engine by name (it and what it holds can be pickled). engine: loaded and warmed up.

    gpu_memory_bytes: that torch may take of the GPU; None: all there is. niceness: by how much it lets other processes go first (nice(2)).
    """

    make: MakeEngine
    engine: str
    gpu_memory_bytes: int | None = None
    niceness: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The child's first frame: its engine is loaded and warm. backend: what it computes on, as `openvino-bf16`; "" if it does not say."""

    name: str
    version: str
    backend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHead:
    """A PageImage without its pixels, which follow the frame."""

    number: int
    width: int
    height: int
    languages: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        return self.width * self.height * 3

    def with_pixels(self, rgb: bytearray) -> PageImage:
        return PageImage(number=self.number, width=self.width, height=self.height, rgb=rgb, languages=self.languages)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """Pages to be read by the named engine, or by the one loaded at start. The pixels of each follow in order."""

    engine: str | None
    heads: tuple[ImageHead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReply:
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An error of the tree, by class and detail: exceptions themselves carry what cannot be pickled. cause: for the log only."""

    error: type[DoctrayError]
    detail: str
    cause: str

    def as_error(self) -> DoctrayError:
        return self.error(self.detail)


def read_request(images: Sequence[PageImage], engine: str | None) -> ReadRequest:
    heads = tuple(ImageHead(number=image.number, width=image.width, height=image.height, languages=image.languages) for image in images)
    return ReadRequest(engine=engine, heads=heads)
