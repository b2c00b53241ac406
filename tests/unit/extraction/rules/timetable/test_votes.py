"""A room, teacher or subject that an engine read in several ways is what most of the blocks say."""

from doctray.domain.document import Box, Word
from doctray.extraction.rules.timetable.blocks import Block, Edge
from doctray.extraction.rules.timetable.reading import Found
from doctray.extraction.rules.timetable.votes import with_one_reading


def found(text: str, *, confidence: float = 0.8) -> Found:
    return Found(value=text, words=(Word(text=text, box=Box(0, 0, 40, 10), confidence=confidence),))


def a_block(*, subject: str = "Algebra", room: str | None = None, teacher: str | None = None, confidence: float = 0.8) -> Block:
    return Block(
        page=1,
        day=found("Monday"),
        week=None,
        start=Edge(minutes=480),
        end=Edge(minutes=540),
        subject=found(subject, confidence=confidence),
        room=found(room, confidence=confidence) if room else None,
        teacher=found(teacher, confidence=confidence) if teacher else None,
        notes=None,
    )


def rooms(*read: str, confidence: float = 0.8) -> list[str | None]:
    settled = with_one_reading([a_block(room=room, confidence=confidence) for room in read])
    return [block.room.value if block.room else None for block in settled]


def test_a_room_read_with_a_digit_for_a_letter_is_the_one_most_blocks_have() -> None:
    assert rooms("S2-12", "52-12", "S2-12", "S2-12", "B1") == ["S2-12"] * 4 + ["B1"]


def test_rooms_that_differ_in_digits_stay() -> None:
    assert rooms("101", "107", "101", "101") == ["101", "107", "101", "101"]


def test_where_no_reading_has_most_blocks_all_stay() -> None:
    assert rooms("FS15", "F515", "FSI5") == ["FS15", "F515", "FSI5"]


def test_what_a_text_layer_prints_stays() -> None:
    assert rooms("B1", "81", "B1", confidence=1.0) == ["B1", "81", "B1"]


def test_subjects_and_teachers_are_settled_too_and_are_less_sure_then() -> None:
    lessons = [("OOP", "IRO"), ("OOP", "IRO"), ("00P", "1RO"), ("LAW", "SUN")]
    settled = with_one_reading([a_block(subject=subject, teacher=teacher) for subject, teacher in lessons])
    assert [block.subject.value for block in settled] == ["OOP", "OOP", "OOP", "LAW"]
    assert [block.teacher.value if block.teacher else None for block in settled] == ["IRO", "IRO", "IRO", "SUN"]
    assert [block.subject.certainty for block in settled] == [1.0, 1.0, 0.85, 1.0]
