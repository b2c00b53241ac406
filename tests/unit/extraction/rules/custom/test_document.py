"""A caller's own schema, filled by labels."""

import json
from typing import Any

import pytest

from doctray.domain.document import Box, Document, FormField
from doctray.domain.extraction import Extraction
from doctray.extraction.json_schema import violations
from doctray.extraction.rules.custom.document import extract
from tests.unit.extraction.drawing import a_document, drawn
from tests.unit.extraction.warned import codes

PAPER = """
SERVICE REPORT
Order No:        SR-20931
Customer name:   Tall Pine Carpentry Inc
Visit date:      13/02/2026
Total due:       $1,250.50
Engineers:       Ada Marlow, Tom Aldous and Noor Haddad
Passed:          Yes
Hours on site:   3
Street:          12 Mill Street
Town:            Dayton
Priority:        high
"""


def read(properties: dict[str, Any], **more: Any) -> Extraction:
    return extract(a_document(PAPER), {"type": "object", "properties": properties, **more})


def test_properties_are_found_by_name_title_or_description_and_typed() -> None:
    fields = read(
        {
            "order_number": {"type": "string"},
            "customerName": {"type": "string"},
            "when": {"type": "string", "format": "date", "title": "Visit date"},
            "sum": {"type": "number", "description": "Total due, with tax"},
            "passed": {"type": "boolean"},
            "hours_on_site": {"type": "integer"},
            "priority": {"enum": ["low", "high"]},
        }
    ).fields
    assert fields == {
        "order_number": "SR-20931",
        "customerName": "Tall Pine Carpentry Inc",
        "when": "2026-02-13",
        "sum": 1250.5,
        "passed": True,
        "hours_on_site": 3,
        "priority": "high",
    }


def test_objects_and_lists_are_filled() -> None:
    extraction = read(
        {
            "address": {"type": "object", "properties": {"street": {"type": "string"}, "town": {"type": "string"}}},
            "engineers": {"type": "array", "items": {"type": "string"}},
            "visits": {"type": "array", "items": {"type": "object", "properties": {"visit_date": {"type": "string", "format": "date"}}}},
        }
    )
    assert extraction.fields == {
        "address": {"street": "12 Mill Street", "town": "Dayton"},
        "engineers": ["Ada Marlow", "Tom Aldous", "Noor Haddad"],
        "visits": [{"visit_date": "2026-02-13"}],
    }
    assert extraction.provenance["/engineers/1"].text == "Tom Aldous"
    assert not extraction.needs_review


def test_what_is_not_printed_is_null_where_the_schema_allows_it_and_missing_where_it_does_not() -> None:
    extraction = read({"colour": {"type": ["string", "null"]}, "weight": {"type": "number"}}, required=["weight"])
    assert extraction.fields == {"colour": None}
    assert {(w.code, w.pointer) for w in extraction.warnings} == {("schema_violation", "/weight"), ("no_fields", "")}
    assert extraction.needs_review


def test_a_value_that_the_schema_refuses_is_not_taken() -> None:
    extraction = read({"priority": {"type": "string", "maxLength": 2}}, required=["priority"])
    assert extraction.fields == {}
    warning = next(w for w in extraction.warnings if w.code == "schema_violation")
    assert warning.pointer == "/priority"
    assert "high" not in warning.message


def test_a_choice_that_is_printed_without_a_label_is_found_when_it_is_the_only_one() -> None:
    assert read({"kind": {"enum": ["Service Report", "Delivery note"]}}).fields == {"kind": "Service Report"}


def test_an_unusable_schema_gives_a_warning_not_an_error() -> None:
    outside = read({"priority": {"$ref": "https://example.invalid/x.json"}})
    assert outside.fields == {}
    assert "schema_unusable" in codes(outside)
    assert "schema_unusable" in codes(read({"passed": {"type": "nonsense"}}))


def test_patterns_choose_among_what_is_printed_and_cannot_run_for_ever() -> None:
    order = {"type": "string", "title": "Order No"}
    assert read({"order_number": {**order, "pattern": r"^SR-\d+$"}}).fields == {"order_number": "SR-20931"}
    assert read({"order_number": {**order, "pattern": r"^\d+$"}}).fields == {}
    assert read({"order_number": {**order, "pattern": r"^(\w+-?)+!$"}}).fields == {}


