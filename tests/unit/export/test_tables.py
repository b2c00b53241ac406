"""Fields as CSV and XLSX: stable columns, true types, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import datetime, time
from typing import Any

import openpyxl
import pytest

from doctray.export.csv import to_csv
from doctray.export.shown import Shown
from doctray.export.table import looks_like_formula
from doctray.export.xlsx import MOST_CHARACTERS, to_xlsx
from tests.unit.export.results import BLOCKS, CERTIFICATE, TIMETABLE, reviewed, shown


def _rows(source: Shown) -> list[dict[str, str]]:
    text = to_csv(source).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _book(source: Shown) -> Any:
    return openpyxl.load_workbook(io.BytesIO(to_xlsx(source)))


def _sheet(book: Any, name: str) -> list[dict[str, Any]]:
    head, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_timetable_has_a_row_for_each_block() -> None:
    first, second = _rows(shown(TIMETABLE))
    assert (first["request_id"], first["file_name"], first["class_name"], first["year"]) == ("01j", "table.pdf", "7B", "2026")
    assert (first["day"], first["start"], first["subject"], first["room"]) == ("Monday", "09:00", "Maths, set 1", "R1; annex")
    assert (second["day"], second["teacher"], second["notes"], second["validated"]) == ("Friday", "", "bring\nshoes", "false")


def test_lines_end_as_the_rfc_says_and_those_within_a_value_are_quoted() -> None:
    head, _, last, end = to_csv(shown(TIMETABLE)).split(b"\r\n")
    assert head.startswith(b"request_id,")
    assert b'"bring\nshoes"' in last
    assert end == b""


def test_blocks_are_in_the_order_of_the_week() -> None:
    blocks = [{**BLOCKS[0], "day": day, "start": start} for day, start in (("Tuesday", "10:00"), ("Monday", None), ("Monday", "08:00"))]
    rows = _rows(shown({**TIMETABLE, "timeblocks": blocks}))
    assert [(row["day"], row["start"]) for row in rows] == [("Monday", "08:00"), ("Monday", ""), ("Tuesday", "10:00")]


def test_a_certificate_has_a_row_for_each_policy() -> None:
    auto, umbrella = _rows(shown(CERTIFICATE, document_type="certificate"))
    assert auto["insurers"] == umbrella["insurers"] == "A: Northwind Mutual (12345); B"
    assert (auto["policy.type"], auto["policy.insurer_name"], auto["policy.expiry_date"]) == ("AUTO", "Northwind Mutual", "2027-01-01")
    assert auto["policy.limits"] == "EACH OCCURRENCE: 1000000; MED EXP: Excluded"
    assert (auto["policy.additional_insured"], auto["policy.subrogation_waived"]) == ("true", "false")
    assert (umbrella["policy.type"], umbrella["policy.insurer_name"], umbrella["policy.limits"]) == ("UMBRELLA", "", "")


@pytest.mark.parametrize(("fields", "kind"), [(CERTIFICATE, "certificate"), (TIMETABLE, "timetable")])
def test_columns_do_not_depend_on_what_was_found(fields: dict[str, Any], kind: str) -> None:
    full, empty = (to_csv(shown(found, document_type=kind)).split(b"\r\n", 1)[0] for found in (fields, {}))
    assert full == empty


def test_a_callers_own_document_has_a_row_for_each_item_of_its_longest_list() -> None:
    fields = {"shop": {"name": "Hill", "vat": None}, "tags": ["a", "b"], "lines": [{"item": "Tea", "price": 2.5}, {"item": "Milk"}]}
    tea, milk = _rows(shown(fields, document_type="custom"))
    assert (tea["shop.name"], tea["tags"], tea["lines.item"], tea["lines.price"]) == ("Hill", "a; b", "Tea", "2.5")
    assert (milk["lines.item"], milk["lines.price"]) == ("Milk", "")


def test_all_documents_of_a_file_are_there() -> None:
    rows = _rows(shown(TIMETABLE, other_documents=[{**TIMETABLE, "class_name": "8A"}]))
    assert [(row["document"], row["class_name"]) for row in rows] == [("1", "7B"), ("1", "7B"), ("2", "8A"), ("2", "8A")]


def test_a_persons_fields_take_the_place_of_the_machines() -> None:
    corrected = {**TIMETABLE, "class_name": "7C"}
    rows = _rows(reviewed(corrected, machine=TIMETABLE))
    assert {(row["class_name"], row["validated"]) for row in rows} == {("7C", "true")}


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-2", "@SUM(A1)", " =1", "\t=1", "\n=1", "\rx", "\tx", "＝1", "\x0b=1"])
def test_what_a_spreadsheet_could_run_is_made_text(text: str) -> None:
    assert looks_like_formula(text)
    (row,) = _rows(shown({"name": text}, document_type="custom"))
    assert row["name"] == "'" + text


@pytest.mark.parametrize("text", ["Maths", "09:00", "a=b", "2026-01-01", "(x)", "'=1"])
def test_plain_text_is_left_alone(text: str) -> None:
    (row,) = _rows(shown({"name": text}, document_type="custom"))
    assert row["name"] == text


def test_negative_numbers_stay_numbers() -> None:
    (row,) = _rows(shown({"balance": -12.5}, document_type="custom"))
    assert row["balance"] == "-12.5"


def test_even_the_header_runs_nothing() -> None:
    assert b"'=cmd" in to_csv(shown({"=cmd": "x"}, document_type="custom"))


def test_every_value_stands_in_the_workbook_with_its_place() -> None:
    values = {row["field"]: row for row in _sheet(_book(shown(CERTIFICATE, document_type="certificate")), "Values")}
    title = values["/title"]
    assert (title["value"], title["confidence"], title["page"], title["as printed"]) == (CERTIFICATE["title"], 0.97, 1, "Certificate of …")
    assert values["/policies/0/limits/EACH OCCURRENCE"]["value"] == 1000000
    assert values["/policies/0/additional_insured"]["value"] is True


def test_dates_are_dates() -> None:
    values = {row["field"]: row["value"] for row in _sheet(_book(shown(CERTIFICATE, document_type="certificate")), "Values")}
    assert values["/issue_date"] == datetime.fromisoformat("2026-01-31")


def test_times_are_times() -> None:
    rows = _sheet(_book(shown(TIMETABLE)), "Timetable")
    assert [(row["start"], row["end"]) for row in rows] == [(time(9), time(9, 50)), (time(13, 15), time(14, 5))]


@pytest.mark.parametrize("text", ["1899-12-31", "2026-02-30", "9999-99-99", "24:00", "9:00", "12:30:00"])
def test_what_is_no_date_of_a_spreadsheet_stays_text(text: str) -> None:
    (row,) = _sheet(_book(shown({"day": text}, document_type="custom")), "Values")
    assert row["value"] == text


def test_the_workbook_holds_no_formula_and_no_link() -> None:
    hostile = {"a": "=1+1", "b": "http://example.com", "c": "{=1}", "d": "@SUM(A1)", "e": "12"}
    book = _book(shown(hostile, document_type="custom"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert all(cell.hyperlink is None for cell in cells)
    values = {row["field"]: row["value"] for row in _sheet(book, "Values")}
    assert values == {f"/{name}": value for name, value in hostile.items()}
    quoted = next(cell for cell in cells if cell.value == "=1+1")
    assert quoted.quotePrefix


def test_a_review_stands_beside_what_was_extracted() -> None:
    corrected = {**CERTIFICATE, "title": "CERTIFICATE", "holder_name": "City"}
    book = _book(reviewed(corrected, machine=CERTIFICATE, document_type="certificate"))
    values = {row["field"]: row for row in _sheet(book, "Values")}
    assert (values["/title"]["value"], values["/title"]["extracted"], values["/title"]["page"]) == (
        "CERTIFICATE",
        CERTIFICATE["title"],
        None,
    )
    assert (values["/holder_name"]["value"], values["/holder_name"]["extracted"]) == ("City", None)
    assert book.properties.description == "Reviewed by ana on 2026-09-09"


def test_a_timetable_is_drawn_as_a_grid_a_week() -> None:
    blocks = [{**BLOCKS[0], "week": week, "subject": f"Maths {week}"} for week in ("A", "B")]
    book = _book(shown({**TIMETABLE, "timeblocks": blocks}))
    assert _sheet(book, "Week 1") == [{"Week A": "09:00–09:50", "Monday": "Maths A, R1; annex, Ms Šimić"}]
    assert _sheet(book, "Week 2") == [{"Week B": "09:00–09:50", "Monday": "Maths B, R1; annex, Ms Šimić"}]


def test_what_no_cell_can_hold_does_not_break_the_workbook() -> None:
    fields = {"long": "x" * 40_000, "controls": "a\x00b\x07c", "half": "\ud83d", "large": 12345678901234567890}
    values = {row["field"]: row["value"] for row in _sheet(_book(shown(fields, document_type="custom")), "Values")}
    assert len(values["/long"]) == MOST_CHARACTERS
    assert values["/large"] == "12345678901234567890"


@pytest.mark.parametrize("name", ["a\x00b.pdf", "\ud800.pdf", "x" * 300, "<&>"])
def test_any_file_name_is_a_title(name: str) -> None:
    assert _book(shown(TIMETABLE, file_name=name)).sheetnames[0] == "Values"


def test_the_same_result_gives_the_same_workbook() -> None:
    assert to_xlsx(shown(CERTIFICATE, document_type="certificate")) == to_xlsx(shown(CERTIFICATE, document_type="certificate"))
