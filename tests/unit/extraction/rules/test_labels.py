"""Labels found in spite of slips, and the value that stands with each."""

import pytest

from doctray.extraction.rules.certificate.vocabulary import vocabulary
from doctray.extraction.rules.labels import Labelled, likeness, spot_of, words_at
from doctray.extraction.rules.reading import sheet_of
from tests.unit.extraction.drawing import drawn

WORDS = vocabulary("""\
number: policy number | policy no
insured: named insured | insured
insurer: insurer
start: effective date
    | start date
""")


def test_a_vocabulary_is_lines_of_labels_that_may_go_on() -> None:
    assert WORDS["start"] == ("effective date", "start date")
    assert list(WORDS) == ["number", "insured", "insurer", "start"]


@pytest.mark.parametrize(
    ("printed", "label", "alike"),
    [
        ("policy number", "policy number", True),
        ("pqlicy number", "policy number", True),
        ("policynumber", "policy number", True),
        ("insured", "insurer", False),
        ("insurer", "insured", False),
        ("effective date", "expiration date", False),
        ("certificate of", "certificate no", False),
        ("date", "data", False),
        ("limits", "exhibits", False),
    ],
)
def test_a_label_is_known_by_its_looks_unless_another_looks_like_it(printed: str, label: str, alike: bool) -> None:
    assert (likeness(printed, label) > 0) is alike


@pytest.mark.parametrize(
    ("text", "key", "rest", "marked"),
    [
        ("Policy Number: GL-1", "number", "GL-1", True),
        ("Policy No GL-1", "number", "GL-1", False),
        ("2. Named Insured :", "insured", None, True),
        ("Insured", "insured", None, False),
        ("Start date - 1 May 2026", "start", "1 May 2026", True),
        ("बीमा के प्रारंभ की तिथि Start date: 1 May 2026", "start", "1 May 2026", True),
        ("رقم الوثيقة Policy No: GL-1", "number", "GL-1", True),
        ("Номер полиса Policy No GL-1", "number", "GL-1", False),
    ],
)
def test_what_follows_a_label_is_its_rest(text: str, key: str, rest: str | None, marked: bool) -> None:
    spot = spot_of(sheet_of(drawn(text)).phrases[0], WORDS)
    assert spot is not None
    assert (spot.key, spot.rest.text if spot.rest else None, spot.marked) == (key, rest, marked)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Policy Number: GL-1", "GL-1"),
        ("Policy Number      GL-1", "GL-1"),
        ("Policy Number\nGL-1", "GL-1"),
        ("Policy Number    Effective date\nGL-1             1 May 2026", "GL-1"),
        ("Policy Number:    ____\n", None),
        ("The policy number of your neighbour is of no use here", None),
    ],
)
def test_the_value_stands_after_right_of_or_below_its_label(text: str, value: str | None) -> None:
    labelled = Labelled.of([sheet_of(drawn(text))], WORDS)
    found = next(labelled.values("number", lambda text: True), None)
    assert (found[1].text if found else None) == value


def test_words_are_found_again_by_the_span_of_their_text() -> None:
    words = sheet_of(drawn("from 3rd June 2026 on")).phrases[0].words
    assert [word.text for word in words_at(words, 5, 18)] == ["3rd", "June", "2026"]
