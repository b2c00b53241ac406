"""Certificates of liability insurance that software draws in a layout of its own."""

from typing import Any

import pytest

from doctray.extraction.rules.certificate.document import extract
from doctray.extraction.rules.certificate.wrapped_cells import is_one_number
from doctray.extraction.rules.reading import sheet_of
from tests.unit.extraction.drawing import a_document

HEAD = """
CERTIFICATE OF LIABILITY INSURANCE

Producer: Lantern Bay Brokers LLC
Insured: Copperfield Roofing Inc

"""
COVERS = """

Type of Insurance        Policy Number    Effective     Expiration    Each Occurrence
General Liability        GL-5519027       03/15/2026    03/15/2027    $1,000,000
Automobile Liability     BA-7720114       03/15/2026    03/15/2027    $500,000
"""


def read(paper: str) -> dict[str, Any]:
    return dict(extract(a_document(paper)).fields)


@pytest.mark.parametrize(
    "headings",
    [
        "Letter      Company                            NAIC",
        "LTR         INSURERS AFFORDING COVERAGE        NAIC #",
        "INSURER     INSURER(S) AFFORDING COVERAGE      NAIC #",
        "Insurer     Name                               NAIC Code",
    ],
)
def test_insurers_stand_in_a_table_of_their_own_beneath_headings_for_letter_and_name(headings: str) -> None:
    table = f"{headings}\nA           Juniper Casualty Company           20443\nB           Wren Mutual Insurance              31055\n"
    assert read(HEAD + table + COVERS)["insurers"] == [
        {"letter": "A", "name": "Juniper Casualty Company", "naic": "20443"},
        {"letter": "B", "name": "Wren Mutual Insurance", "naic": "31055"},
    ]


def test_a_table_of_coverages_that_begins_with_letters_lists_no_insurers_and_its_letters_are_the_policies() -> None:
    found = read(
        HEAD
        + """\
Insurer A: Juniper Casualty Company
Insurer B: Wren Mutual Insurance

Type of Insurance        Insurer    Policy Number    Effective     Expiration    Limit
General Liability        B          GL-5519027       03/15/2026    03/15/2027    $1,000,000
Automobile Liability     A          BA-7720114       03/15/2026    03/15/2027    $500,000
"""
    )
    assert [(insurer["letter"], insurer["name"]) for insurer in found["insurers"]] == [
        ("A", "Juniper Casualty Company"),
        ("B", "Wren Mutual Insurance"),
    ]
    assert [policy["insurer_letter"] for policy in found["policies"]] == ["B", "A"]


def test_an_insurer_named_in_a_table_of_coverages_stays_a_name() -> None:
    found = read(
        HEAD
        + """\
Type of Insurance        Insurer               Policy Number    Effective     Expiration    Limit
General Liability        Wren Mutual           GL-5519027       03/15/2026    03/15/2027    $1,000,000
Automobile Liability     Juniper Casualty      BA-7720114       03/15/2026    03/15/2027    $500,000
"""
    )
    assert [insurer["name"] for insurer in found["insurers"]] == ["Wren Mutual", "Juniper Casualty"]
    assert [policy["insurer_letter"] for policy in found["policies"]] == [None, None]


@pytest.mark.parametrize(
    ("first", "second", "letters", "names"),
    [
        ("Insurer: B", "Insurer: A", ["B", "A"], []),
        ("INSURER LETTER: B", "INSURER LETTER: A", ["B", "A"], []),
        ("Insurer: Wren Mutual", "Insurer: Juniper Casualty", [None, None], ["Wren Mutual", "Juniper Casualty"]),
    ],
)
def test_a_section_of_one_policy_tells_its_insurer_by_letter_or_by_name(
    first: str, second: str, letters: list[str | None], names: list[str]
) -> None:
    found = read(
        HEAD
        + f"""\
GENERAL LIABILITY
{first}
Policy Number: GL-5519027
Policy Period: 03/15/2026 to 03/15/2027
Each Occurrence: $1,000,000

AUTOMOBILE LIABILITY
{second}
Policy Number: BA-7720114
Policy Period: 03/15/2026 to 03/15/2027
Combined Single Limit: $500,000
"""
    )
    assert [policy["insurer_letter"] for policy in found["policies"]] == letters
    assert [insurer["name"] for insurer in found["insurers"]] == names


def test_the_number_and_dates_in_a_row_beneath_a_covers_name_are_that_covers() -> None:
    section = """
{name}

Policy Number      Effective Date     Expiration Date    Insurer
{number}         03/15/2026         03/15/2027         {letter}

{limit}        {amount}
"""
    found = read(
        HEAD
        + section.format(name="GENERAL LIABILITY", number="GL-5519027", letter="B", limit="Each Occurrence     ", amount="$1,000,000")
        + section.format(name="AUTOMOBILE LIABILITY", number="BA-7720114", letter="A", limit="Combined Single Limit", amount="$500,000")
    )
    assert [(p["type"], p["policy_number"], p["effective_date"], p["insurer_letter"], p["limits"]) for p in found["policies"]] == [
        ("GENERAL LIABILITY", "GL-5519027", "2026-03-15", "B", {"Each Occurrence": 1_000_000}),
        ("AUTOMOBILE LIABILITY", "BA-7720114", "2026-03-15", "A", {"Combined Single Limit": 500_000}),
    ]


def test_limits_have_their_names_in_a_column_of_limit_types() -> None:
    found = read(
        HEAD
        + """\
Type of Insurance        Policy Number    Effective     Expiration    Limit Type              Limit
General Liability        GL-5519027       03/15/2026    03/15/2027    Each Occurrence         $1,000,000
Automobile Liability     BA-7720114       03/15/2026    03/15/2027    Combined Single Limit   $500,000
"""
    )
    assert [policy["limits"] for policy in found["policies"]] == [{"Each Occurrence": 1_000_000}, {"Combined Single Limit": 500_000}]


@pytest.mark.parametrize(
    ("lines", "one"),
    [
        (["EPP", "2404298"], True),
        (["UMB384853", "81"], True),
        (["GL-5519027", "BA-7720114"], False),
        (["EPP 2404298"], False),
        (["EPP", "pending"], False),
        (["GL-5519027", "renewal"], False),
    ],
)
def test_a_policy_number_parted_at_its_space_is_one_and_two_numbers_are_two(lines: list[str], one: bool) -> None:
    [page] = a_document("\n".join(lines)).pages
    assert is_one_number(sheet_of(page).phrases) is one
