"""A4 scans at 300 dpi with known words, drawn by us: insurance forms, letters and tables, printed, scanned askew and kept as JPEG.

The same seed draws the same pages. The words are those of the drawing's own text layer; the scan is only its picture.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pymupdf
from tests.samples import degrade
from tests.samples.insurance import certificate_of_insurance
from tests.samples.sheet import Sheet, Style

from benchmarks.pages import KnownPage

A4_PT = (595.28, 841.89)
DPI = 300
_LONG_SIDE_PX = round(A4_PT[1] / 72 * DPI)
_JPEG_QUALITY = 75

_LEFT, _RIGHT = 62.0, 533.0
_FIRMS = ("Bellweather & Pryce Agency", "Oldfield Surety Services", "Marlow County Board of Works", "Eastmere Unified School District")
_PEOPLE = ("Dana Whitlock", "Priya Nair", "Tomas Keller", "Renee Alcott", "Henrik Osterlund", "Maria Castellanos")
_STREETS = ("Kestrel Avenue", "Old Mill Road", "Larkspur Street", "Foundry Lane", "Harcourt Boulevard")
_TOWNS = ("Fairhaven OR 97203", "Millbrook OH 44131", "Ashford TX 75040", "Lakeside MN 55044")
_SENTENCES = (
    "We write about the cover that was agreed for your premises at {street} and about the changes that follow from the survey of {date}.",
    "Our surveyor found the roof, the wiring and the sprinklers in good order and has no further remarks on them.",
    "The sum insured for buildings is therefore raised to {amount} and that for contents to {amount}, with effect from {date}.",
    "Please note that the excess of {amount} applies to each and every loss, save for damage by fire, lightning or explosion.",
    "The premium for the coming year amounts to {amount}; it may be paid in two parts, the first of which falls due on {date}.",
    "Should the invoice remain unpaid after {date}, cover is suspended until the full sum has reached our account.",
    "Kindly return the enclosed declaration, signed by two officers of the company, not later than {date}.",
    "Vehicles that were sold or scrapped since {date} have been taken off the schedule, and {amount} is refunded to you.",
    "The certificate for your landlord, in the amount of {amount}, was sent by registered post on {date}.",
    "Any claim must be reported within thirty days; late notice may reduce or forfeit the right to payment.",
    "Employees who joined before {date} are covered from their first day without any waiting period.",
    "The training records show that every driver attended the safety course and passed its written examination.",
    "You may appeal against this decision within six weeks by writing to the address printed at the head of this letter.",
    "We have also corrected the spelling of the additional insured and the number of the policy, as you asked us to.",
    "If you have questions about any of these points, please call {person}, who knows your file well.",
    "The limit for products and completed operations stays at {amount} in the aggregate, as in previous years.",
    "Equipment on loan from others is insured up to {amount} as long as it is kept under lock overnight.",
    "A copy of this letter goes to the broker and to the holder of the certificate for their records.",
)
_GOODS = (
    "Pipe wrench, drop forged",
    "Safety harness, full body",
    "Copper elbow 22 mm",
    "Smoke detector, optical",
    "Ladder, two sections",
    "Fire extinguisher 6 kg",
    "Cable drum, 25 m",
    "Hard hat with visor",
    "Sealant, grey, cartridge",
    "Gate valve, brass",
    "Work gloves, size 10",
    "Exit sign, illuminated",
    "Roof membrane, roll",
    "Mortar mix, fine",
    "Door closer, heavy duty",
    "First aid kit, large",
)
_COVERS = (
    "GENERAL LIABILITY, EACH OCCURRENCE",
    "DAMAGE TO RENTED PREMISES",
    "MEDICAL EXPENSE, ANY ONE PERSON",
    "PERSONAL AND ADVERTISING INJURY",
    "PRODUCTS AND COMPLETED OPERATIONS",
    "AUTOMOBILE, COMBINED SINGLE LIMIT",
    "HIRED AND NON-OWNED AUTOS",
    "UMBRELLA, EACH OCCURRENCE",
    "EMPLOYERS LIABILITY, EACH ACCIDENT",
    "INLAND MARINE, EQUIPMENT",
    "PROFESSIONAL LIABILITY, PER CLAIM",
    "CYBER LIABILITY, AGGREGATE",
)


def drawn_pages(folder: Path, kinds: Sequence[str], *, seed: int, processes: int = 1) -> list[KnownPage]:
    """One scan for each of the kinds (see `DRAWINGS`), written into the folder as JPEG; a kind named twice is drawn anew."""
    if processes == 1:
        return [_drawn_page(folder, seed, number, kind) for number, kind in enumerate(kinds)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return list(pool.map(partial(_drawn_page, folder, seed), range(len(kinds)), kinds))


def _drawn_page(folder: Path, seed: int, number: int, kind: str) -> KnownPage:
    rng = Random(f"{seed}:{kind}:{number}")
    pdf = DRAWINGS[kind](rng)
    scan = scanned(pdf, seed=rng.getrandbits(32))
    path = folder / f"{kind}-{number}.jpg"
    path.write_bytes(degrade.jpeg(scan, quality=_JPEG_QUALITY))
    return KnownPage(path=path, printed=printed(pdf), width=scan.shape[1], height=scan.shape[0])


def scanned(pdf: bytes, *, seed: int) -> degrade.Image:
    """The first page as a 300-dpi scanner sees it: turned by at most 0.8 degrees, blurred, grey paper, uneven light, noise, dust."""
    rng = np.random.default_rng(seed)
    page = degrade.rendered(pdf, long_side=_LONG_SIDE_PX)
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-0.8, 0.8)), 1.0)
    turned = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    soft = cv2.GaussianBlur(turned, (0, 0), float(rng.uniform(0.9, 1.4))).astype(np.float32)
    light = np.linspace(rng.uniform(0.90, 0.98), rng.uniform(0.90, 0.98), width, dtype=np.float32)
    noisy = soft * light[None, :, None] + rng.normal(0, 7.0, (height, width, 1)).astype(np.float32)
    for _ in range(60):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        cv2.circle(noisy, (x, y), int(rng.integers(1, 4)), (70.0, 70.0, 70.0), -1)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def printed(pdf: bytes) -> str:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:  # type: ignore[no-untyped-call]
        return str(document[0].get_text())


def clean_pages(folder: Path, kinds: Sequence[str], *, seed: int) -> list[KnownPage]:
    """As `drawn_pages`, but the picture is the drawing as rendered at 300 dpi, PNG, and its PDF with the text layer lies beside it."""
    pages = []
    for number, kind in enumerate(kinds):
        pdf = DRAWINGS[kind](Random(f"{seed}:{kind}:{number}"))
        picture = degrade.rendered(pdf, long_side=_LONG_SIDE_PX)
        path = folder / f"{kind}-{number}.png"
        path.write_bytes(degrade.png(picture))
        path.with_suffix(".pdf").write_bytes(pdf)
        pages.append(KnownPage(path=path, printed=printed(pdf), width=picture.shape[1], height=picture.shape[0]))
    return pages


def form(rng: Random) -> bytes:
    """Our drawing of a certificate of insurance, on A4 as the copiers of the world put it."""
    letter_sized = certificate_of_insurance(rng).pdf
    with pymupdf.open(stream=letter_sized, filetype="pdf") as letter, pymupdf.open() as document:  # type: ignore[no-untyped-call]
        page = document.new_page(width=A4_PT[0], height=A4_PT[1])
        page.show_pdf_page(page.rect, letter, 0)
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))


def letter(rng: Random) -> bytes:
    sheet = Sheet(*A4_PT)
    body = Style(font=rng.choice(("tiro", "helv")), size=10.5)
    sheet.write((_LEFT, 62), rng.choice(_FIRMS), Style(font="hebo", size=15))
    sheet.write((_LEFT, 78), f"{rng.randint(10, 999)} {rng.choice(_STREETS)}, {rng.choice(_TOWNS)}", body)
    sheet.line((_LEFT, 86), (_RIGHT, 86), width=1.0)
    for index, line in enumerate((rng.choice(_PEOPLE), f"{rng.randint(10, 999)} {rng.choice(_STREETS)}", rng.choice(_TOWNS))):
        sheet.write((_LEFT, 116 + 14 * index), line, body)
    sheet.write((400, 172), _day(rng), body)
    sheet.write(
        (_LEFT, 196), f"Policy {rng.randint(1_000_000, 9_999_999)}-{rng.randint(10, 99)}: change of cover", Style(font="hebo", size=11)
    )
    top = 222.0
    sentences = rng.sample(_SENTENCES, len(_SENTENCES))
    for begin in range(0, len(sentences), 3):
        text = " ".join(_filled(sentence, rng) for sentence in sentences[begin : begin + 3])
        sheet.paragraph((_LEFT, top, _RIGHT, top + 78), text, body, leading=1.3)
        top += 86.0
    sheet.write((_LEFT, top + 10), "Yours sincerely,", body)
    sheet.signature((_LEFT, top + 40), rng)
    sheet.write((_LEFT, top + 60), rng.choice(_PEOPLE), body)
    return sheet.pdf()


def table(rng: Random) -> bytes:
    sheet = Sheet(*A4_PT)
    small, head = Style(size=8.0), Style(font="hebo", size=8.0)
    edges = (40.0, 72.0, 122.0, 184.0, 360.0, 400.0, 474.0, 555.0)
    heads = ("No", "Article", "Delivered", "Description", "Qty", "Unit price", "Amount")
    sheet.write((40, 52), f"{rng.choice(_FIRMS)}: statement of deliveries", Style(font="hebo", size=13))
    sheet.write((40, 68), f"Account {rng.randint(100_000, 999_999)}, period {_day(rng)} to {_day(rng)}", small)
    top, step, rows = 84.0, 15.0, 46
    for index, text in enumerate(heads):
        sheet.cell((edges[index], top, edges[index + 1], top + step), [(text, head)])
    for row in range(rows):
        y = top + step * (row + 1)
        count, price = rng.randint(1, 60), rng.randint(150, 48_000)
        cells = (
            str(row + 1),
            f"{rng.choice('ABCDEFGH')}{rng.randint(1000, 9999)}",
            _day(rng),
            rng.choice(_GOODS),
            str(count),
            f"{price / 100:,.2f}",
            f"{count * price / 100:,.2f}",
        )
        for index, text in enumerate(cells):
            align = "left" if index == 3 else "right" if index > 3 else "centre"
            sheet.cell((edges[index], y, edges[index + 1], y + step), [(text, small)], align=align, pad=3.0)
        sheet.line((edges[0], y), (edges[-1], y), width=0.4)
    for edge in edges:
        sheet.line((edge, top), (edge, top + step * (rows + 1)), width=0.5)
    return sheet.pdf()


def schedule(rng: Random) -> bytes:
    """Covers with their limits, dates and premiums in narrow boxes, the $ right before the number, as typed into such forms."""
    sheet = Sheet(*A4_PT)
    fill, label, head = Style(font=rng.choice(("cour", "helv")), size=8.2), Style(size=6.4), Style(font="hebo", size=7.0)
    edges = (36.0, 180.0, 250.0, 304.0, 358.0, 424.0, 486.0, 559.0)
    heads = ("COVERAGE", "POLICY NUMBER", "EFF DATE", "EXP DATE", "LIMIT", "DEDUCTIBLE", "PREMIUM")
    sheet.write((36, 50), "SCHEDULE OF COVERAGES", Style(font="hebo", size=13))
    sheet.write((380, 50), f"ISSUED {_day(rng)}", fill)
    top, step = 66.0, 17.0
    for index, text in enumerate(heads):
        sheet.cell((edges[index], top, edges[index + 1], top + step), [(text, head)], pad=1.0)
    for row, cover in enumerate(rng.sample(_COVERS, len(_COVERS)) * 2):
        y = top + step * (row + 1)
        sheet.cell((edges[0], y, edges[1], y + step), [(cover, label)], align="left", pad=3.0)
        policy = f"{rng.choice(('GL', 'CA', 'UMB', 'WC', 'IM'))}{rng.randint(100_000, 999_999)}"
        sheet.cell((edges[1], y, edges[2], y + step), [(policy, fill)], align="left", pad=3.0)
        for index, text in enumerate((_day(rng), _day(rng)), start=2):
            sheet.cell((edges[index], y, edges[index + 1], y + step), [(text, fill)], pad=1.0)
        limit = rng.choice((100_000, 300_000, 500_000, 1_000_000, 2_000_000, 5_000_000))
        for index, amount in enumerate((limit, rng.choice((1_000, 2_500, 5_000, 10_000)), rng.randint(1_000, 24_000)), start=4):
            sheet.cell((edges[index], y, edges[index + 1], y + step), [(f"${amount:,}", fill)], align="right", pad=3.0)
        sheet.line((edges[0], y), (edges[-1], y), width=0.5)
    for edge in edges:
        sheet.line((edge, top), (edge, top + step * (2 * len(_COVERS) + 1)), width=0.5)
    sheet.box((edges[0], top, edges[-1], top + step * (2 * len(_COVERS) + 1)), width=0.9)
    return sheet.pdf()


DRAWINGS: dict[str, Callable[[Random], bytes]] = {"form": form, "letter": letter, "table": table, "schedule": schedule}


def _filled(sentence: str, rng: Random) -> str:
    for slot, make in (("{date}", _day), ("{amount}", _sum), ("{street}", _street), ("{person}", _person)):
        while slot in sentence:
            sentence = sentence.replace(slot, make(rng), 1)
    return sentence


def _day(rng: Random) -> str:
    return (date(2024, 1, 1) + timedelta(days=rng.randrange(700))).strftime("%m/%d/%Y")


def _sum(rng: Random) -> str:
    return f"${rng.randint(4, 4000) * 500:,}"


def _street(rng: Random) -> str:
    return f"{rng.randint(10, 999)} {rng.choice(_STREETS)}"


def _person(rng: Random) -> str:
    return rng.choice(_PEOPLE)
