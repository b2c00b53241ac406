"""Traps met in real papers, each drawn into a PDF, read from its text layer and extracted: what must come out, and what must not."""

from pathlib import Path
from typing import Any

import pytest

from doctray.domain.document import Document, Page
from doctray.domain.extraction import Extraction, leaves
from doctray.extraction.rules.extractor import RulesExtractor
from doctray.pages.reader import DocumentReader
from tests.mupdf import pymupdf
from tests.samples.typed_papers import TYPED, paper_of, typed_paper
from tests.unit.extraction.warned import codes

FILLER = "This paper is set in type, so that its text layer has words enough to be judged sound by whoever reads it."


async def extracted(pdf: bytes, folder: Path, *, kind: str = "auto") -> Extraction:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    reader = DocumentReader(path, media_type="application/pdf", max_pixels=100_000_000)
    pages = [reader.read(number).page for number in range(1, reader.page_total + 1)]
    document = Document(pages=tuple(page for page in pages if isinstance(page, Page)), page_total=len(pages), media_type="application/pdf")
    assert len(document.pages) == len(pages), "every text layer is sound"
    return await RulesExtractor().extract(document, document_type=kind, schema=None)


def a_timetable(drawing: str) -> bytes:
    return paper_of("timetables", "trap", f"{drawing}\n=====\n").pdf


def a_certificate(drawing: str) -> bytes:
    return paper_of("certificates", "trap", f"{drawing}\n=====\n{{}}").pdf


def blocks(extraction: Extraction, *subjects: str) -> set[tuple[str, str, str | None, str | None]]:
    """(subject, day, start, end) of the blocks; of these subjects where any are named."""
    return {
        (block["subject"], block["day"], block["start"], block["end"])
        for block in extraction.fields["timeblocks"]
        if not subjects or block["subject"] in subjects
    }


WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


# timetables


async def test_a_word_spelt_one_letter_a_cell_is_a_block_of_every_day(tmp_path: Path) -> None:
    pdf = a_timetable("""
Class 4B Timetable
[table widths=14,19,19,19,19,19]
| Time | Monday | Tuesday | Wednesday | Thursday | Friday |
| 9.00 - 10.00 | Maths | English | Science | Art | Music |
| 10.00 - 10.20 | B | R | E | A | K |
| 10.20 - 11.20 | English | Maths | PE | Science | Art |
| 11.20 - 12.00 | L | U | N | C | H |
[end]""")
    found = await extracted(pdf, tmp_path)
    assert blocks(found, "BREAK") == {("BREAK", day, "10:00", "10:20") for day in WEEK}
    assert blocks(found, "LUNCH") == {("LUNCH", day, "11:20", "12:00") for day in WEEK}
    assert not any(len(block["subject"]) == 1 for block in found.fields["timeblocks"])


async def test_a_word_spelt_one_letter_a_row_is_a_block_of_every_day(tmp_path: Path) -> None:
    pdf = a_timetable("""
Class 4B Timetable
[table widths=14,19,19,7,19]
| Day | 9.00 - 10.00 | 10.00 - 11.00 | 11.00 - 11.20 | 11.20 - 12.20 |
| Monday | Maths | English | B | Art |
| Tuesday | English | Maths | R | Science |
| Wednesday | Music | Art | E | English |
| Thursday | PE | Science | A | Music |
| Friday | Art | PE | K | Maths |
[end]""")
    assert blocks(await extracted(pdf, tmp_path), "BREAK") == {("BREAK", day, "11:00", "11:20") for day in WEEK}


async def test_vertical_words_name_days_and_blocks(tmp_path: Path) -> None:
    pdf = a_timetable("""
Class 4B Timetable
[table widths=9,19,19,7,19 least=44]
| Day | 9.00 - 10.00 | 10.00 - 11.00 | 11.00 - 11.20 | 11.20 - 12.20 |
| ~Monday | Maths | English | ~MORNING BREAK | Art |
| ~Tuesday | English | Maths | ^ | Science |
| ~Wednesday | Music | Art | ^ | English |
[end]""")
    found = await extracted(pdf, tmp_path)
    assert blocks(found, "MORNING BREAK") == {("MORNING BREAK", day, "11:00", "11:20") for day in WEEK[:3]}
    assert ("Science", "Tuesday", "11:20", "12:20") in blocks(found)


async def test_printed_times_that_overlap_or_leave_their_row_stand_and_are_flagged(tmp_path: Path) -> None:
    pdf = a_timetable("""
Class 4B Timetable
[table widths=14,24,24,24]
| Time | Monday | Tuesday | Wednesday |
| 9.00 - 10.00 | Maths | English\\n9.00-10.15 | Science |
| 10.00 - 11.00 | Art\\n10.00-10.45 | Maths | PE |
| 11.00 - 12.00 | English | Music\\n11.00-12.30 | Art |
[end]""")
    found = await extracted(pdf, tmp_path)
    assert {
        ("English", "Tuesday", "09:00", "10:15"),
        ("Maths", "Tuesday", "10:00", "11:00"),
        ("Art", "Monday", "10:00", "10:45"),
        ("Music", "Tuesday", "11:00", "12:30"),
    } <= blocks(found)
    assert "overlapping_times" in codes(found)
    assert found.needs_review


