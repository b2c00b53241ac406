"""Models that an operator brings, as engines: weights that are really others, on each of the paths that read with them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from doctray.domain.errors import EngineFailure
from doctray.ocr.easyocr_models import recogniser_model
from doctray.ocr.easyocr_weights import read_state_dict
from doctray.ocr.engines import Engines, make_engine
from doctray.ocr.models import EngineModel, pack_model
from doctray.ocr.ppocr_weights import DETECTOR, RECOGNIZER, weights_file
from doctray.ports import OcrEngine
from tests.engines.images import a_printed_page, page_of

pytestmark = pytest.mark.slow


def made(model: EngineModel) -> OcrEngine:
    return make_engine(model.engine, "cpu", None, 2, backend="openvino-fp32", engines=Engines(models=(model,)))


def text_of(engine: OcrEngine, picture: Image.Image) -> str:
    (page,) = engine.read([page_of(picture)])
    assert page.engine == engine.name
    return page.text


def trained(folder: Path, *, base: str, version: str, change: Callable[[dict[str, object]], None], characters: str = "") -> EngineModel:
    """EasyOCR's English recogniser as a training script would save it after a change: torch's file, names with DataParallel's prefix."""
    import torch
    from easyocr_en_models import model_dir

    folder.mkdir()
    weights: dict[str, object] = {
        name: torch.from_numpy(value.copy()) for name, value in read_state_dict(Path(model_dir()) / "english_g2.pth").items()
    }
    change(weights)
    torch.save({f"module.{name}": value for name, value in weights.items()}, folder / "recognizer.pth")
    return pack_model(folder, name="acme", version=version, base=base, files={"recognizer": "recognizer.pth"}, characters=characters)


def swap_seven_and_one(weights: dict[str, object]) -> None:
    """The classes of 1 and 7 change places: what was read as one is read as the other, as a wrong training would have it."""
    characters = recogniser_model(("en",)).characters
    one, seven = characters.index("1") + 1, characters.index("7") + 1
    for name in ("Prediction.weight", "Prediction.bias"):
        value = weights[name]
        value[[one, seven]] = value[[seven, one]]  # type: ignore[index]


def forget_letters(weights: dict[str, object]) -> None:
    """Ten digits and the blank are left of the alphabet."""
    for name in ("Prediction.weight", "Prediction.bias"):
        weights[name] = weights[name][:11].clone()  # type: ignore[index]


@pytest.mark.parametrize("base", ["easyocr", pytest.param("easyocr_stock", marks=pytest.mark.full)])
def test_a_recogniser_of_ones_own_reads_with_its_own_weights(tmp_path: Path, base: str) -> None:
    """2047 is what every other engine reads."""
    printed = a_printed_page("Policy 2047", width=400, size=40)
    swapped = trained(tmp_path / "swapped", base=base, version="2", change=swap_seven_and_one)
    assert text_of(made(swapped), printed) == "Policy 2041"


@pytest.mark.parametrize("base", ["easyocr", pytest.param("easyocr_stock", marks=pytest.mark.full)])
def test_a_recogniser_with_an_alphabet_of_its_own_reads_that(tmp_path: Path, base: str) -> None:
    assert recogniser_model(("en",)).characters.startswith("0123456789")
    digits = trained(tmp_path / "digits", base=base, version="1", change=forget_letters, characters="0123456789")
    assert text_of(made(digits), a_printed_page("2047", width=300, size=40)) == "2047"


def test_weights_of_another_alphabet_are_refused_before_they_read_every_letter_wrong(tmp_path: Path) -> None:
    model = trained(tmp_path / "digits", base="easyocr", version="1", change=forget_letters)
    with pytest.raises(EngineFailure, match="tells 10 characters apart, and `characters` has 96"):
        made(model)


@pytest.mark.parametrize("base", ["easyocr", "rapidocr"])
def test_files_that_are_no_networks_are_refused(tmp_path: Path, base: str) -> None:
    (tmp_path / "weights.bin").write_bytes(b"\x80\x04not a network")
    model = pack_model(tmp_path, name="acme", version="1", base=base, files={"recognizer": "weights.bin"})
    with pytest.raises(EngineFailure):
        made(model)


def test_pp_ocr_networks_with_a_dictionary_of_their_own(tmp_path: Path) -> None:
    """The wheel's networks under another name, with a dictionary in which 1 and 7 change places."""
    from doctray.ocr.runtimes import openvino_core

    for name in (DETECTOR, RECOGNIZER):
        shutil.copy(weights_file(name), tmp_path / name)
    told: str = openvino_core().read_model(weights_file(RECOGNIZER)).get_rt_info()["framework"]["character"].value
    (tmp_path / "dictionary.txt").write_text(told.translate(str.maketrans("17", "71")), "utf-8")
    files = {"detector": DETECTOR, "recognizer": RECOGNIZER}
    printed = a_printed_page("Invoice 2047", width=400, size=40)
    plain = pack_model(tmp_path, name="ours", version="1", base="rapidocr", files=files)
    assert "Invoice 2047" in text_of(made(plain), printed)
    swapped = pack_model(tmp_path, name="ours", version="2", base="rapidocr", files=files | {"dictionary": "dictionary.txt"})
    assert "Invoice 2041" in text_of(made(swapped), printed)


def test_a_dictionary_of_another_size_is_refused(tmp_path: Path) -> None:
    shutil.copy(weights_file(RECOGNIZER), tmp_path / RECOGNIZER)
    (tmp_path / "dictionary.txt").write_text("a\nb\nc\n")
    files = {"recognizer": RECOGNIZER, "dictionary": "dictionary.txt"}
    with pytest.raises(EngineFailure, match="outputs for 5 characters"):
        made(pack_model(tmp_path, name="ours", version="1", base="rapidocr", files=files))
