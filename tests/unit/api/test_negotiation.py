"""Which form is answered, and under which name it is saved."""

import pytest

from doctray.api.negotiation import accepted_form, disposition
from doctray.service.forms import FORMS


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/plain", "txt"),
        ("text/html, text/*;q=0.1", "txt"),
        ("text/plain;q=0.5, application/json;q=0.4", "txt"),
        ("text/plain;q=0.4, */*;q=0.5", "json"),
        ("*/*, text/csv", "csv"),
        ("text/calendar, text/csv", "ics"),
        ("application/pdf", "pdf"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ("text/vnd.hocr+html", "hocr"),
        ("TEXT/Markdown; charset=utf-8", "md"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
        ("application/json;q=0", None),
        ("application/json;q=high", None),
        ("image/png", None),
    ],
)
def test_accept(accept: str, form: str | None) -> None:
    assert accepted_form(accept) == form


@pytest.mark.parametrize(
    ("name", "form", "header"),
    [
        ("scan.pdf", "csv", 'attachment; filename="scan.csv"'),
        ("scan.pdf", "json", 'inline; filename="scan.json"'),
        ("", "pdf", 'attachment; filename="01j.pdf"'),
        (
            "Stundenplan für 7b.png",
            "ics",
            "attachment; filename=\"Stundenplan_f_r_7b.ics\"; filename*=UTF-8''Stundenplan%20f%C3%BCr%207b.ics",
        ),
        ("数学.png", "pdf", "attachment; filename=\"01j.pdf\"; filename*=UTF-8''%E6%95%B0%E5%AD%A6.pdf"),
        (
            'a"\r\nSet-Cookie: x=1.pdf',
            "txt",
            "inline; filename=\"a_Set-Cookie_x_1.txt\"; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20x%3D1.txt",
        ),
        ("..pdf", "pdf", "attachment; filename=\"01j.pdf\"; filename*=UTF-8''..pdf"),
    ],
)
def test_a_form_is_saved_under_a_safe_name(name: str, form: str, header: str) -> None:
    said = disposition(FORMS[form], name, "01j")
    assert said == header
    said.encode("ascii")
