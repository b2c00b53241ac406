"""Every value with its place, or flagged."""

import pytest

from doctray.domain.document import Box
from doctray.extraction.grounding import Found, provenance_of, settle
from doctray.extraction.placing import grounded
from doctray.extraction.rules.reading import sheet_of
from tests.unit.extraction.drawing import a_document, drawn

PAPER = "Insured: Tall Pine\nCarpentry Inc\nfrom 1 Feb 2026 to 02/01/2027\nEach occurrence $1,000,000\nCopies 3"


def test_words_of_a_value_become_one_place() -> None:
    words = sheet_of(drawn("Tall Pine", number=3)).words
    place = provenance_of(3, words)
    assert (place.page, place.box, place.text, place.confidence) == (3, Box(0, 0, 90, 20), "Tall Pine", 1.0)


def test_a_tree_of_found_values_is_taken_apart() -> None:
    words = sheet_of(drawn("03/04/2026", confidence=0.5)).words
    settled = settle(
        {
            "a": [{"b/c": Found(value="2026-03-04", page=1, words=words, doubts=("ambiguous_date",), trust=0.6)}],
            "d": None,
            "e": "certificate",
        }
    )
    assert settled.fields == {"a": [{"b/c": "2026-03-04"}], "d": None, "e": "certificate"}
    assert settled.provenance["/a/0/b~1c"].confidence == 0.3
    assert [(w.code, w.pointer) for w in settled.warnings] == [("ambiguous_date", "/a/0/b~1c")]


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("TALL PINE", "Tall Pine"),
        ("Tall Pine Carpentry Inc", "Tall Pine Carpentry Inc"),
        ("2026-02-01", "1 Feb 2026"),
        ("2027-02-01", "02/01/2027"),
        ("2027-01-02", "02/01/2027"),
        (1_000_000, "$1,000,000"),
        (3, "3"),
    ],
)
def test_values_are_found_by_what_they_mean(value: object, printed: str) -> None:
    provenance, warnings = grounded({"x": value}, a_document("Nothing here", PAPER))
    assert warnings == []
    assert (provenance["/x"].page, provenance["/x"].text) == (2, printed)


@pytest.mark.parametrize("value", ["Short Oak", 2_000_000, "2026-02-02", "Tall Pines"])
def test_what_stands_on_no_page_is_flagged(value: object) -> None:
    provenance, warnings = grounded({"x": value}, a_document(PAPER))
    assert provenance == {}
    assert [(w.code, w.pointer) for w in warnings] == [("ungrounded", "/x")]


def test_booleans_nulls_and_exempt_keys_need_no_place() -> None:
    assert grounded({"x": True, "y": None, "kind": "other"}, a_document(PAPER), exempt=("kind",)) == ({}, [])
