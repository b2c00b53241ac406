"""What a worker and a process that extracts for it say to each other, frame by frame (`doctray.socket_child`)."""

from collections.abc import Callable
from dataclasses import dataclass

from doctray.domain.document import Document
from doctray.domain.errors import DoctrayError
from doctray.ports import Extractor

MakeExtractor = Callable[[], Extractor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    document: Document
    document_type: str
    schema: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """error: its class; exceptions themselves carry what cannot be pickled. cause: class and place of what is none of ours, for the log."""

    error: type[DoctrayError]
    detail: str | None
    cause: str = ""
