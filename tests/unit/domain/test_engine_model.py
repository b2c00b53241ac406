import json
from typing import Any

import pytest

from doctray.domain.engine_model import ENGINE_MODEL_NAME, parse_manifest
from doctray.domain.errors import EngineFailure

GOOD: dict[str, Any] = {
    "name": "acme-forms",
    "version": "2026.11-1",
    "base": "easyocr",
    "files": {"recognizer": {"path": "weights/recognizer.pth", "sha256": "a" * 64}},
    "languages": ["en", "de"],
    "characters": "0123 äöü",
}


def test_a_manifest_is_an_engine_by_its_name_and_version() -> None:
    manifest = parse_manifest(json.dumps(GOOD), place="/models/acme")
    assert manifest.engine == "acme-forms@2026.11-1"
    assert ENGINE_MODEL_NAME.fullmatch(manifest.engine)
    assert parse_manifest(manifest.as_json(), place="/elsewhere") == manifest


@pytest.mark.parametrize(
    "changed",
    [
        {"base": "easyocr_stock"},
        {"languages": ["en"]},
        {"characters": "0123"},
        {"files": {"recognizer": {"path": "weights/recognizer.pth", "sha256": "b" * 64}}},
        {"files": {"detector": {"path": "weights/recognizer.pth", "sha256": "a" * 64}}},
    ],
)
def test_whatever_decides_what_is_read_is_in_the_checksum(changed: dict[str, Any]) -> None:
    before, after = (parse_manifest(json.dumps(said), place="x") for said in (GOOD, GOOD | changed))
    assert before.checksum != after.checksum


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "Acme"}, "name must be"),
        ({"name": "acme@1"}, "name must be"),
        ({"version": ""}, "version must be"),
        ({"version": "1/2"}, "version must be"),
        ({"version": 3}, "version must be"),
        ({"base": "null"}, "base must be one of easyocr, easyocr_stock, rapidocr"),
        ({"base": ["easyocr"]}, "base must be one of"),
        ({"files": {}}, "at least one of recognizer, detector"),
        ({"files": {"dictionary": GOOD["files"]["recognizer"]}}, "dictionary is not one of"),
        ({"files": {"recognizer": "a.pth"}}, "must have a path"),
        ({"files": {"recognizer": {"path": "../a.pth", "sha256": "a" * 64}}}, "must have a path below the folder"),
        ({"files": {"recognizer": {"path": "/a.pth", "sha256": "a" * 64}}}, "must have a path below the folder"),
        ({"files": {"recognizer": {"path": "a.pth", "sha256": "A" * 64}}}, "must have a sha256"),
        ({"files": {"recognizer": {"path": "a.pth"}}}, "must have a sha256"),
        ({"files": dict.fromkeys(("recognizer", "detector"), GOOD["files"]["recognizer"])}, "two have the same path"),
        ({"base": "rapidocr"}, "characters go with easyocr"),
        ({"languages": []}, "languages must be"),
        ({"languages": "en"}, "languages must be"),
        ({"languages": ["English"]}, "languages must be EasyOCR's codes"),
        ({"characters": "aba"}, "one stands twice"),
        ({"characters": ["a"]}, "characters must be text"),
        ({"licence": "MIT"}, "licence is not a member"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused_with_what_is_wrong(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineFailure, match=r"^/models/acme/model\.json: ") as refused:
        parse_manifest(json.dumps(GOOD | changed), place="/models/acme")
    assert said in refused.value.detail


@pytest.mark.parametrize("text", ["", "{", "[]", b"\xff\xfe\x00", "[" * 100_000])
def test_what_is_no_manifest_is_refused(text: str | bytes) -> None:
    with pytest.raises(EngineFailure, match=r"model\.json"):
        parse_manifest(text, place="/models/acme")
