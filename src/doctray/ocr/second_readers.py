"""Second readers by name."""

from doctray.domain.errors import InvalidOption
from doctray.ocr.second_reader import SecondReader

SECOND_READER_NAMES = ("ppocr", "none")


def make_second_reader(name: str, *, threads: int) -> SecondReader | None:
    """The second reader of that name, loaded; None for `none`. threads: of its inference.

    Imports OpenVINO and OpenCV: only engine processes call this. Raises InvalidOption (no such reader) or EngineFailure (it cannot
    be loaded).
    """
    match name:
        case "ppocr":
            from doctray.ocr.ppocr_second_reader import PpocrSecondReader

            return PpocrSecondReader(threads=threads)
        case "none":
            return None
        case _:
            raise InvalidOption(f"second reader: {name} is not known; use {', '.join(SECOND_READER_NAMES)}")
