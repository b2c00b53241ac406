"""What speaks against a table is told by many of its cells at once, and makes its values less sure."""

from dataclasses import replace

import pytest

from doctray.domain.document import Page, PageSource
from doctray.domain.extraction import Extraction
from doctray.extraction.calibration_timetable import TIMETABLES
from doctray.extraction.confidence import Evidence
from doctray.extraction.rules.timetable.document import evidences, extract
from doctray.extraction.rules.timetable.soundness import Soundness
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document
from tests.unit.extraction.warned import codes

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
WHOLE = [
    ["", *DAYS],
    ["9:00-10:00", "Maths", "English", "Art", "French", "Music"],
    ["10:00-11:00", "English", "Maths", "Science", "Drama", "Maths"],
    ["11:00-12:00", "History", "Science", "Maths", "English", "Games"],
]
TORN = [
    WHOLE[0],
    *([row[0], *(f"{text}|Kob {row[0][:2]}|of {text[:3]}" for text in row[1:])] for row in WHOLE[1:]),
]
"""Three texts a cell that no rule tells from one another."""


def pictured(page: Page, *, confidence: float = 0.95) -> Page:
    """The page as an engine would have read it from a picture."""
    lines = tuple(replace(line, words=tuple(replace(word, confidence=confidence) for word in line.words)) for line in page.lines)
    return page.evolve(lines=lines, source=PageSource.OCR, engine="easyocr")


def of_blocks(found: Extraction, *keys: str) -> list[float]:
    return [place.confidence for pointer, place in found.provenance.items() if pointer.rsplit("/", 1)[-1] in keys]


def known(page: Page) -> dict[str, Evidence]:
    return evidences(document(page))[1]


def test_a_plain_picture_whose_table_is_whole_is_sure_and_needs_no_review() -> None:
    found = extract(document(pictured(a_sheet(WHOLE))))
    assert min(of_blocks(found, "day", "start", "end", "subject")) >= 0.9
    assert not found.needs_review


def test_cells_of_texts_that_nobody_told_apart_are_not_sure_and_ask_for_review() -> None:
    found = extract(document(pictured(a_sheet(TORN))))
    assert len(found.fields["timeblocks"]) == 15
    assert max(of_blocks(found, "subject")) < 0.6
    assert "doubtful_structure" in codes(found)
    assert found.needs_review


def test_a_table_that_was_understood_has_nothing_against_it() -> None:
    assert all(not evidence.against for evidence in known(a_sheet(WHOLE)).values())


def test_free_hours_ask_for_review_only_where_the_table_is_not_whole() -> None:
    free = [*WHOLE, ["15:00-16:00", "Chess", "Maths", "", "Choir", ""]]
    torn = [*TORN, ["15:00-16:00", "Chess", "Maths", "", "Choir", ""]]
    assert codes(extract(document(a_sheet(free)))) == {"gap_in_day"}
    assert not extract(document(a_sheet(free))).needs_review
    assert extract(document(a_sheet(torn))).needs_review


def test_a_day_that_only_its_neighbours_tell_is_assumed() -> None:
    rows = [["", "Monday", "Tnoedqy#", *DAYS[2:]], *WHOLE[1:]]
    found = extract(document(a_sheet(rows)))
    assert [block["subject"] for block in found.fields["timeblocks"] if block["day"] == "Tuesday"] == ["English", "Maths", "Science"]
    assert codes(found) == {"assumed"}
    assert found.needs_review


def test_a_row_whose_time_was_not_read_is_missed() -> None:
    rows = [WHOLE[0], WHOLE[1], WHOLE[2], ["", *WHOLE[3][1:]]]
    found = extract(document(a_sheet(rows)))
    assert len(found.fields["timeblocks"]) == 10
    assert "doubtful_structure" in codes(found)
    assert max(of_blocks(found, "subject")) < 0.9 <= min(of_blocks(extract(document(a_sheet(WHOLE))), "subject"))
    assert known(a_sheet(rows))["/timeblocks/0/day"].against == {"table.left": pytest.approx(0.36)}


def test_labels_of_what_follows_and_times_told_twice_are_no_loss() -> None:
    rows = [WHOLE[0], *([row[0], *(f"{text}|Lecturer: Dr Lee {text[0]}.|Venue: R{len(text)}" for text in row[1:])] for row in WHOLE[1:])]
    assert "table.left" not in known(a_sheet(rows))["/timeblocks/0/day"].against
    twice = [WHOLE[0], *([row[0], *(f"{text}|{row[0]}" for text in row[1:])] for row in WHOLE[1:])]
    assert "table.left" not in known(a_sheet(twice))["/timeblocks/0/day"].against


def test_ends_that_a_table_never_prints_do_not_speak_against_it_but_some_that_are_missing_do() -> None:
    starts = [WHOLE[0], *([row[0].partition("-")[0], *row[1:]] for row in WHOLE[1:])]
    assert "table.open" not in known(a_sheet(starts))["/timeblocks/0/day"].against
    some = [WHOLE[0], WHOLE[1], ["", *WHOLE[2][1:]], WHOLE[3]]
    assert known(a_sheet(some))["/timeblocks/0/day"].against == {"table.open": pytest.approx(1 / 3, abs=0.001)}


def test_a_table_without_times_is_told_of_and_no_less_sure_of_its_days() -> None:
    periods = [WHOLE[0], *([str(number), *row[1:]] for number, row in enumerate(WHOLE[1:], 1))]
    found = extract(document(a_sheet(periods)))
    assert codes(found) == {"missing_times"}
    assert found.needs_review
    assert min(of_blocks(found, "day", "subject")) >= 0.9


def test_what_is_wrong_with_cells_says_nothing_of_days_and_titles() -> None:
    torn = Soundness(loose=0.8, patchy=0.5, unread=0.1)
    assert torn.against("day") == torn.against("class_name") == {}
    assert torn.against("subject") == {"cells.loose": 0.8, "cells.patchy": 0.5, "cells.unread": 0.1}


def test_a_few_cells_that_do_not_fit_are_no_warning_of_their_own() -> None:
    assert Soundness(loose=0.1, open=0.1, left=0.01).warnings() == []
    [warning] = Soundness(loose=0.6, left=0.3).warnings()
    assert warning.code == "doubtful_structure"
    assert "60% of the lessons" in warning.message


def test_nothing_against_a_table_makes_a_value_surer() -> None:
    worst = Soundness(open=1.0, left=1.0, loose=1.0, patchy=1.0, unread=1.0)
    names = {*worst.against("time"), *worst.against("room")}
    assert all(TIMETABLES.weights.get(name, 0.0) <= 0 for name in names)
    assert {name for name in TIMETABLES.weights if name.startswith(("table.", "cells."))} <= names
