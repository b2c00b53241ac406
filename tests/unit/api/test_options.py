"""Options: what is taken, and how a fault is named."""

import importlib.util
import runpy
from pathlib import Path
from typing import Any

import pytest

from doctray.api.options import ENGINES, LANGUAGES, clean_file_name, parse_json, wanted_from_form, wanted_from_json
from doctray.domain.errors import InvalidOption, MalformedRequest
from doctray.domain.job import DocumentType, JobOptions
from doctray.ocr.engines import ENGINE_NAMES


def test_nothing_given_is_the_defaults() -> None:
    assert wanted_from_json({}).options == JobOptions()
    assert wanted_from_form([]).options == JobOptions()


def test_null_and_empty_text_mean_not_given() -> None:
    nothing = wanted_from_json({"priority": None, "pages": None, "metadata": None})
    assert nothing == wanted_from_form([("priority", ""), ("pages", " "), ("metadata", ""), ("languages", "")])
    assert nothing.options == JobOptions()


@pytest.mark.parametrize(
    ("text", "flag"), [("1", True), ("true", True), ("TRUE", True), ("on", True), ("0", False), ("false", False), ("", False)]
)
def test_form_booleans(text: str, flag: bool) -> None:
    assert wanted_from_form([("no_cache", text)]).options.no_cache is flag


@pytest.mark.parametrize(
    "fields",
    [[("languages[]", "de"), ("languages[]", "en")], [("languages", "de,en")], [("languages", "de, en,de")], [("languages", "DE,EN")]],
)
def test_form_languages(fields: list[tuple[str, str]]) -> None:
    assert wanted_from_form(fields).options.languages == ("de", "en")


def test_json_values_as_they_are_meant() -> None:
    wanted = wanted_from_json(
        {
            "document_type": "custom",
            "schema": {"type": "object", "b": 1, "a": 2},
            "priority": 9,
            "languages": ["en", "ch_sim"],
            "pages": "1-3,5",
            "no_cache": True,
            "deadline_seconds": 1.5,
            "metadata": {"a": [1]},
            "engine": "null",
            "extractor": "rules",
        }
    )
    assert wanted.options == JobOptions(
        document_type=DocumentType.CUSTOM,
        schema='{"a":2,"b":1,"type":"object"}',
        priority=9,
        languages=("en", "ch_sim"),
        pages="1-3,5",
        no_cache=True,
        deadline_seconds=1.5,
        engine="null",
        extractor="rules",
    )
    assert wanted.metadata == {"a": [1]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("priority", "3"),
        ("priority", True),
        ("priority", 3.5),
        ("priority", -1),
        ("no_cache", 1),
        ("no_cache", "true"),
        ("deadline_seconds", True),
        ("deadline_seconds", 0),
        ("deadline_seconds", 1e9),
        ("languages", "x"),
        ("languages", [1]),
        ("languages", ["en"] * 9),
        ("pages", 3),
        ("pages", "1-"),
        ("pages", "1,,2"),
        ("pages", "1" * 400),
        ("webhook_url", 5),
        ("webhook_url", "http://a/" + "x" * 3000),
        ("file_name", 5),
        ("document_type", ["auto"]),
        ("metadata", [1]),
        ("metadata", {"a": {}}),
    ],
)
def test_json_values_of_the_wrong_kind(name: str, value: Any) -> None:
    if value == {"a": {}}:
        for _ in range(40):
            value = {"a": value}
    with pytest.raises(InvalidOption) as refusal:
        wanted_from_json({name: value})
    assert [error["name"] for error in refusal.value.errors] == [name]


def test_a_field_given_twice() -> None:
    with pytest.raises(InvalidOption, match="priority is given twice"):
        wanted_from_form([("priority", "1"), ("priority", "2")])


def test_the_value_of_an_option_is_never_repeated() -> None:
    with pytest.raises(InvalidOption) as refusal:
        wanted_from_json({"webhook_url": "not a url with s3cret", "pages": "s3cret"})
    assert "s3cret" not in refusal.value.detail
    assert "s3cret" not in str(refusal.value.errors)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("scan.pdf", "scan.pdf"),
        ("C:\\Users\\me\\scan.pdf", "scan.pdf"),
        ("/etc/passwd", "passwd"),
        ("..", ""),
        ("a/..", ""),
        ("", ""),
        (" a b.pdf ", "a b.pdf"),
        ("re\u0301sume\u0301.pdf", "r\u00e9sum\u00e9.pdf"),
        ("a\x00\n\x7f\u202e.pdf", "a.pdf"),
        ("\ud800.pdf", ".pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
        ("日本.pdf", "日本.pdf"),
    ],
)
def test_file_names(given: str, kept: str) -> None:
    assert clean_file_name(given) == kept


@pytest.mark.parametrize("text", ["{", "NaN", "[Infinity]", "[" * 100_000, "1" * 5000, "\udcff"])
def test_text_that_is_not_json(text: str) -> None:
    with pytest.raises(MalformedRequest):
        parse_json(text)


def test_engines_are_those_that_workers_have() -> None:
    assert set(ENGINES) == set(ENGINE_NAMES)


def test_languages_are_easyocrs() -> None:
    spec = importlib.util.find_spec("easyocr")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("easyocr is not installed")
    config = runpy.run_path(str(Path(spec.submodule_search_locations[0]) / "config.py"))
    assert set(config["all_lang_list"]) == LANGUAGES


def test_a_whole_number_may_be_written_as_some_languages_write_it() -> None:
    assert wanted_from_json({"priority": 3.0}).options.priority == 3


def test_pages_may_be_spaced_as_people_space_them() -> None:
    assert wanted_from_json({"pages": "1 - 3, 5"}).options.pages == "1-3,5"
