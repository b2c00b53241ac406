import os
import pickle
from pathlib import Path

import pytest

from doctray.domain.errors import EngineFailure, InvalidOption
from doctray.ocr.engines import LOCAL_NAMES, Engines, make_engine
from doctray.ocr.models import EngineModel, pack_model, read_model


def packed(folder: Path, *, version: str = "1", content: bytes = b"weights") -> EngineModel:
    folder.mkdir(exist_ok=True)
    (folder / "recognizer.onnx").write_bytes(content)
    return pack_model(folder, name="acme", version=version, base="rapidocr", files={"recognizer": "recognizer.onnx"})


def test_a_packed_folder_is_read_as_it_was_packed(tmp_path: Path) -> None:
    model = packed(tmp_path)
    again = read_model(tmp_path)
    assert again == model
    again.check()
    assert again.checked_file("recognizer") == tmp_path / "recognizer.onnx"


def test_a_file_of_which_one_bit_is_other_is_never_used(tmp_path: Path) -> None:
    model = packed(tmp_path)
    (tmp_path / "recognizer.onnx").write_bytes(b"weightt")
    with pytest.raises(EngineFailure, match="does not have the checksum"):
        model.check()
    with pytest.raises(EngineFailure, match=r"model acme@1: recognizer\.onnx does not have the checksum that model\.json names"):
        make_engine("acme@1", "cpu", None, 1, engines=Engines(models=(model,)))


def test_a_file_that_is_missing_or_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    model = packed(tmp_path / "model")
    path = tmp_path / "model" / "recognizer.onnx"
    (tmp_path / "elsewhere").write_bytes(path.read_bytes())
    path.unlink()
    with pytest.raises(EngineFailure, match="cannot be read"):
        model.check()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineFailure, match="is not a file in its folder"):
        model.check()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(EngineFailure, match="is not a file in its folder"):
        model.check()


def test_a_version_stands_for_the_same_files_for_ever(tmp_path: Path) -> None:
    packed(tmp_path)
    packed(tmp_path)
    with pytest.raises(EngineFailure, match="acme@1 with other files; give it a new version"):
        packed(tmp_path, content=b"others")
    assert packed(tmp_path, version="2", content=b"others").engine == "acme@2"


def test_a_folder_without_a_manifest_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match="`doctray models pack` writes it"):
        read_model(tmp_path)
    with pytest.raises(EngineFailure, match="cannot be read"):
        pack_model(tmp_path, name="acme", version="1", base="rapidocr", files={"recognizer": "gone.onnx"})
    assert list(tmp_path.iterdir()) == []


def test_models_are_engines_beside_doctrays_own(tmp_path: Path) -> None:
    one, two = packed(tmp_path / "one"), packed(tmp_path / "two", version="2", content=b"others")
    engines = Engines(models=(one, two))
    assert engines.names == (*LOCAL_NAMES, "acme@1", "acme@2")
    assert (engines.base("acme@1"), engines.base("easyocr")) == ("rapidocr", "easyocr")
    assert engines.fingerprint("acme@1").startswith("acme@1/rapidocr-")
    assert one.manifest.checksum in engines.fingerprint("acme@1")
    assert engines.version("acme@1") != engines.version("acme@2")
    assert pickle.loads(pickle.dumps(engines)) == engines, "an engine process is told of them"


def test_a_model_that_this_worker_has_not_may_be_another_workers() -> None:
    """So the job is tried again, where an engine that nobody knows ends it."""
    with pytest.raises(EngineFailure, match="the worker has no model acme@3"):
        make_engine("acme@3", "cpu", None, 1)
    with pytest.raises(InvalidOption, match="GOOGLE_DOCUMENTAI_PROCESSOR is not set"):
        make_engine("google_documentai", "cpu", None, 1)


def test_languages_that_a_model_was_not_trained_for_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match="de cannot be read by the engine acme@1; it reads en"):
        packed(tmp_path).check_languages(("de", "en"))
