"""The forms in which a result can be had, and which of them a worker has to make."""

from dataclasses import dataclass

from doctray.domain.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """name: the suffix in the address. made: by a worker when it is first asked for, and kept. fields: it shows fields, so a review
    changes it. kinds: document types that have it; None: all."""

    name: str
    media_type: str
    made: bool = False
    fields: bool = True
    kinds: frozenset[str] | None = None


_WITH_FIELDS = frozenset({"certificate", "timetable", "custom"})

FORMS = {
    form.name: form
    for form in (
        Form(name="json", media_type="application/json"),
        Form(name="md", media_type="text/markdown"),
        Form(name="txt", media_type="text/plain", fields=False),
        Form(name="csv", media_type="text/csv", kinds=_WITH_FIELDS),
        Form(name="xlsx", media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", made=True, kinds=_WITH_FIELDS),
        Form(name="ics", media_type="text/calendar", kinds=frozenset({"timetable"})),
        Form(name="hocr", media_type="text/vnd.hocr+html", fields=False),
        Form(name="pdf", media_type="application/pdf", made=True, fields=False),
    )
}


def forms_of(job: Job) -> tuple[Form, ...]:
    """Those that make sense for a completed job's document."""
    return tuple(form for form in FORMS.values() if form.kinds is None or job.document_type in form.kinds)


def edition_of(form: Form, job: Job) -> str:
    """What a form is made from: the same edition, the same bytes. job: with a result."""
    base = job.result.sha256[:32] if job.result else ""
    return f"{base}-r{job.review_no}" if form.fields and job.review_no else base
