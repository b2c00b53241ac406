"""Extractors that misbehave, built in a child by their class."""

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

from doctray.domain.document import Document
from doctray.domain.errors import ExtractionRejected
from doctray.domain.extraction import Extraction


class Runaway:
    """What it does is said by the document_type. Before it sleeps it makes the file that the schema names."""

    name = "runaway"
    version = "1"
    model: str | None = None

    async def extract(self, document: Document, *, document_type: str, schema: str | None, images: Any = None) -> Extraction:
        match document_type:
            case "hang":
                re.match(r"(a+)+$", "a" * 200 + "b")  # holds the interpreter's lock for ages
            case "sleep":
                if schema is not None:
                    Path(schema).touch()
                time.sleep(3600)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "reject":
                raise ExtractionRejected("no such schema")
            case "crash":
                raise ZeroDivisionError(document.text)
        return Extraction(document_type="other", fields={"pid": os.getpid(), "pages": len(document.pages)})