async def test_one_list_headed_by_several_days_stands_for_each_of_them(tmp_path: Path) -> None:
    pdf = a_timetable("""
Gym Class Schedule

Monday, Wednesday & Friday
 06:00 - 07:00  Spin  Studio 1
 07:30 - 08:30  Yoga  Studio 2
Tuesday / Thursday
 06:30 - 07:15  Pilates  Studio 1
""")
    found = await extracted(pdf, tmp_path)
    assert blocks(found, "Spin") == {("Spin", day, "06:00", "07:00") for day in WEEK[::2]}
    assert blocks(found, "Yoga") == {("Yoga", day, "07:30", "08:30") for day in WEEK[::2]}
    assert blocks(found, "Pilates") == {("Pilates", day, "06:30", "07:15") for day in WEEK[1:4:2]}


async def test_days_misspelt_are_days(tmp_path: Path) -> None:
    pdf = a_timetable("""
Class 4B Timetable
[table widths=14,19,19,19,19,19]
| Time | Munday | Tusday | Wensday | Thrusday | Firday |
| 9.00 - 10.00 | Maths | English | Science | Art | Music |
| 10.20 - 11.20 | English | Maths | PE | Science | Art |
[end]""")
    found = await extracted(pdf, tmp_path)
    first = zip(("Maths", "English", "Science", "Art", "Music"), WEEK, strict=True)
    assert {(subject, day, "09:00", "10:00") for subject, day in first} <= blocks(found)
    assert len(blocks(found)) == 10


@pytest.mark.parametrize("cell", ["", "[Subject]", "Subject", "________"])
async def test_a_timetable_to_be_filled_in_has_no_value(cell: str, tmp_path: Path) -> None:
    row = f"| {cell} | {cell} | {cell} |"
    pdf = a_timetable(f"""
Class Timetable
Name: [Your Name]     Class: [Class]     School: School Name
[table widths=14,19,19,19]
| Time | Monday | Tuesday | Wednesday |
| 9:00 - 10:00 {row}
| 10:00 - 11:00 {row}
| 11:00 - 12:00 {row}
[end]""")
    found = await extracted(pdf, tmp_path, kind="timetable")
    assert leaves(found.fields) == []
    assert found.needs_review


WEEKS_IN_ROWS = {
    "rows of times": """
| Week | Time | Monday | Tuesday |
| A | 9.00 - 10.00 | Maths | English |
| ^ | 10.00 - 11.00 | English | Maths |
| B | 9.00 - 10.00 | Art | English |
| ^ | 10.00 - 11.00 | Music | PE |""",
    "rows of days": """
| | | 9.00 - 10.00 | 10.00 - 11.00 |
| Week A | Monday | Maths | English |
| ^ | Tuesday | English | Maths |
| Week B | Monday | Art | Music |
| ^ | Tuesday | English | PE |""",
    "two rows a day": """
| Day | Week | 9.00 - 10.00 | 10.00 - 11.00 |
| Monday | A | Maths | English |
| ^ | B | Art | Music |
| Tuesday | A | English | Maths |
| ^ | B | English | PE |""",
}


@pytest.mark.parametrize("table", WEEKS_IN_ROWS.values(), ids=WEEKS_IN_ROWS)
async def test_weeks_told_in_a_column_beside_the_rows_are_weeks_of_their_blocks(table: str, tmp_path: Path) -> None:
    found = await extracted(a_timetable(f"Class 9A Timetable\n[table widths=12,16,19,19]{table}\n[end]"), tmp_path)
    told = {(block["week"], block["day"], block["start"], block["subject"]) for block in found.fields["timeblocks"]}
    assert told == {
        ("A", "Monday", "09:00", "Maths"),
        ("A", "Monday", "10:00", "English"),
        ("A", "Tuesday", "09:00", "English"),
        ("A", "Tuesday", "10:00", "Maths"),
        ("B", "Monday", "09:00", "Art"),
        ("B", "Monday", "10:00", "Music"),
        ("B", "Tuesday", "09:00", "English"),
        ("B", "Tuesday", "10:00", "PE"),
    }


# certificates

ACORD = (TYPED / "certificates" / "acord25_2016_professional_added.txt").read_text(encoding="utf-8").partition("\n=====\n")[0]


def policies(extraction: Extraction, kind: str) -> list[dict[str, Any]]:
    return [policy for policy in extraction.fields["policies"] if kind in policy["type"].upper()]


