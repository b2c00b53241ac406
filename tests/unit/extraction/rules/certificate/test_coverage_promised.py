"""Sums that a sentence of the law promises."""

import pytest

from doctray.extraction.rules.certificate.coverage_sums import promised
from doctray.extraction.rules.reading import sheets_of
from tests.unit.extraction.drawing import a_document


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("the minimum amount of cover provided by this policy is no less than £5 million", [("minimum amount of cover", 5_000_000)]),
        ("2. (a) the minimum limit of indemnity shall be not less than £10,000,000.", [("minimum limit of indemnity", 10_000_000)]),
        ("the minimum amount of cover is described in the policy", []),
        ("a fine of no less than £1,000 is payable", []),
    ],
)
def test_a_promised_minimum_is_a_limit(line: str, found: list[tuple[str, int]]) -> None:
    [sheet] = sheets_of(a_document(line))
    assert [(item.label, item.found.value) for row in sheet.rows() for item in promised(sheet, row)] == found