def test_deep_schemas_end() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        schema = {"type": "object", "properties": {"a": schema}}
    assert json.dumps(extract(a_document(PAPER), schema).fields)


def taken(paper: str | Document, properties: dict[str, Any], **more: Any) -> Extraction:
    """What is extracted; whatever it is, each place at which it does not satisfy the schema is named."""
    document = a_document(paper) if isinstance(paper, str) else paper
    schema = {"type": "object", "properties": properties, **more}
    extraction = extract(document, schema)
    named = {warning.pointer for warning in extraction.warnings if warning.code == "schema_violation"}
    assert named == {violation.pointer for violation in violations(extraction.fields, schema)}
    return extraction


TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}
DAY = {"type": "string", "format": "date"}
LINE = {"description": TEXT, "quantity": WHOLE, "unitPrice": NUMBER, "amount": NUMBER}


def lines_of(properties: dict[str, Any] = LINE) -> dict[str, Any]:
    return {"lines": {"type": "array", "items": {"type": "object", "properties": properties}}}


INVOICE = """
INVOICE
Invoice No: INV-7781                    Date: 13/02/2026

Item             Qty     Unit Price     Amount
Oak hinge        4       12.50          50.00
Door, painted    1       310.00         310.00
  in two coats
Nails            200     0.05           10.00

Subtotal                                370.00
VAT 20%                                 74.00
Total                                   444.00
"""


def test_rows_of_a_table_become_objects() -> None:
    extraction = taken(INVOICE, lines_of())
    assert extraction.fields["lines"] == [
        {"description": "Oak hinge", "quantity": 4, "unitPrice": 12.5, "amount": 50},
        {"description": "Door, painted in two coats", "quantity": 1, "unitPrice": 310, "amount": 310},
        {"description": "Nails", "quantity": 200, "unitPrice": 0.05, "amount": 10},
    ]
    assert extraction.provenance["/lines/1/amount"].text == "310.00"
    assert not extraction.needs_review


def test_a_table_goes_on_where_its_headings_are_printed_again() -> None:
    second = "Item             Qty     Unit Price     Amount\nPaint            2       20.00          40.00"
    extraction = extract(a_document(INVOICE, second), {"type": "object", "properties": lines_of()})
    assert [line["description"] for line in extraction.fields["lines"]][-1] == "Paint"
    assert extraction.provenance["/lines/3/amount"].page == 2


def test_headings_that_are_printed_again_on_the_same_page_are_no_row() -> None:
    extraction = taken(
        INVOICE + "\nItem             Qty     Unit Price     Amount\nPaint            2       20.00          40.00\n", lines_of()
    )
    assert [line["description"] for line in extraction.fields["lines"]] == ["Oak hinge", "Door, painted in two coats", "Nails", "Paint"]


def test_columns_that_nobody_asked_for_are_left_out() -> None:
    assert taken(INVOICE, lines_of({"item": TEXT, "amount": NUMBER})).fields["lines"][0] == {"item": "Oak hinge", "amount": 50}


def test_the_total_is_not_a_row_and_not_the_subtotal() -> None:
    fields = taken(INVOICE, {"total": NUMBER, "subtotal": NUMBER, "vat": NUMBER}).fields
    assert fields == {"total": 444, "subtotal": 370, "vat": 74}


def test_a_table_with_headings_alone_has_no_rows() -> None:
    assert taken("Item             Qty     Unit Price     Amount\n\nTotal 0.00", lines_of(), required=["lines"]).fields == {"lines": []}


BLOCKS = """
Passenger 1
Name: Ada Marlow
Passport no: X-4471
Passenger 2
Name: Tom Aldous
Passport no: X-9920
Passenger 3
Name: Noor Haddad
"""


def test_labels_that_are_printed_again_begin_the_next_object() -> None:
    passengers = {"passengers": {"type": "array", "items": {"type": "object", "properties": {"name": TEXT, "passport_number": TEXT}}}}
    assert taken(BLOCKS, passengers).fields["passengers"] == [
        {"name": "Ada Marlow", "passport_number": "X-4471"},
        {"name": "Tom Aldous", "passport_number": "X-9920"},
        {"name": "Noor Haddad"},
    ]


