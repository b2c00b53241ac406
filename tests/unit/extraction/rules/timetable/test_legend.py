"""Which codes a legend explains by people."""

import pytest

from doctray.extraction.rules.timetable.legend import teachers_in_legend
from tests.unit.extraction.rules.timetable.sheet import text_line


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("GS - Sh. Gurpreet Singh HK - Smt. Harleen Kaur", {"GS", "HK"}),
        ("DSU Data Structures Mr. S. V. Patil (PAT)", {"PAT"}),
        ("Ms. N. Desai [ND], Dr. Rao - RAO", {"ND", "RAO"}),
        ("DSU Data Structures (Theory) Mr. S. V. Patil", set()),
        ("DSU - Data Structures", set()),
    ],
)
def test_codes_beside_names_with_a_title_are_teachers(line: str, codes: set[str]) -> None:
    assert teachers_in_legend(text_line(line, left=10.0, top=10.0)) == codes
