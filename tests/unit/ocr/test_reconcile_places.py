from dataclasses import replace

import pytest

from doctray.ocr.reconcile_places import assigned
from doctray.ocr.second_reader import LineReading, ReadLine


def line(text: str, left: float, top: float, right: float, bottom: float, *, angle: int = 0) -> ReadLine:
    """A level line; left, top, right, bottom on the page."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    turned = angle // 90
    count = len(text)
    spans = tuple((place / count, (place + 1) / count) for place in range(count))
    reading = LineReading(text=text, confidence=0.9, spans=spans, certainties=(0.9,) * count)
    return ReadLine(corners=corners[turned:] + corners[:turned], reading=reading, angle=angle)


def shared(first: list[ReadLine], second: list[ReadLine]) -> list[tuple[str, str]]:
    return [(reading.text, line.reading.text) for line, reading in assigned(first, second).shared]


def test_boxes_that_part_an_amount_are_read_as_one_line() -> None:
    first = [line("000", 60, 0, 90, 20), line("1,000", 0, 0, 50, 20)]
    assert shared(first, [line("1,000,000", 0, 1, 90, 19)]) == [("1,000 000", "1,000,000")]


def test_a_line_that_the_second_reader_parts_gives_each_part_its_words() -> None:
    first = [line("EACH OCCURRENCE 1,000,000", 0, 0, 250, 20)]
    second = [line("EACH OCCURRENCE", 0, 0, 150, 20), line("1,000,000", 160, 0, 250, 20)]
    assert shared(first, second) == [("EACH OCCURRENCE", "EACH OCCURRENCE"), ("1,000,000", "1,000,000")]


def test_words_that_only_the_first_reader_found_are_kept_where_they_are() -> None:
    (alone,) = assigned([line("left right", 0, 0, 100, 20)], [line("left", 0, 0, 40, 20)]).alone
    assert alone.reading.text == "right"
    assert alone.reading.spans[0][0] == 0
    assert alone.reading.spans[-1][1] == 1
    assert [round(x) for x, _ in alone.corners] == [50, 100, 100, 50]


def test_lines_above_one_another_do_not_mix() -> None:
    first = [line("upper", 0, 0, 50, 20), line("lower", 0, 22, 50, 42)]
    assert shared(first, [line("lower", 0, 22, 50, 42), line("upper", 0, 0, 50, 20)]) == [("lower", "lower"), ("upper", "upper")]


def test_a_sloping_line_is_followed() -> None:
    sloping = ReadLine(corners=[(0, 0), (1000, 40), (1000, 60), (0, 20)], reading=LineReading(text="long line", confidence=0.9))
    assert shared([line("end", 940, 39, 990, 59)], [sloping]) == [("end", "long line")]
    assert shared([line("end", 940, 0, 990, 20)], [sloping]) == [("", "long line")]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_words_meet_on_turned_lines(angle: int) -> None:
    box = (0, 0, 20, 100) if angle in (90, 270) else (0, 0, 100, 20)
    assert shared([line("up down", *box, angle=angle)], [line("up down", *box, angle=angle)]) == [("up down", "up down")]


def test_ink_that_the_first_reader_read_another_way_up_is_not_read_twice() -> None:
    assignment = assigned([line("Monday", 0, 0, 20, 100, angle=90)], [line("fepuoW", 0, 0, 20, 100, angle=270)])
    assert assignment.shared == ()
    assert [alone.reading.text for alone in assignment.alone] == ["Monday"]


@pytest.mark.parametrize(
    ("seen", "angle", "met"),
    [
        (line("Monday", 0, 0, 20, 100, angle=90), 90, "Monday"),
        (line("Monday", 40, 0, 60, 100, angle=90), 270, "Kepuow"),
        (line("in", 0, 0, 20, 100, angle=90), 270, "Kepuow"),
        (replace(line("Monday", 0, 0, 20, 100, angle=90), reading=LineReading(text="Monday", confidence=0.7)), 270, "Kepuow"),
    ],
    ids=["sure", "elsewhere", "short", "unsure"],
)
def test_ink_that_the_first_reader_tried_both_ways_up_stands_as_the_second_surely_has_it(seen: ReadLine, angle: int, met: str) -> None:
    both_ways = replace(line("Kepuow", 0, 0, 20, 100, angle=270), upended=line("Monday", 0, 0, 20, 100, angle=90))
    assignment = assigned([both_ways], [seen])
    placed = [(reading.text, line.angle) for line, reading in assignment.shared if reading.text]
    assert placed + [(line.reading.text, line.angle) for line in assignment.alone] == [(met, angle)]


def test_a_page_that_one_reader_finds_empty() -> None:
    empty = assigned([], [])
    assert empty.shared == ()
    assert empty.alone == ()
    assert shared([], [line("seen", 0, 0, 40, 20)]) == [("", "seen")]
    assert [alone.reading.text for alone in assigned([line("seen", 0, 0, 40, 20)], []).alone] == ["seen"]