async def test_an_insurer_letter_that_is_not_listed_is_kept_and_flagged(tmp_path: Path) -> None:
    found = await extracted(a_certificate(ACORD.replace("| C | Cyber", "| F | Cyber")), tmp_path)
    (cyber,) = policies(found, "CYBER")
    assert cyber["insurer_letter"] == "F"
    place = f"/policies/{found.fields['policies'].index(cyber)}/insurer_letter"
    assert ("insurer_not_listed", place) in {(warning.code, warning.pointer) for warning in found.warnings}
    assert found.needs_review


@pytest.mark.parametrize(
    ("printed", "days"),
    [
        ("| 52RHUUN4412\\n52RHUUN9999 | 1/1/2025\\n2/1/2025 | 1/1/2026\\n2/1/2026 |", ["2025-01-01", "2025-02-01"]),
        ("| 52RHUUN4412 / 52RHUUN9999 | 1/1/2025 | 1/1/2026 |", ["2025-01-01", "2025-01-01"]),
    ],
)
async def test_two_policies_in_one_row_are_two(printed: str, days: list[str], tmp_path: Path) -> None:
    row = "| 52RHUUN4412 | 1/1/2025 | 1/1/2026 |"
    assert row in ACORD
    found = await extracted(a_certificate(ACORD.replace(row, printed)), tmp_path)
    both = policies(found, "UMBRELLA")
    assert [policy["policy_number"] for policy in both] == ["52RHUUN4412", "52RHUUN9999"]
    assert [policy["effective_date"] for policy in both] == days
    assert both[1]["limits"] == {}, "sums that are printed once are not said twice"


async def test_several_certificates_in_one_file_are_kept_apart(tmp_path: Path) -> None:
    second = ACORD.replace("Tidepool Analytics, Inc.", "Juniper Hill Catering LLC").replace("CL2510904417", "CL999999")
    found = await extracted(a_certificate(f"{ACORD}\n[page]\n{second}"), tmp_path)
    assert found.fields["certificate_number"] == "CL2510904417"
    assert [other["certificate_number"] for other in found.other_documents] == ["CL999999"]
    assert "Tidepool Analytics" not in str(found.other_documents)
    assert "several_documents" in codes(found)


async def test_placeholders_are_no_values(tmp_path: Path) -> None:
    pdf = a_certificate("""
#   CERTIFICATE OF COMPLETION

        This is to certify that

        [Recipient Name]

        has successfully completed

        [Course Title]

Date: MM/DD/YYYY         Signature: ______________
Certificate No: XXXX
""")
    found = await extracted(pdf, tmp_path)
    assert {pointer for pointer, _ in leaves(found.fields)} <= {"/kind", "/title"}
    assert (found.needs_review, "no_fields" in codes(found)) == (True, True)


async def test_a_blank_form_is_all_null(tmp_path: Path) -> None:
    paper = typed_paper("certificates", "blank_template")
    found = await extracted(paper.pdf, tmp_path, kind="certificate")
    assert {pointer for pointer, _ in leaves(found.fields)} <= {"/kind", "/title"}
    assert found.needs_review


HIDDEN: dict[str, dict[str, Any]] = {
    "in white": {"color": (1, 1, 1)},
    "in nothing": {"render_mode": 3},
    "too small to see": {"fontsize": 1},
    "in a layer that is off": {"oc": True},
    "outside the page": {"left": 700},
}


@pytest.mark.parametrize("how", HIDDEN.values(), ids=HIDDEN)
async def test_what_the_page_does_not_show_is_no_value(how: dict[str, Any], tmp_path: Path) -> None:
    """A name that was painted over and written anew, and a line for machines alone."""
    document = pymupdf.open()
    page = document.new_page()
    for row in range(8):
        page.insert_text((60, 600 + 12 * row), FILLER, fontsize=8)
    page.insert_text((150, 110), "CERTIFICATE OF TRAINING", fontsize=20)
    page.insert_text((60, 160), "This is to certify that", fontsize=11)
    page.insert_text((60, 185), "Victor Vanished", fontsize=14)
    page.draw_rect((55, 170, 300, 192), color=None, fill=(1, 1, 1))
    page.insert_text((60, 185), "Mara Kestrel", fontsize=14)
    page.insert_text((60, 210), "has completed the course", fontsize=11)
    page.insert_text((60, 235), "Working at Height", fontsize=14)
    page.insert_text((60, 280), "Date: 12 March 2025", fontsize=11)
    given = {"fontsize": 11, "left": 60, **how}
    if "oc" in given:
        given["oc"] = document.add_ocg("off", on=False)
    page.insert_text((given.pop("left"), 300), "Recipient: Victor Vanished  Certificate No: HACK-0001", **given)
    found = await extracted(document.tobytes(), tmp_path)
    assert (found.fields["recipient_name"], found.fields["subject"]) == ("Mara Kestrel", "Working at Height")
    assert found.fields["certificate_number"] is None
