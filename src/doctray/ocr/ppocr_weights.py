"""PP-OCRv6's networks: the ONNX files in the rapidocr wheel, of which nothing else is used at run time."""

import hashlib
from importlib import metadata
from pathlib import Path

from doctray.domain.errors import EngineFailure, InvalidOption

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNIZER = "PP-OCRv6_rec_small.onnx"

_PACKAGE = "rapidocr"
_RECONCILIATION = 5

# EasyOCR's codes of the languages that rapidocr 3.10 lists for these weights (default_models.yaml, ppocrv6_langs). Vietnamese is
# left out: of its letters the recogniser's dictionary has two.
# fmt: off
LATIN_LANGUAGES = frozenset((
    "af", "az", "bs", "cs", "cy", "da", "de", "en", "es", "et", "fr", "ga", "hr", "hu", "id", "is", "it", "ku", "la", "lt", "lv",
    "mi", "ms", "mt", "nl", "no", "oc", "pi", "pl", "pt", "ro", "rs_latin", "sk", "sl", "sq", "sv", "sw", "tl", "tr", "uz",
))
# fmt: on
IDEOGRAPHIC_LANGUAGES = frozenset(("ch_sim", "ch_tra", "ja"))
LANGUAGES = LATIN_LANGUAGES | IDEOGRAPHIC_LANGUAGES


def weights_file(name: str) -> Path:
    """The ONNX file of that name. Raises EngineFailure when the wheel or the file is missing."""
    try:
        path = Path(str(metadata.distribution(_PACKAGE).locate_file(f"{_PACKAGE}/models/{name}")))
    except metadata.PackageNotFoundError as error:
        raise EngineFailure(f"the PP-OCR weights are missing; install {_PACKAGE}") from error
    if not path.is_file():
        raise EngineFailure(f"the {_PACKAGE} package has no {name}; install the version that constraints.txt names")
    return path


def weights_version(*names: str) -> str:
    """As `3.10.0+1f2e3d4c`: the wheel's version and a digest of the hashes that it records for the named files.

    Cheap: nothing is loaded or hashed anew, but for files of which an installer kept no record (then by size and time).
    Raises PackageNotFoundError where the wheel is not installed.
    """
    recorded = {file.name: file for file in metadata.files(_PACKAGE) or () if file.hash is not None}
    marks = []
    for name in sorted(names):
        file = recorded.get(name)
        if file is not None and file.hash is not None:
            marks.append(f"{name} {file.hash.value}")
        else:
            status = Path(str(metadata.distribution(_PACKAGE).locate_file(f"{_PACKAGE}/models/{name}"))).stat()
            marks.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return f"{metadata.version(_PACKAGE)}+{hashlib.sha256(chr(10).join(marks).encode()).hexdigest()[:8]}"


def second_reader_version() -> str:
    """What decides a second reading: the weights and our way with them, whose number goes up when its outcome changes."""
    return f"{weights_version(DETECTOR, RECOGNIZER)}.{_RECONCILIATION}"


def check_languages(languages: frozenset[str]) -> None:
    """Raises InvalidOption, which names what to do, for a language that these weights cannot read."""
    unknown = sorted(languages - LANGUAGES)
    if unknown:
        known = ", ".join(sorted(LANGUAGES))
        raise InvalidOption(f"languages: {', '.join(unknown)} cannot be read by the rapidocr engine; use engine=easyocr or some of {known}")
