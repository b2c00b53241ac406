"""The page process: answers requests about one untrusted document until the worker closes the connection."""

import socket
import traceback
from pathlib import Path
from typing import Any

import cv2

from doctray.domain.errors import DoctrayError, EngineFailure, PageTooLarge
from doctray.pages import wire
from doctray.pages.isolation import give_memory_back, limit_cpu
from doctray.pages.reader import DocumentReader, ToRead
from doctray.pages.searchable_copy import SearchableCopy

Reply = tuple[dict[str, Any], bytes | memoryview]

_OUT_OF_MEMORY: Reply = ({"error": PageTooLarge.code, "detail": "The page needs more memory than a page may use."}, b"")

_CPU_SHARE = 0.8
"""Of the wall clock's budget. A page that is at work all the while ends by its processor time, for which the page is to blame; one that
gets too little of a busy machine ends by the clock, and is tried again."""

_CV2_NO_MEMORY = -4
"""cv::Error::StsNoMem; Python's cv2 names it in no type stub."""


def serve(connection: socket.socket, *, page_seconds: float) -> None:
    """Blocks until the connection is closed. The first request opens the document; each gets an answer, or the process has ended."""
    reader: DocumentReader | None = None
    copy: SearchableCopy | None = None
    while (request := wire.receive(connection)) is not None:
        limit_cpu(_CPU_SHARE * page_seconds)
        try:
            if reader is None:
                reader = _opened(request)
                reply: Reply = ({"page_total": reader.page_total}, b"")
            elif request["op"] in ("lay", "part"):
                copy = copy or SearchableCopy(reader)
                reply = _copied(copy, request)
            else:
                reply = _answer(reader, request)
        except DoctrayError as error:
            reply = {"error": error.code, "detail": error.detail}, b""
        except MemoryError:
            reply = _OUT_OF_MEMORY
        except cv2.error as error:
            reply = _OUT_OF_MEMORY if error.code == _CV2_NO_MEMORY else _unexpected(error)
        except Exception as error:
            reply = _unexpected(error)
        wire.send(connection, *reply)
        # the answer may be an image; the process may now be idle for as long as an engine reads
        del reply
        give_memory_back()


def _opened(request: dict[str, Any]) -> DocumentReader:
    path = Path(request["path"])
    try:
        return DocumentReader(path, media_type=request["media_type"], max_pixels=request["max_pixels"])
    except Exception as error:
        if path.exists():
            raise
        # its caller may delete it at any time; libraries call that by many names
        raise EngineFailure("The document was removed before it was opened.") from error


def _answer(reader: DocumentReader, request: dict[str, Any]) -> Reply:
    number = request["number"]
    match request["op"]:
        case "page":
            seen = reader.look(number)
            if isinstance(seen, ToRead):
                return {"width": seen.width, "height": seen.height, "verdict": seen.verdict}, b""
            assert seen.page is not None
            return {"page": wire.page_as_json(seen.page)}, b""
        case "image":
            rgb = reader.image(number).rgb
            height, width = rgb.shape[:2]
            return {"width": width, "height": height}, rgb.data.cast("B")
        case "extras":
            extras = reader.extras(number, rotation=request["rotation"])
            return wire.extras_as_json(extras.segments, extras.form_fields) | {"placement": extras.placement}, b""
        case "png":
            return {}, reader.png(number)
        case _:
            raise EngineFailure("The page process was asked for something that it does not know.")


def _copied(copy: SearchableCopy, request: dict[str, Any]) -> Reply:
    if request["op"] == "part":
        return {}, copy.part(request["offset"], request["size"])
    copy.lay(wire.page_from_json(request["page"]))
    return {}, b""


def _unexpected(error: Exception) -> Reply:
    # class and place only: the message may hold text of the document
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else type(error).__name__
    return {"error": EngineFailure.code, "detail": "The document could not be read.", "where": where}, b""
