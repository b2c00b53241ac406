"""Results to be exported."""

from datetime import UTC, datetime
from typing import Any

from doctray.export.shown import Shown

CHANGED_AT = datetime(2026, 9, 9, 10, 30, 15, tzinfo=UTC)  # a Wednesday, in ISO week 37

BLOCKS: list[dict[str, Any]] = [
    {
        "day": "Monday",
        "start": "09:00",
        "end": "09:50",
        "subject": "Maths, set 1",
        "room": "R1; annex",
        "teacher": "Ms Šimić",
        "notes": None,
        "week": None,
    },
    {
        "day": "Friday",
        "start": "13:15",
        "end": "14:05",
        "subject": '=HYPERLINK("http://x")',
        "room": None,
        "teacher": None,
        "notes": "bring\nshoes",
        "week": None,
    },
]
TIMETABLE: dict[str, Any] = {
    "teacher_name": None,
    "class_name": "7B",
    "school_name": "Hill | School",
    "term": None,
    "year": 2026,
    "timeblocks": BLOCKS,
}
CERTIFICATE: dict[str, Any] = {
    "kind": "insurance",
    "title": "CERTIFICATE OF LIABILITY INSURANCE",
    "issue_date": "2026-01-31",
    "insured_name": "-Acme <b>Ltd</b>",
    "insurers": [{"letter": "A", "name": "Northwind Mutual", "naic": "12345"}, {"letter": "B", "name": None, "naic": None}],
    "policies": [
        {
            "type": "AUTO",
            "insurer_letter": "A",
            "policy_number": "@SUM(A1)",
            "effective_date": "2026-01-01",
            "expiry_date": "2027-01-01",
            "limits": {"EACH OCCURRENCE": 1000000.0, "MED EXP": "Excluded"},
            "additional_insured": True,
            "subrogation_waived": False,
            "currency": "USD",
        },
        {
            "type": "UMBRELLA",
            "insurer_letter": None,
            "policy_number": None,
            "effective_date": None,
            "expiry_date": None,
            "limits": {},
            "additional_insured": None,
            "subrogation_waived": None,
            "currency": None,
        },
    ],
}
PAGES: list[dict[str, Any]] = [
    {
        "page": 1, "width": 200, "height": 100, "rotation": 0, "source": "ocr", "placement": [1, 0, 0, 1, 0, 0],
        "lines": [
            {"text": "Fish & <Chips>", "bbox": [10.2, 10.7, 90.1, 20.3], "confidence": 0.9,
             "words": [{"text": "Fish", "bbox": [10.2, 10.7, 40, 20.3], "confidence": 0.914},
                       {"text": "&\x0b", "bbox": [45, 11, 50, 20], "confidence": 0.5},
                       {"text": "<Chips>", "bbox": [55, 11, 90.1, 20], "confidence": 1.0}]},
            {"text": "below", "bbox": [10, 22, 40, 31], "confidence": 0.8, "words": [{"text": "below", "bbox": [10, 22, 40, 31], "confidence": 0.8}]},
            {"text": "aside", "bbox": [150, 60, 190, 70], "confidence": 0.7, "words": [{"text": "aside", "bbox": [150, 60, 190, 70], "confidence": 0.7}]},
        ],
    },
    {"page": 3, "width": 100, "height": 100, "rotation": 0, "source": "ocr", "placement": [1, 0, 0, 1, 0, 0], "lines": []},
]  # fmt: skip


def shown(fields: dict[str, Any], *, document_type: str = "timetable", file_name: str = "table.pdf", **result: Any) -> Shown:
    given: dict[str, Any] = {
        "document_type": document_type,
        "fields": fields,
        "provenance": {"/title": {"page": 1, "bbox": [1, 2, 3, 4], "text": "Certificate of …", "confidence": 0.97}},
        "confidence": 0.91,
        "needs_review": True,
        "validated": False,
        "warnings": [{"code": "ungrounded", "message": "Not on the page.", "pointer": "/title"}],
        "other_documents": [],
        "text": "Fish & <Chips>\nbelow\faside",
        "pages": PAGES,
        "engine": {"name": "easyocr", "version": "1", "second_reader": None},
        **result,
    }
    return Shown(request_id="01j", file_name=file_name, changed_at=CHANGED_AT, result=given)


def reviewed(fields: dict[str, Any], *, machine: dict[str, Any], document_type: str = "timetable", number: int = 1) -> Shown:
    review = {"number": number, "reviewed_at": "2026-09-09T10:30:15.000Z", "reviewed_by": "ana", "note": None, "fields": fields}
    return shown(machine, document_type=document_type, review=review, validated=True, needs_review=False)
