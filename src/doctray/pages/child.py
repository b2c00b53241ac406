"""The page process: answers requests about one untrusted document until the worker closes the connection."""

import socket
import traceback
from pathlib import Path
from typing import Any

import cv2

from doctray.domain.errors import DoctrayError, EngineFailure, PageTooLarge
from doctray.pages import wire
from doctray.pages.isolation import limit_cpu
from doctray.pages.reader import DocumentReader

Reply = tuple[dict[str, Any], bytes]

_OUT_OF_MEMORY: Reply = ({"error": PageTooLarge.code, "detail": "The page needs more memory than a page may use."}, b"")

_CV2_NO_MEMORY = -4
"""cv::Error::StsNoMem; Python's cv2 names it in no type stub."""


def serve(connection: socket.socket, *, page_seconds: float) -> None:
    """Blocks until the connection is closed. The first request opens the document; each gets an answer, or the process has ended."""
    reader: DocumentReader | None = None
    while (request := wire.receive(connection)) is not None:
        limit_cpu(page_seconds)
        try:
            if reader is None:
                reader = DocumentReader(Path(request["path"]), media_type=request["media_type"], max_pixels=request["max_pixels"])
                reply: Reply = ({"page_total": reader.page_total}, b"")
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


def _answer(reader: DocumentReader, request: dict[str, Any]) -> Reply:
    number = request["number"]
    match request["op"]:
        case "page":
            reading = reader.read(number)
            if reading.page is not None:
                return {"page": wire.page_as_json(reading.page)}, b""
            height, width = reading.rgb.shape[:2]
            return {"width": width, "height": height, "verdict": reading.verdict}, reading.rgb.tobytes()
        case "finish":
            completion = reader.finish(number, rotation=request["rotation"])
            return wire.extras_as_json(completion.segments, completion.form_fields), b""
        case "png":
            return {}, reader.png(number)
        case _:
            raise EngineFailure("The page process was asked for something that it does not know.")


def _unexpected(error: Exception) -> Reply:
    # class and place only: the message may hold text of the document
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else type(error).__name__
    return {"error": EngineFailure.code, "detail": "The document could not be read.", "where": where}, b""
