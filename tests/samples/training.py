"""A training certificate, framed, on A4 across."""

from datetime import date
from random import Random

from tests.samples.paper import Paper, no_certificate_fields
from tests.samples.sheet import Colour, Sheet, Style

A4_ACROSS_PT = (842.0, 595.0)

PROVIDERS = ("Brackenfield Training Institute", "Meridian Safety Academy", "Ferryside College of Trades", "Aldous Skills Centre")
TITLES = ("Certificate of Completion", "Certificate of Training", "Certificate of Achievement")
COURSES = (
    "Working at Height and Fall Protection",
    "Emergency First Aid at Work",
    "Forklift Operation, Level 2",
    "Food Hygiene and Allergen Control",
    "Manual Handling for Care Staff",
)
NAMES = ("Rosalind Achterberg", "Daniel Okonkwo", "Mei-Lin Carter", "Tobias Lindqvist", "Amara Fontaine")
SIGNERS = (("Harriet Voss", "Head of Training"), ("Edwin Marsh", "Lead Assessor"), ("Ilse Brandt", "Director of Studies"))
INKS: tuple[Colour, ...] = ((0.09, 0.2, 0.42), (0.36, 0.12, 0.14), (0.1, 0.31, 0.22))


def training_certificate(rng: Random) -> Paper:
    """A4 across, one page, text layer. Dates are printed with the month's name."""
    issued = date(rng.choice((2023, 2024, 2025)), rng.randint(1, 12), rng.randint(1, 28))
    expires = issued.replace(year=issued.year + rng.choice((2, 3)))
    signer, role = rng.choice(SIGNERS)
    truth = no_certificate_fields() | {
        "title": rng.choice(TITLES),
        "certificate_number": f"{rng.choice('BKMT')}{rng.choice('ACRS')}-{issued.year}-{rng.randint(1000, 9999)}",
        "issue_date": issued.isoformat(),
        "expiry_date": expires.isoformat(),
        "issuer_name": rng.choice(PROVIDERS),
        "recipient_name": rng.choice(NAMES),
        "subject": rng.choice(COURSES),
    }
    ink = rng.choice(INKS)
    sheet = Sheet(*A4_ACROSS_PT)
    _frame(sheet, ink)
    for top, height, text, style in (
        (70, 34, truth["issuer_name"], Style(font="tibo", size=20, colour=ink)),
        (116, 50, truth["title"], Style(font="tibo", size=38)),
        (186, 26, "This is to certify that", Style(font="tiit", size=17)),
        (222, 44, truth["recipient_name"], Style(font="tibo", size=31, colour=ink)),
        (280, 26, "has successfully completed the course", Style(font="tiit", size=17)),
        (316, 36, truth["subject"], Style(font="tibo", size=23)),
    ):
        sheet.cell((110, top, 732, top + height), [(str(text), style)])
    sheet.line((250, 268), (592, 268), width=0.8, colour=ink)
    plain = Style(font="tiro", size=14.5)
    for base, text in (
        (410, f"Certificate No: {truth['certificate_number']}"),
        (434, f"Date of issue: {_spelt(issued)}"),
        (458, f"Valid until: {_spelt(expires)}"),
    ):
        sheet.write((118, base), text, plain)
    sheet.signature((520, 440), rng, width=130)
    sheet.line((500, 450), (722, 450), width=0.8)
    sheet.write((500, 468), signer, Style(font="tibo", size=13))
    sheet.write((500, 485), role, Style(font="tiro", size=12))
    return Paper(name="training_certificate", document_type="certificate", pdf=sheet.pdf(), truth=truth)


def _spelt(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _frame(sheet: Sheet, ink: Colour) -> None:
    pale: Colour = (0.985, 0.98, 0.955)
    sheet.box((0, 0, sheet.width, sheet.height), width=0, fill=pale)
    for inset, width in ((26, 5.0), (36, 1.0), (41, 1.0)):
        sheet.box((inset, inset, sheet.width - inset, sheet.height - inset), width=width, colour=ink)
    for x in (36, sheet.width - 60):
        for y in (36, sheet.height - 60):
            sheet.box((x, y, x + 24, y + 24), width=1.0, colour=ink, fill=pale)
            sheet.box((x + 7, y + 7, x + 17, y + 17), width=0, fill=ink)