def test_lists_of_values_are_parted_by_commas_or_lines() -> None:
    paper = "Languages: English, German and Dutch\n\nSkills:\n- Joinery\n- Turning\n- Gilding\n\nOther: none"
    wanted = {"type": "array", "items": TEXT}
    assert taken(paper, {"languages": wanted, "skills": wanted}).fields == {
        "languages": ["English", "German", "Dutch"],
        "skills": ["Joinery", "Turning", "Gilding"],
    }


@pytest.mark.parametrize(
    ("printed", "schema", "value"),
    [
        ("Start: 13 Feb 2026", DAY, "2026-02-13"),
        ("Start: 2026-02-13 14:30", {"type": "string", "format": "date-time"}, "2026-02-13T14:30:00"),
        ("Start: 9.15 am", {"type": "string", "format": "time"}, "09:15:00"),
        ("Start: see ada@marlow.example, please", {"type": "string", "format": "email"}, "ada@marlow.example"),
        ("Start: www.marlow.example/x", {"type": "string", "format": "uri"}, "https://www.marlow.example/x"),
        ("Start: 1.250,50 EUR", NUMBER, 1250.5),
        ("Start: about 3 kg", NUMBER, 3),
        ("Start: 7.5 %", NUMBER, 7.5),
        ("Start: -12", WHOLE, -12),
        ("Start: yes", {"type": "boolean"}, True),
        ("Start: No", {"type": "boolean"}, False),
        ("Start: Very High indeed", {"enum": ["high", "very high"]}, "very high"),
        ("Start: 3", {"enum": [1, 2, 3]}, 3),
        ("Start: 12", {"type": ["integer", "null"], "maximum": 20}, 12),
        ("Start: ref AB-12/x", {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+/x$"}, "AB-12/x"),
        ("Start: 13 Feb 2026", {"anyOf": [DAY, {"type": "null"}]}, "2026-02-13"),
    ],
)
def test_values_are_read_as_their_type(printed: str, schema: dict[str, Any], value: Any) -> None:
    extraction = taken(printed, {"start": schema})
    assert extraction.fields == {"start": value}
    assert "schema_violation" not in codes(extraction)


@pytest.mark.parametrize(
    ("printed", "schema"),
    [
        ("Start: soon", DAY),
        ("Start: many", WHOLE),
        ("Start: 3.5", WHOLE),
        ("Start: perhaps", {"type": "boolean"}),
        ("Start: medium", {"enum": ["low", "high"]}),
        ("Start: 30", {"type": "integer", "maximum": 20}),
        ("Start: MM/DD/YYYY", DAY),
        ("Start: ________", TEXT),
    ],
)
def test_what_is_not_of_the_type_is_no_value(printed: str, schema: dict[str, Any]) -> None:
    assert taken(printed, {"start": schema}).fields == {}


@pytest.mark.parametrize("label", ["Inv. No:", "Invoice #", "INVOICE NUMBER", "Invoice No."])
@pytest.mark.parametrize("name", ["invoiceNumber", "invoice_no", "InvoiceNumber", "invoice-number"])
def test_names_are_found_however_they_are_spelt(label: str, name: str) -> None:
    assert taken(f"{label}    INV-7781", {name: TEXT}).fields == {name: "INV-7781"}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("phone", "Tel"),
        ("dateOfBirth", "DOB"),
        ("zipCode", "Postal code"),
        ("lastName", "Surname"),
        ("expirationDate", "Valid until"),
        ("vendor", "Supplier"),
    ],
)
def test_other_words_for_the_same_are_found(name: str, label: str) -> None:
    assert taken(f"{label}: 13 Feb 2026", {name: TEXT}).fields == {name: "13 Feb 2026"}


def test_values_stand_right_of_their_label_below_it_or_in_its_cell() -> None:
    paper = "Order ref    Customer          Placed\nSR-20931     Tall Pine Inc     13/02/2026\n\nDepot        Dayton\nManager: Ada Marlow"
    fields = taken(paper, {"order_ref": TEXT, "customer": TEXT, "placed": DAY, "depot": TEXT, "manager": TEXT}).fields
    assert fields == {
        "order_ref": "SR-20931", "customer": "Tall Pine Inc", "placed": "2026-02-13", "depot": "Dayton", "manager": "Ada Marlow"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("box", "ticked"), [("[X]", True), ("[ x ]", True), ("[ ]", False), ("[]", False), ("☒", True), ("☑", True), ("☐", False)]
)
def test_boxes_are_flags(box: str, ticked: bool) -> None:
    assert taken(f"{box} Smoker\n[ ] Driver", {"smoker": {"type": "boolean"}}).fields == {"smoker": ticked}


