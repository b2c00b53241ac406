"""Who is a party, what is an address, and where one ends and the other begins."""

import pytest

from doctray.extraction.rules.certificate.parties import is_address_line, is_party, party_of_lines
from doctray.extraction.rules.reading import Phrase
from tests.unit.extraction.rules.timetable.sheet import text_line


def lines(text: str) -> list[Phrase]:
    """`|` parts the lines."""
    return [Phrase.of(1, text_line(line, left=10.0, top=10.0 + 20 * index)) for index, line in enumerate(text.split("|"))]


@pytest.mark.parametrize(
    "text", ["Copper Kettle Cafe Ltd", "MR OWEN PRYCE", "305 Power Corp", "City of Puyallup, Public Works", "Łódź Bakery sp. z o.o."]
)
def test_names_of_people_and_companies_can_be_parties(text: str) -> None:
    assert is_party(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4711",
        "01/02/2026",
        "is entitled to cover",
        "named above",
        "shown in the schedule",
        "ACORD 28 (2016/03)",
        "NAIC NO: 19941",
        "HNE, Ext): 715-555-0133",
        "Only",
        "LIMITS",
        "INSURANCE",
        "None",
        "a sentence that goes on and on with so many words that nobody could ever be called by all of them",
    ],
)
def test_numbers_dates_sentences_and_print_of_the_form_are_no_parties(text: str) -> None:
    assert not is_party(text)


@pytest.mark.parametrize(
    "text",
    [
        "7 Bridge Row",
        "12A-14 Mill Lane",
        "PO Box 4417",
        "P.O. Box 12",
        "Suite 400",
        "Unit 9 Tyseley Park",
        "Flat 3",
        "Amarillo, TX 79116",
        "Leeds LS2 7AB",
        "Ottawa ON K1A 0A1",
        "76137 Karlsruhe",
        "Brisbane QLD 4000",
        "Pune 411045",
        "Hafenstraße 7",
        "c/o Dale & Moor",
    ],
)
def test_streets_boxes_and_places_with_their_postcode_are_lines_of_an_address(text: str) -> None:
    assert is_address_line(text)


@pytest.mark.parametrize(
    "text", ["Copper Kettle Cafe Ltd", "Tel: 0113 496 0000", "info@example.org", "Attn: Risk Management", "Policy 76137 Karlsruhe"]
)
def test_names_and_ways_to_reach_somebody_are_not(text: str) -> None:
    assert not is_address_line(text)


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Copper Kettle Cafe Ltd|7 Bridge Row|Leeds LS2 7AB", "Copper Kettle Cafe Ltd", "7 Bridge Row, Leeds LS2 7AB"),
        ("Panhandle Freightways Inc|dba PFI Logistics|PO Box 4417", "Panhandle Freightways Inc dba PFI Logistics", "PO Box 4417"),
        ("305 Power Corp|99 Strand Street", "305 Power Corp", "99 Strand Street"),
        ("Renate Lindenmaier|Am Stadtgarten 14|76137 Karlsruhe", "Renate Lindenmaier", "Am Stadtgarten 14, 76137 Karlsruhe"),
        ("Harborline Agency|Keith Doan|48 Wharf St|Portland, ME 04101", "Harborline Agency", "48 Wharf St, Portland, ME 04101"),
        ("Falkenberg GmbH, Industriestraße 12, 51063 Köln", "Falkenberg GmbH", "Industriestraße 12, 51063 Köln"),
        ("Blue Harbor Risk Partners | 253 555 0141".replace(" | ", " • "), "Blue Harbor Risk Partners", None),
        ("Copper Kettle Cafe Ltd", "Copper Kettle Cafe Ltd", None),
        ("7 Bridge Row|Leeds LS2 7AB", None, "7 Bridge Row, Leeds LS2 7AB"),
        (
            "Casco Bay Lofts LLC|210 Commercial St|Portland, ME 04101|LOAN 12",
            "Casco Bay Lofts LLC",
            "210 Commercial St, Portland, ME 04101",
        ),
        ("Cedar Works|Inc 914 Air Drive|Clive, IA 50325", "Cedar Works Inc", "914 Air Drive, Clive, IA 50325"),
        ("Sourcery,Inc. 8 Three Creek Road|Richmond, VA 23228", "Sourcery,Inc.", "8 Three Creek Road, Richmond, VA 23228"),
        (
            "Bend Agency, A Division of Crescent|Holdings LLC|3300 Ridge Dr",
            "Bend Agency, A Division of Crescent Holdings LLC",
            "3300 Ridge Dr",
        ),
        ("Ohio Department of Public|Health and Environment|PO Box 88", "Ohio Department of Public Health and Environment", "PO Box 88"),
        ("Green Hoa|Attn Sharp Management Ste 104|2500 Via Marina", "Green Hoa", "Attn Sharp Management Ste 104, 2500 Via Marina"),
        ("Green Hoa|Attn: Purchasing|2500 Via Marina", "Green Hoa", "2500 Via Marina"),
        ("1-800 Radiator of Tulsa|7 E 11th St|Tulsa, OK 74119", "1-800 Radiator of Tulsa", "7 E 11th St, Tulsa, OK 74119"),
        ("J&J Farms|RR 2 Box 145|Salem, IL 62881", "J&J Farms", "RR 2 Box 145, Salem, IL 62881"),
        ("Wells Landscaping|N7415 County Rd W|Greenville, WI 54942", "Wells Landscaping", "N7415 County Rd W, Greenville, WI 54942"),
        ("12 Mill Lane|Suite 4|Leeds LS2 7AB", None, "12 Mill Lane, Suite 4, Leeds LS2 7AB"),
        ("3 Rivers Drilling|t/a Tri-Bore|9 Quarry Rd|Ocala, FL 34471", "3 Rivers Drilling t/a Tri-Bore", "9 Quarry Rd, Ocala, FL 34471"),
        (
            "3 Rivers Drilling|c/o Ann Reed|9 Quarry Rd #210|Ocala, FL 34471",
            "3 Rivers Drilling",
            "c/o Ann Reed, 9 Quarry Rd #210, Ocala, FL 34471",
        ),
        ("Gulf Tackle Co|5 Dock St|Mobile, AL 36602", "Gulf Tackle Co", "5 Dock St, Mobile, AL 36602"),
        ("Gulf Tackle Co|5 Dock St|Mobile: 251 555 0134", "Gulf Tackle Co", "5 Dock St"),
        ("State of Ohio|Department of Agriculture|8995 E Main St", "State of Ohio Department of Agriculture", "8995 E Main St"),
        ("Gulf Tackle Co|Department of Claims|8995 E Main St", "Gulf Tackle Co", "8995 E Main St"),
        ("412.555.0142 x12|Gulf Tackle Co|5 Dock St", "Gulf Tackle Co", "5 Dock St"),
    ],
)
def test_the_name_ends_where_the_address_begins(text: str, name: str | None, address: str | None) -> None:
    found = party_of_lines(lines(text))
    assert tuple(part and part.value for part in found) == (name, address)


def test_no_lines_are_nobody() -> None:
    assert party_of_lines([]) == (None, None)
