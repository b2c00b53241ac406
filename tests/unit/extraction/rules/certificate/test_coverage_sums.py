"""Sums in a row: with the label before them, the words after them, and none out of running text."""

import pytest

from doctray.extraction.rules.certificate.coverage_sums import sums_of
from doctray.extraction.rules.reading import sheet_of
from tests.unit.extraction.drawing import drawn


def read(text: str) -> list[tuple[str, object, str]]:
    sheet = sheet_of(drawn(text))
    return [(item.label, item.found.value, item.qualifier) for item in sums_of(sheet, sheet.rows()[0])]


@pytest.mark.parametrize(
    ("row", "sums"),
    [
        ("Each Occurrence: $1,000,000", [("Each Occurrence", 1_000_000, "")]),
        (
            "Each Occurrence  $1,000,000    General Aggregate  $2,000,000",
            [("Each Occurrence", 1_000_000, ""), ("General Aggregate", 2_000_000, "")],
        ),
        ("Limit of indemnity:   £2m any one claim", [("Limit of indemnity", 2_000_000, "any one claim")]),
        (
            "General Liability: $1,000,000 per occurrence / $2,000,000 aggregate",
            [("General Liability", 1_000_000, "per occurrence"), ("General Liability", 2_000_000, "aggregate")],
        ),
        ("Each claim $1,000,000; annual aggregate $3,000,000", [("Each claim", 1_000_000, ""), ("annual aggregate", 3_000_000, "")]),
        ("Deductible   500", [("Deductible", 500, "")]),
        ("MED EXP  Excluded", [("MED EXP", "Excluded", "")]),
        ("Aggregate   S2,000,000", [("Aggregate", 2_000_000, "")]),
        ("we will pay claims of up to $500 for each item that is lost", []),
        ("an additional excess of £250", []),
        ("Policy Number   88120", []),
        ("Building   2026", []),
    ],
)
def test_a_row_gives_its_sums(row: str, sums: list[tuple[str, object, str]]) -> None:
    assert read(row) == sums