def test_of_several_boxes_the_marked_one_is_the_choice() -> None:
    paper = "Priority:   [ ] low   [X] high   [ ] urgent"
    assert taken(paper, {"priority": {"enum": ["low", "high", "urgent"]}}).fields == {"priority": "high"}


def test_ticks_of_form_fields_count() -> None:
    on = FormField(name="topmostSubform.Smoker", kind="checkbox", value="on", box=Box(0, 30, 20, 50))
    off = FormField(name="f2", kind="checkbox", value="off", box=Box(0, 60, 20, 80))
    page = drawn("Form\n   Smokes\n   Driver", form_fields=(on, off))
    extraction = taken(Document(pages=(page,), page_total=1), {"smoker": {"type": "boolean"}, "driver": {"type": "boolean"}})
    assert extraction.fields == {"smoker": True, "driver": False}


def test_texts_of_form_fields_are_values() -> None:
    page = drawn("Name:", form_fields=(FormField(name="n", kind="text", value="Ada Marlow", box=Box(80, 0, 300, 20)),))
    assert taken(Document(pages=(page,), page_total=1), {"name": TEXT}).fields == {"name": "Ada Marlow"}


def test_references_within_the_schema_are_followed() -> None:
    schema = {"$defs": {"day": DAY}, "type": "object", "properties": {"visit_date": {"$ref": "#/$defs/day"}}}
    assert extract(a_document(PAPER), schema).fields == {"visit_date": "2026-02-13"}


def test_a_constant_is_itself() -> None:
    assert taken(PAPER, {"kind": {"const": "report"}, "town": TEXT}).fields == {"kind": "report", "town": "Dayton"}


STATEMENT = """
Account holder: Ada Marlow                  Account number: 4471-9920-11

Date         Description                 Debit       Credit      Balance
01/01/2026   Opening balance                                     1,000.00
15/01/2026   Salary ACME Ltd                         2,500.00    3,454.80
             Ref 99812
20/01/2026   Rent                        1,200.00                2,254.80
"""


def test_cells_that_are_empty_stay_empty() -> None:
    line = {"date": DAY, "description": TEXT, "debit": NUMBER, "credit": NUMBER, "balance": NUMBER}
    assert taken(STATEMENT, lines_of(line)).fields["lines"] == [
        {"date": "2026-01-01", "description": "Opening balance", "balance": 1000},
        {"date": "2026-01-15", "description": "Salary ACME Ltd Ref 99812", "credit": 2500, "balance": 3454.8},
        {"date": "2026-01-20", "description": "Rent", "debit": 1200, "balance": 2254.8},
    ]


FORM = """
1. Last Name            2. First Name         3. Date of Birth
   MARLOW                  ADA                   02/14/1980
4. Street Address                             5. City             6. ZIP
   12 Mill Street                                Dayton              45402
[X] Male  [ ] Female          [ ] Married  [X] Single
"""


def test_a_form_is_read_cell_by_cell_and_box_by_box() -> None:
    wanted = {
        "lastName": TEXT,
        "firstName": TEXT,
        "dateOfBirth": DAY,
        "street": TEXT,
        "city": TEXT,
        "zip": TEXT,
        "gender": {"enum": ["Male", "Female"]},
        "maritalStatus": {"enum": ["Married", "Single"]},
    }
    assert list(taken(FORM, wanted).fields.values()) == [
        "MARLOW",
        "ADA",
        "1980-02-14",
        "12 Mill Street",
        "Dayton",
        "45402",
        "Male",
        "Single",
    ]


def test_two_marked_boxes_are_no_choice() -> None:
    assert taken("[X] Male  [X] Female", {"gender": {"enum": ["Male", "Female"]}}).fields == {}


BILL = """
INVOICE
ACME Supplies GmbH                      Invoice date      13.02.2026
Hauptstr. 5                             Customer no.      K-1001

Bill to:                                Ship to:
Tall Pine Carpentry Inc                 Red Barn Roofing LLC
12 Mill Street                          4 Lake Avenue
Dayton, OH 45402                        Akron, OH 44301

Pos   Article no.   Description            Qty    Unit price    Total
1     A-100         Oak board 2m           10     19,90         199,00

                                           Net amount           199,00
                                           VAT 19%              37,81
                                           Total amount         236,81 EUR
"""
PARTY = {"type": "object", "properties": {"name": TEXT, "address": TEXT}}


