"""Results as a person reads them in a terminal."""

from typing import Any

import pytest
from rich.console import Console

from doctray.cli.render import print_job, result_view

CERTIFICATE: dict[str, Any] = {
    "kind": "insurance",
    "title": "CERTIFICATE OF LIABILITY INSURANCE",
    "expiry_date": None,
    "insurers": [{"letter": "A", "name": "Northern Mutual", "naic": "10001"}],
    "policies": [
        {"type": "COMMERCIAL GENERAL LIABILITY", "policy_number": "GL-1", "limits": {"EACH OCCURRENCE": 1000000, "MED EXP": 5000.0}},
        {"type": "AUTOMOBILE LIABILITY", "policy_number": "AU-2", "limits": {}, "additional_insured": True},
    ],
}
TIMETABLE: dict[str, Any] = {
    "teacher_name": "J Smith",
    "year": 2026,
    "timeblocks": [
        {"day": "Tuesday", "start": "09:00", "end": "10:00", "subject": "Maths", "room": "R1"},
        {"day": "Monday", "start": "09:00", "end": "09:30", "subject": "English", "room": None},
        {"day": "Monday", "start": "08:30", "end": "09:00", "subject": "Registration"},
    ],
}


def shown(view: object, *, width: int = 160) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as captured:
        console.print(view)
    return captured.get()


def a_result(document_type: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"document_type": document_type, "fields": fields, "confidence": 0.914, "pages": [{}], "warnings": [], **more}


def test_a_certificate_shows_its_fields_and_policies() -> None:
    text = shown(result_view(a_result("certificate", CERTIFICATE), title="acord.pdf"))
    assert text.splitlines()[0] == "acord.pdf  certificate  confidence 0.91  1 page"
    for part in (
        "CERTIFICATE OF LIABILITY INSURANCE",
        "Northern Mutual",
        "10001",
        "GL-1",
        "EACH OCCURRENCE: 1,000,000",
        "MED EXP: 5000",
        "yes",
    ):
        assert part in text
    assert "Expiry date" not in text


def test_a_timetable_is_in_the_order_of_the_week() -> None:
    lines = shown(result_view(a_result("timetable", TIMETABLE))).splitlines()
    order = [next(number for number, line in enumerate(lines) if subject in line) for subject in ("Registration", "English", "Maths")]
    assert order == sorted(order)
    assert sum("Monday" in line for line in lines) == 1
    assert any("08:30–09:00" in line and "Monday" in line for line in lines)
    assert any("2026" in line for line in lines)
    assert not any("Teacher " in line and "Subject" in line for line in lines)


def test_what_needs_a_look_is_said() -> None:
    warnings = [{"code": "ungrounded", "message": "A value stands nowhere on the page.", "pointer": "/insured_name"}]
    text = shown(result_view(a_result("certificate", CERTIFICATE, needs_review=True, warnings=warnings, other_documents=[{}, {}])))
    assert "needs review" in text
    assert "A value stands nowhere on the page.  [/insured_name]" in text
    assert "2 more of its kind" in text


def test_a_paper_of_neither_kind_shows_the_beginning_of_its_text() -> None:
    text = shown(result_view(a_result("other", {}, text="\n\n".join(f"line {n}" for n in range(30)))))
    assert "line 0" in text
    assert "line 11" in text
    assert "line 12" not in text
    assert "18 more lines" in text


def test_an_empty_paper_says_so() -> None:
    assert "No fields and no text" in shown(result_view(a_result("other", {}, text="")))


@pytest.mark.parametrize("value", ["\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "a\x9bb", "a\u202eb", "[bold]x[/bold]", "[/]"])
def test_a_document_cannot_speak_to_the_terminal(value: str) -> None:
    text = shown(result_view(a_result("certificate", {"title": value, value: "x", "list": [{value: value}]}, text=value), title=value))
    assert not any(control in text for control in ("\x1b", "\x07", "\x9b", "\u202e"))
    if value.startswith("[bold"):
        assert value in text


def test_a_callers_own_fields_are_shown_whatever_their_shape() -> None:
    fields = {"a": {"b": {"c": [1, 2]}}, "list": ["x", "y"], "empty": [], "mixed": [1, {"k": None}], "no": False}
    text = shown(result_view(a_result("custom", fields)))
    for part in ("B", "c: 1, 2", "x\n", "No  no"):
        assert part in text


def test_a_failed_job_says_why() -> None:
    console = Console(width=120, force_terminal=False)
    with console.capture() as captured:
        print_job(
            console,
            {"request_id": "1", "file_name": "y.pdf", "status": "failed", "error": {"code": "corrupt_document", "detail": "It ends."}},
        )
    assert captured.get() == "y.pdf  failed: It ends. (corrupt_document)\n"
