"""Tables of coverages that draw no columns and whose cells run over lines."""

from dataclasses import replace
from typing import Any

from doctray.domain.document import Segment
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document

HEAD = """
CERTIFICATE OF INSURANCE

Insured: Larkfield Masonry Inc.

"""
TABLE = """\
Coverage            Carrier                     Policy no.      Effective      Expires        Limits
General Liability   Cumberland Mutual           CGL 7719-       2025-04-       2026-04-       Each occurrence: $1,000,000
                    Insurance Company           204             01             01             General aggregate:
                                                                                              $2,000,000

Workers'            Smoky Ridge Casualty Co.    WC-33-90217     2025-01-       2026-01-       Statutory
Compensation                                                    01             01             E.L. each accident: $500,000
"""
POLICIES = [
    ("General Liability", "CGL 7719-204", "2025-04-01", "2026-04-01", {"Each occurrence": 1_000_000, "General aggregate": 2_000_000}),
    ("Workers' Compensation", "WC-33-90217", "2025-01-01", "2026-01-01", {"Limits": "Statutory", "E.L. each accident": 500_000}),
]


def policies(fields: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(p["type"], p["policy_number"], p["effective_date"], p["expiry_date"], p["limits"]) for p in fields["policies"]]


def test_a_row_of_a_table_whose_cells_run_over_lines_is_told_by_space() -> None:
    found = dict(extract(a_document(HEAD + TABLE)).fields)
    assert policies(found) == POLICIES
    assert [insurer["name"] for insurer in found["insurers"]] == ["Cumberland Mutual Insurance Company", "Smoky Ridge Casualty Co."]


def test_a_row_of_a_table_whose_cells_run_over_lines_is_told_by_the_lines_drawn_across() -> None:
    close = a_document(HEAD + "\n".join(line for line in TABLE.splitlines() if line.strip()))
    [page] = close.pages
    at = [word.box.top for word in page.words if word.text in ("General", "Workers'")]
    tops = [at[0], at[-1], max(word.box.bottom for word in page.words) + 4]
    drawn = tuple(Segment(left=0, top=top - 2, right=page.width, bottom=top - 2) for top in tops)
    found = dict(extract(replace(close, pages=(replace(page, segments=drawn),))).fields)
    assert policies(found) == POLICIES


def test_rows_of_one_line_each_are_no_cells_of_one_row_however_they_stand() -> None:
    found = dict(
        extract(
            a_document(
                HEAD
                + """\
Coverage                 Carrier                     Policy no.      Period                        Limit
Public Liability         Coral Sea Underwriting      CSU/PL/77120    31/08/2026 - 31/08/2027       $10,000,000
Workers Compensation     Comfort Mutual              WC5529901       30/06/2026 - 30/06/2027       Statutory

Professional Indemnity   Longreach Insurance Ltd     LR-PI-55231     31/08/2026 - 31/08/2027       $2,000,000
"""
            )
        ).fields
    )
    assert [(p["type"], p["policy_number"]) for p in found["policies"]] == [
        ("Public Liability", "CSU/PL/77120"),
        ("Workers Compensation", "WC5529901"),
        ("Professional Indemnity", "LR-PI-55231"),
    ]
