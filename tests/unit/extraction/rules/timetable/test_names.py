"""People are known by their titles, however their initials are set."""

import pytest

from doctray.extraction.rules.timetable.names import GROUP_AHEAD, TEACHER


@pytest.mark.parametrize(
    "name",
    [
        "Mr. J.Olm", "Dr.K.Rubio", "Er. A.S. Dhana", "Dr. S.K.Venn", "Mrs P.Rao-Lee", "Dr.P.V.S.Lorne Devi", "Prof. A.B.Cole / Dr X.Y.Zed",
        "Mr Okafor", "Dr. Rao K.",
    ],
)  # fmt: skip
def test_a_name_with_its_title_is_a_teacher_as_a_whole(name: str) -> None:
    assert TEACHER.fullmatch(name)


def test_a_name_ends_where_no_initial_joins_the_next_word() -> None:
    found = TEACHER.search("Mr. Olm.Physics")
    assert found is not None
    assert found[0] == "Mr. Olm."


@pytest.mark.parametrize("text", ["A2 Batch", "Batch B1", "Group 1", "B2", "Sec A"])
def test_for_whom_a_lesson_is(text: str) -> None:
    assert GROUP_AHEAD.fullmatch(text)


@pytest.mark.parametrize("text", ["Law", "CS201", "Physics", "I2"])
def test_what_names_a_lesson_is_no_group(text: str) -> None:
    assert GROUP_AHEAD.fullmatch(text) is None
