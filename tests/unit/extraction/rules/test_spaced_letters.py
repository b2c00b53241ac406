"""Words that are printed letter by letter."""

import pytest

from doctray.domain.document import Box, Word
from doctray.extraction.rules.certificate.document import extract
from doctray.extraction.rules.reading import sheet_of
from doctray.extraction.rules.spaced_letters import joined_letters
from tests.unit.extraction.drawing import a_document, drawn


def spelt(line: str) -> str:
    """The line's words after joining; a character is 10 px wide."""
    words, left = [], 0.0
    for character in line:
        if character != " ":
            words.append(Word(text=character, box=Box(left, 0, left + 10, 20), confidence=0.9))
        left += 10
    return " ".join(word.text for word in joined_letters([words]))


@pytest.mark.parametrize(
    ("line", "joined"),
    [
        ("D I P L O M A", "DIPLOMA"),
        ("C E R T I F I C A T E   O F   M E R I T", "CERTIFICATE OF MERIT"),
        ("A W A R D   T O   A   D I V E R", "AWARD TO A DIVER"),
        ("A B C", "A B C"),
        ("X X X X X", "X X X X X"),
        ("a w a r d", "a w a r d"),
        ("A       B       C       D       E", "A B C D E"),
    ],
)
def test_capitals_side_by_side_are_the_words_that_they_spell(line: str, joined: str) -> None:
    assert spelt(line) == joined


def test_a_joined_word_stands_where_its_letters_did_and_is_as_sure_as_the_least_of_them() -> None:
    letters = [
        Word(text=letter, box=Box(20 * at, at, 20 * at + 10, 20 + at), confidence=0.9 - at / 10) for at, letter in enumerate("TITLE")
    ]
    (word,) = joined_letters([letters])
    assert (word.text, word.box) == ("TITLE", Box(0, 0, 90, 24))
    assert word.confidence == pytest.approx(0.5)


def test_other_words_of_the_row_stay_as_they_are() -> None:
    words = [
        Word(text="No.", box=Box(0, 0, 30, 20), confidence=1.0),
        *(Word(text=letter, box=Box(200 + 20 * at, 0, 210 + 20 * at, 20), confidence=1.0) for at, letter in enumerate("GRADE")),
    ]
    assert [word.text for word in joined_letters([words])] == ["No.", "GRADE"]


def test_only_readers_that_ask_for_it_get_joined_letters() -> None:
    page = drawn("M O N D A Y")
    assert [word.text for word in sheet_of(page).words] == list("MONDAY")
    assert [word.text for word in sheet_of(page, spaced=True).words] == ["MONDAY"]


def test_a_certificate_whose_title_is_spaced_is_read_like_any_other() -> None:
    found = extract(
        a_document("""
               TIDELINE.ORG
     C E R T I F I C A T E   O F   C O M P L E T I O N
               This is to certify that
               Ottilie Brandvold
       has successfully completed the certification program
               Foundations of Coastal Navigation
               Awarded: March 25, 2026
                                          Tideline.org
                                Professional Certification Program
""")
    ).fields
    assert {key: found[key] for key in ("title", "issuer_name", "recipient_name", "subject", "issue_date")} == {
        "title": "CERTIFICATE OF COMPLETION",
        "issuer_name": "TIDELINE.ORG",
        "recipient_name": "Ottilie Brandvold",
        "subject": "Foundations of Coastal Navigation",
        "issue_date": "2026-03-25",
    }
