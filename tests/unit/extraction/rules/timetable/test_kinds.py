"""How texts repeat beside subjects tells rooms, groups and codes of courses apart."""

import pytest

from doctray.extraction.rules.timetable.kinds import (
    are_groups,
    are_rooms,
    course_codes,
    is_counted,
    is_everywhere,
    is_place,
    names_whole_class,
)


def test_a_place_has_lessons_of_many_subjects() -> None:
    told = [("NB Hall-2", "Optics"), ("NB Hall-2", "Law"), ("NB Hall-2", "Ethics"), ("Yard W7", "Sport"), ("NB Hall-2", "Optics")]
    assert are_rooms(told)


def test_subjects_that_change_their_place_tell_places() -> None:
    assert are_rooms([("SCX-A1", "Optics"), ("SCX-A1", "Law"), ("SCX-B4", "Law"), ("SCX-B4", "Optics")])


@pytest.mark.parametrize(
    "told",
    [
        [("AB101", "Optics"), ("CD102", "Law"), ("EF103", "Ethics"), ("AB101", "Optics")],
        [("Group 1", "Optics"), ("Group 2", "Optics"), ("Group 1", "Law"), ("Group 2", "Law")],
        [("Week 1", "Optics"), ("Week 2", "Optics"), ("Week 1", "Law"), ("Week 2", "Law")],
        [("Anna Berg", "Optics"), ("Anna Berg", "Law"), ("Tom Hill", "Law")],
        [("R1", "Optics"), ("R1", "Law"), ("R1", "Ethics"), ("R1", "Sport")],
        [],
    ],
    ids=["codes of courses", "groups", "weeks", "people", "one text alone", "nothing"],
)
def test_other_texts_are_no_rooms(told: list[tuple[str, str]]) -> None:
    assert not are_rooms(told)


def test_a_word_that_is_counted_on_names_groups() -> None:
    assert are_groups(["Group 1", "Group 2", "Group 1", "All"])
    assert are_groups(["Sec A", "Sec B"])
    assert not are_groups(["Lab 1", "Lab 2"])
    assert not are_groups(["Week 1", "Week 2"])
    assert not are_groups(["VIOA", "VIOA", "VIOA", "UAj 3"])
    assert not are_groups([])
    assert are_groups(["A", "B", "A, B", "A"])
    assert not are_groups(["A", "A"])


def test_a_word_for_a_place_with_its_number_names_one_amid_others() -> None:
    assert is_place("Multi_Lab-313_Block-E1")
    assert is_place("Lecture Hall -224_Block-E2")
    assert not is_place("Collaboration 2")
    assert not is_place("Optics Lab")


def test_a_code_with_one_subject_alone_is_its_course() -> None:
    assert course_codes([("AB101", "Optics"), ("CD102", "Law"), ("AB101", "Optics")]) == {"AB101", "CD102"}
    assert course_codes([("AB101", "Optics"), ("AB101", "Law"), ("CD102", "Law")]) == frozenset()


def test_one_word_with_a_digit_is_counted() -> None:
    assert is_counted(["G1", "G2", "G1", "G3"])
    assert is_counted(["ASIX1", "ASIX1"])
    assert not is_counted(["F014", "B2"])
    assert not is_counted(["301", "302"])


def test_a_class_has_its_own_room_beside_most_subjects_and_a_teacher_beside_few() -> None:
    subjects = ["Optics", "Law", "Ethics", "Sport", "Art"]
    assert is_everywhere([("HOME", subject) for subject in subjects[:4]] + [("GYM", "Sport"), ("LAB", "Art")])
    assert not is_everywhere([("KOB", "Optics"), ("KOB", "Law"), ("MON", "Ethics"), ("MON", "Sport"), ("GAJ", "Art")])
    assert not is_everywhere([])


@pytest.mark.parametrize("text", ["Entire class", "Celá trieda", "ganze Klasse", "Cała klasa"])
def test_a_class_that_is_not_divided_is_said_in_many_languages(text: str) -> None:
    assert names_whole_class(text)
    assert not names_whole_class(f"{text} of Mr Okafor")