def test_parties_are_read_under_their_headings() -> None:
    assert taken(BILL, {"billTo": PARTY, "shipTo": PARTY}).fields == {
        "billTo": {"name": "Tall Pine Carpentry Inc", "address": "12 Mill Street, Dayton, OH 45402"},
        "shipTo": {"name": "Red Barn Roofing LLC", "address": "4 Lake Avenue, Akron, OH 44301"},
    }


def test_a_percentage_between_label_and_sum_is_not_the_sum() -> None:
    fields = taken(BILL, {"netAmount": NUMBER, "vat": NUMBER, "totalAmount": NUMBER, "currency": {"enum": ["EUR", "USD"]}}).fields
    assert fields == {"netAmount": 199, "vat": 37.81, "totalAmount": 236.81, "currency": "EUR"}


def test_a_word_that_another_property_is_called_is_no_label_of_this_one() -> None:
    wanted = {"netAmount": NUMBER, **lines_of({"description": TEXT, "total": NUMBER})}
    assert taken(BILL, wanted).fields == {"netAmount": 199, "lines": [{"description": "Oak board 2m", "total": 199}]}


def test_in_a_row_of_labels_and_values_the_value_beside_comes_first() -> None:
    paper = "Employee   Ada Marlow     Employee ID   E-1003\nUnit       Joinery        Pay date      31 Jan 2026\n\nEarnings   Amount"
    wanted = {"employee": TEXT, "employee_id": TEXT, "unit": TEXT, "pay_date": DAY}
    assert list(taken(paper, wanted).fields.values()) == ["Ada Marlow", "E-1003", "Joinery", "2026-01-31"]


RECEIPT = """
GREEN LEAF TRADING SDN BHD
(123456-X)
12, JALAN MAWAR 3,
TAMAN BUNGA, 81100 JOHOR BAHRU
TEL: 07-1234567

25/12/2025 8:13 PM
TOTAL QTY:           3
TOTAL SALES (EXCLUDING GST)    8.49
TOTAL (INCL GST)               9.02
ROUNDING                      -0.02
TOTAL ROUNDED                  9.00
CASH                          10.00
CHANGE                         1.00
"""


def test_what_a_receipt_prints_without_labels_is_found_and_doubted() -> None:
    extraction = taken(RECEIPT, {"company": TEXT, "address": TEXT, "date": DAY, "total": NUMBER})
    assert extraction.fields == {
        "company": "GREEN LEAF TRADING SDN BHD",
        "address": "12, JALAN MAWAR 3, TAMAN BUNGA, 81100 JOHOR BAHRU",
        "date": "2025-12-25",
        "total": 9,
    }
    assert {warning.pointer for warning in extraction.warnings if warning.code == "assumed"} == {"/company", "/address", "/date"}
    assert extraction.needs_review


def test_who_issued_a_paper_is_found_as_an_object_too() -> None:
    wanted = {
        "merchant": {**PARTY, "properties": {**PARTY["properties"], "email": {"type": "string", "format": "email"}}},
        "customer": PARTY,
    }
    extraction = taken(RECEIPT + "write to till@leaf.example", wanted)
    assert extraction.fields == {
        "merchant": {"name": "GREEN LEAF TRADING SDN BHD", "address": "12, JALAN MAWAR 3, TAMAN BUNGA, 81100 JOHOR BAHRU"}
    }, "whose address the only e-mail address is, nothing says"
    assert {warning.pointer for warning in extraction.warnings if warning.code == "assumed"} == {"/merchant/name", "/merchant/address"}


def test_of_several_dates_without_a_label_none_is_chosen() -> None:
    assert taken("Printed 1 Feb 2026\nSeen 2 Feb 2026", {"visit": DAY}).fields == {}


@pytest.mark.parametrize("paper", ["", "x", "Total", "Item  Qty\n" * 300, "[ " * 500, ": : : :\n" * 200])
def test_odd_papers_give_an_answer(paper: str) -> None:
    wanted = {"total": NUMBER, "smoker": {"type": "boolean"}, "tags": {"type": "array", "items": TEXT}, **lines_of()}
    assert taken(paper, wanted).document_type == "custom"
