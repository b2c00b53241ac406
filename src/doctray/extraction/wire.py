"""What a worker and a process that extracts for it say to each other: frames of a length and a pickle."""

import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from doctray.domain.document import Document
from doctray.domain.errors import DoctrayError
from doctray.ports import Extractor

LENGTH = struct.Struct("!Q")

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


def frame(message: object) -> bytes:
    """Pickled: both ends are ours, and nothing else has the socket."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def unframe(body: bytes) -> Any:
    return pickle.loads(body)  # noqa: S301 (see `frame`)
