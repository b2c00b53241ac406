from pathlib import Path

import pytest

from doctray.config import Settings, SettingsError
from doctray.ocr.models import pack_model
from doctray.worker.engines import open_engines


def a_model(folder: Path, version: str = "1") -> Path:
    folder.mkdir()
    (folder / "recognizer.onnx").write_bytes(b"weights")
    pack_model(folder, name="acme", version=version, base="rapidocr", files={"recognizer": "recognizer.onnx"})
    return folder


def settings(monkeypatch: pytest.MonkeyPatch, home: Path, *places: Path, engine: str = "null", **more: str) -> Settings:
    given = {"DOCTRAY_HOME": str(home), "OCR_MODELS": ", ".join(map(str, places)), "OCR_ENGINE": engine} | more
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Settings()


async def test_models_are_offered_and_the_damaged_ones_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    good, damaged, twice = a_model(tmp_path / "good"), a_model(tmp_path / "damaged", "2"), a_model(tmp_path / "twice")
    (damaged / "recognizer.onnx").write_bytes(b"other")
    engines = await open_engines(settings(monkeypatch, tmp_path, good, damaged, tmp_path / "nowhere", twice))
    assert engines.names[-1] == "acme@1"
    assert "acme@2" not in engines.names
    logged = "".join(capfd.readouterr())
    for reason in ("does not have the checksum", "cannot be read", "another place of OCR_MODELS holds acme@1 already"):
        assert reason in logged


async def test_a_default_engine_that_was_refused_stops_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = a_model(tmp_path / "damaged")
    (damaged / "recognizer.onnx").write_bytes(b"other")
    with pytest.raises(SettingsError, match=r"OCR_ENGINE is 'acme@1'; use one of easyocr.*`doctray models list`"):
        await open_engines(settings(monkeypatch, tmp_path, damaged, engine="acme@1"))
    with pytest.raises(SettingsError, match="needs GOOGLE_DOCUMENTAI_PROCESSOR"):
        await open_engines(settings(monkeypatch, tmp_path, engine="google_documentai"))


async def test_document_ai_is_there_once_it_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processor = "projects/papers/locations/eu/processors/4f2a"
    engines = await open_engines(
        settings(monkeypatch, tmp_path, GOOGLE_DOCUMENTAI_PROCESSOR=processor, GOOGLE_DOCUMENTAI_PAGE_PRICE="0.002")
    )
    assert engines.names[-1] == "google_documentai"
    assert engines.documentai is not None
    assert engines.documentai.endpoint == "https://eu-documentai.googleapis.com"
    assert (engines.page_price("google_documentai"), engines.page_price("rapidocr")) == (0.002, 0.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOOGLE_DOCUMENTAI_PROCESSOR", "4f2a"),
        ("GOOGLE_DOCUMENTAI_PROCESSOR", "projects/p/locations/eu/processors/x:process"),
        ("GOOGLE_DOCUMENTAI_ENDPOINT", "ftp://x"),
        ("GOOGLE_DOCUMENTAI_ENDPOINT", "https://user@x"),
        ("OCR_MODELS", "gs://bucket/model"),
        ("OCR_MODELS", "s3://"),
    ],
)
def test_settings_that_cannot_work_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        Settings()
