"""A certificate of insurance in the manner of the forms that brokers in the United States hand out: our own drawing, nobody's form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from tests.samples.paper import Paper, no_certificate_fields
from tests.samples.sheet import Colour, Point, Sheet, Style

LETTER_PT = (612.0, 792.0)

LABEL = Style(size=6.0)
SMALL = Style(size=5.6)
HEAD = Style(font="hebo", size=6.2)
TITLE = Style(font="hebo", size=14.0)
BOLD = Style(font="hebo", size=7.2)

LEFT, RIGHT, MIDDLE = 24.0, 588.0, 306.0

PRODUCERS = ("Bellweather & Pryce Insurance Agency", "Northgate Risk Partners LLC", "Tamarind Brokerage Group", "Oldfield Surety Services")
INSURED = ("Copperline Roofing Inc", "Juniper Hill Catering LLC", "Redfern Electrical Contractors", "Silverbrook Landscaping Co")
HOLDERS = ("Marlow County Board of Works", "Quarry Lane Properties LLC", "Eastmere Unified School District", "Hollin & Webb Developers")
INSURERS = (
    "Harbor Light Mutual Insurance Company",
    "Pinecrest Casualty Company",
    "Union Prairie Indemnity",
    "Granite Falls Assurance Corp",
    "Blue Heron Specialty Insurance",
)
STREETS = ("Kestrel Avenue", "Old Mill Road", "Larkspur Street", "Foundry Lane", "Harcourt Boulevard", "Saltmarsh Drive")
TOWNS = ("Fairhaven OR 97203", "Millbrook OH 44131", "Ashford TX 75040", "Lakeside MN 55044", "Eastmere CA 90741")
PEOPLE = ("Dana Whitlock", "Priya Nair", "Tomas Keller", "Renee Alcott")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """One kind of insurance on the form: its name, the boxes beside it with those that may be ticked, and its limits."""

    type: str
    boxes: tuple[str, ...]
    ticked: tuple[int, ...]
    limits: tuple[tuple[str, tuple[int, ...]], ...]
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """How somebody fills the form in. right, down: points that the typing stands off its boxes. dates: as strftime has them."""

    style: Style
    right: float = 0.0
    down: float = 0.0
    dates: str = "%m/%d/%Y"
    sums: str = "{:,}"

    def date(self, iso: str) -> str:
        return date.fromisoformat(iso).strftime(self.dates)


INK: Colour = (0.05, 0.05, 0.2)
"""Of what is filled in, which is how a sheet tells it from the form's print."""


class FormSheet(Sheet):
    """A sheet on which what is filled in stands off its boxes."""

    def __init__(self, typing: Typing) -> None:
        super().__init__(*LETTER_PT)
        self._typing = typing

    def write(self, at: Point, text: str, style: Style, *, room: float | None = None) -> None:
        typed = style.colour == INK
        place = (at[0] + self._typing.right, at[1] + self._typing.down) if typed else at
        super().write(place, text, style, room=room)


def typed_by(rng: Random) -> Typing:
    """Typewriters and printers that miss the boxes by up to half a line, in their fonts, with the dates and sums of their owners."""
    font, size = rng.choice((("cour", 8.6), ("helv", 8.6), ("helv", 7.0), ("tiro", 9.0), ("cobo", 8.0), ("cour", 7.4)))
    return Typing(
        style=Style(font=font, size=size, colour=INK),
        right=rng.choice((-3.0, 0.0, 3.0)),
        down=rng.choice((-5.5, -4.0, 0.0, 4.0, 5.0)),
        dates=rng.choice(("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%Y-%m-%d")),
        sums=rng.choice(("{:,}", "{:,}", "{}", "${:,}", "{:,}.00")),
    )


def truth_label(printed: str) -> str:
    """A limit's label without the explanation in brackets, as the truths of real forms have it."""
    return printed.partition(" (")[0]


LIABILITY = Cover(
    type="COMMERCIAL GENERAL LIABILITY",
    boxes=("CLAIMS-MADE", "OCCUR"),
    ticked=(1,),
    limits=(
        ("EACH OCCURRENCE", (1_000_000, 2_000_000)),
        ("DAMAGE TO RENTED PREMISES", (100_000, 300_000)),
        ("MED EXP (Any one person)", (5_000, 10_000)),
        ("PERSONAL & ADV INJURY", (1_000_000,)),
        ("GENERAL AGGREGATE", (2_000_000, 4_000_000)),
        ("PRODUCTS - COMP/OP AGG", (2_000_000,)),
    ),
    prefix="GL",
)
AUTO = Cover(
    type="AUTOMOBILE LIABILITY",
    boxes=("ANY AUTO", "OWNED AUTOS ONLY", "HIRED AUTOS ONLY"),
    ticked=(0,),
    limits=(
        ("COMBINED SINGLE LIMIT", (1_000_000, 500_000)),
        ("BODILY INJURY (Per person)", ()),
        ("BODILY INJURY (Per accident)", ()),
        ("PROPERTY DAMAGE", ()),
    ),
    prefix="CA",
)
UMBRELLA = Cover(
    type="UMBRELLA LIABILITY",
    boxes=("OCCUR", "CLAIMS-MADE"),
    ticked=(0,),
    limits=(("EACH OCCURRENCE", (2_000_000, 5_000_000)), ("AGGREGATE", (2_000_000, 5_000_000)), ("RETENTION", (10_000,))),
    prefix="UMB",
)
WORKERS = Cover(
    type="WORKERS COMPENSATION AND EMPLOYERS' LIABILITY",
    boxes=("PER STATUTE", "OTHER"),
    ticked=(0,),
    limits=(
        ("E.L. EACH ACCIDENT", (500_000, 1_000_000)),
        ("E.L. DISEASE - EA EMPLOYEE", (500_000, 1_000_000)),
        ("E.L. DISEASE - POLICY LIMIT", (500_000, 1_000_000)),
    ),
    prefix="WC",
)

COLUMNS = (24.0, 42.0, 160.0, 181.0, 202.0, 296.0, 352.0, 408.0, 518.0, 588.0)
"""Left edges of: letter, type, ADDL INSD, SUBR WVD, number, effective, expiry, limit's label, limit's amount; and the right edge."""


def certificate_of_insurance(rng: Random) -> Paper:
    """US Letter, one page, text layer."""
    truth = _made_up(rng)
    aside = _untold(rng)
    return _filled_in(rng, truth, aside, Typing(style=Style(font=rng.choice(("cour", "cour", "helv")), size=8.6)))


def typed_certificate_of_insurance(rng: Random) -> Paper:
    """The same, typed by somebody who does not meet the boxes."""
    truth = _made_up(rng)
    aside = _untold(rng)
    return _filled_in(rng, truth, aside, typed_by(rng))


def _filled_in(rng: Random, truth: dict[str, Any], aside: dict[str, str], typing: Typing) -> Paper:
    fill = typing.style
    sheet = FormSheet(typing)
    _heading(sheet, truth, typing)
    _parties(sheet, truth, aside, fill)
    _coverages(sheet, truth, typing, rng)
    _foot(sheet, truth, aside, fill, rng)
    return Paper(name="certificate_of_insurance", document_type="certificate", pdf=sheet.pdf(), truth=truth)


def _made_up(rng: Random) -> dict[str, Any]:
    issued = date(rng.choice((2024, 2025)), rng.randint(1, 12), rng.randint(1, 28))
    insurers = [
        {"letter": letter, "name": name, "naic": str(rng.randint(10_000, 49_999))}
        for letter, name in zip("ABCD", rng.sample(INSURERS, rng.randint(2, 4)), strict=False)
    ]
    covers = [LIABILITY, AUTO, *rng.sample((UMBRELLA, WORKERS), rng.randint(1, 2))]
    covers.sort(key=(LIABILITY, AUTO, UMBRELLA, WORKERS).index)
    return no_certificate_fields() | {
        "kind": "insurance",
        "title": "CERTIFICATE OF LIABILITY INSURANCE",
        "certificate_number": f"CL{issued:%y}{rng.randint(100_000, 999_999)}",
        "issue_date": issued.isoformat(),
        "producer_name": rng.choice(PRODUCERS),
        "insured_name": rng.choice(INSURED),
        "insured_address": f"{rng.randint(100, 9900)} {rng.choice(STREETS)}, {rng.choice(TOWNS)}",
        "holder_name": rng.choice(HOLDERS),
        "insurers": insurers,
        "policies": [_policy(rng, cover, insurers, issued) for cover in covers],
    }


def _policy(rng: Random, cover: Cover, insurers: list[dict[str, Any]], issued: date) -> dict[str, Any]:
    begins = date(issued.year, rng.randint(1, 12), rng.choice((1, 1, 15, 28)))
    return {
        "type": cover.type,
        "insurer_letter": rng.choice(insurers)["letter"],
        "policy_number": f"{cover.prefix}{rng.randint(1_000_000, 9_999_999)}-{rng.randint(10, 99)}",
        "effective_date": begins.isoformat(),
        "expiry_date": begins.replace(year=begins.year + 1).isoformat(),
        "limits": {truth_label(label): rng.choice(amounts) for label, amounts in cover.limits if amounts},
    }


def _untold(rng: Random) -> dict[str, str]:
    """What the form shows beside the fields of the truth."""
    name = rng.choice(PEOPLE)
    return {
        "name": name,
        "phone": f"({rng.randint(201, 989)}) 555-01{rng.randint(10, 99)}",
        "mail": f"{name.split()[0].lower()}@broker.example",
        "street": f"{rng.randint(10, 999)} {rng.choice(STREETS)}",
        "town": rng.choice(TOWNS),
        "holder_street": f"{rng.randint(10, 999)} {rng.choice(STREETS)}",
        "holder_town": rng.choice(TOWNS),
    }


def _heading(sheet: Sheet, truth: dict[str, Any], typing: Typing) -> None:
    sheet.box((LEFT, 30, RIGHT, 764), width=1.0)
    sheet.cell((LEFT, 30, 496, 60), [(truth["title"], TITLE)])
    sheet.line((496, 30), (496, 60))
    sheet.write((504, 38), "DATE (MM/DD/YYYY)", LABEL)
    sheet.cell((496, 41, RIGHT, 58), [(typing.date(truth["issue_date"]), typing.style)])
    sheet.line((LEFT, 60), (RIGHT, 60))
    sheet.paragraph(
        (28, 65, 584, 96),
        "THIS CERTIFICATE IS GIVEN FOR INFORMATION AND CONFERS NO RIGHTS ON ITS HOLDER. IT DOES NOT CHANGE, EXTEND OR REPLACE THE COVER "
        "OF THE POLICIES NAMED BELOW, AND IT IS NO CONTRACT BETWEEN THE INSURERS, THE PRODUCER AND THE CERTIFICATE HOLDER. IF THE HOLDER "
        "IS AN ADDITIONAL INSURED, THE POLICY MUST SAY SO OR BE ENDORSED.",
        Style(font="hebo", size=6.4),
    )
    sheet.line((LEFT, 96), (RIGHT, 96))


def _parties(sheet: Sheet, truth: dict[str, Any], aside: dict[str, str], fill: Style) -> None:
    sheet.line((MIDDLE, 96), (MIDDLE, 222))
    sheet.write((28, 104), "PRODUCER", HEAD)
    for index, text in enumerate((truth["producer_name"], aside["street"], aside["town"])):
        sheet.write((34, 117 + 11 * index), text, fill, room=262)
    sheet.line((LEFT, 160), (MIDDLE, 160))
    sheet.write((28, 168), "INSURED", HEAD)
    street, town = truth["insured_address"].split(", ")
    for index, text in enumerate((truth["insured_name"], street, town)):
        sheet.write((34, 181 + 11 * index), text, fill, room=262)
    for index, (label, text) in enumerate((("CONTACT NAME:", aside["name"]), ("PHONE:", aside["phone"]), ("E-MAIL:", aside["mail"]))):
        base = 105 + 13 * index
        sheet.write((310, base), label, LABEL)
        sheet.write((366, base), text, fill, room=216)
        sheet.line((MIDDLE, base + 4), (RIGHT, base + 4))
    sheet.cell((MIDDLE, 135, 530, 147), [("INSURER(S) AFFORDING COVERAGE", HEAD)])
    sheet.cell((530, 135, RIGHT, 147), [("NAIC #", HEAD)])
    sheet.line((MIDDLE, 147), (RIGHT, 147))
    sheet.line((530, 135), (530, 222))
    for index, letter in enumerate("ABCDE"):
        base = 157 + 15 * index
        sheet.write((310, base), f"INSURER {letter} :", LABEL)
        if index < len(truth["insurers"]):
            insurer = truth["insurers"][index]
            sheet.write((350, base), insurer["name"], fill, room=177)
            sheet.cell((530, base - 10, RIGHT, base + 4), [(insurer["naic"], fill)])
        if index < 4:
            sheet.line((MIDDLE, base + 4.5), (RIGHT, base + 4.5))
    sheet.line((LEFT, 222), (RIGHT, 222))


def _coverages(sheet: Sheet, truth: dict[str, Any], typing: Typing, rng: Random) -> None:
    fill = typing.style
    sheet.write((28, 232), "COVERAGES", BOLD)
    sheet.write((196, 232), "CERTIFICATE NUMBER:", BOLD)
    sheet.write((286, 232), truth["certificate_number"], fill)
    sheet.write((430, 232), "REVISION NUMBER:", BOLD)
    sheet.line((LEFT, 237), (RIGHT, 237))
    sheet.paragraph(
        (28, 241, 584, 256),
        "THE POLICIES LISTED BELOW HAVE BEEN ISSUED TO THE INSURED NAMED ABOVE FOR THE PERIOD SHOWN. THE COVER IS SUBJECT TO ALL "
        "TERMS, EXCLUSIONS AND CONDITIONS OF THOSE POLICIES. LIMITS SHOWN MAY HAVE BEEN REDUCED BY PAID CLAIMS.",
        SMALL,
    )
    top = 257.0
    heads: tuple[tuple[str, ...], ...] = (("INSR", "LTR"), ("TYPE OF INSURANCE",), ("ADDL", "INSD"), ("SUBR", "WVD"), ("POLICY NUMBER",))
    heads += (("POLICY EFF", "(MM/DD/YYYY)"), ("POLICY EXP", "(MM/DD/YYYY)"))
    for index, head in enumerate(heads):
        sheet.cell((COLUMNS[index], top, COLUMNS[index + 1], top + 17), [(text, HEAD) for text in head], pad=1.0)
    sheet.cell((COLUMNS[7], top, RIGHT, top + 17), [("LIMITS", HEAD)])
    sheet.line((LEFT, top), (RIGHT, top))
    sheet.line((LEFT, top + 17), (RIGHT, top + 17))
    begin, top = top, top + 17
    by_type = {cover.type: cover for cover in (LIABILITY, AUTO, UMBRELLA, WORKERS)}
    for policy in truth["policies"]:
        # ADDL INSD and SUBR WVD are optional fields, which truths leave unsaid.
        boxes = ((3, 0.4),) if policy["type"] == WORKERS.type else ((2, 0.5), (3, 0.4))
        ticked = [column for column, chance in boxes if rng.random() < chance]
        top = _policy_row(sheet, top, by_type[policy["type"]], policy, typing, ticked=ticked)
    for edge in COLUMNS[1:8]:
        sheet.line((edge, begin), (edge, top))


def _policy_row(sheet: Sheet, top: float, cover: Cover, policy: dict[str, Any], typing: Typing, *, ticked: Sequence[int]) -> float:
    fill = typing.style
    step = 12.4
    bottom = top + step * max(len(cover.limits), len(cover.boxes) + 2)
    sheet.cell((COLUMNS[0], top, COLUMNS[1], bottom), [(policy["insurer_letter"], fill)])
    sheet.box((46, top + 4, 52, top + 10))
    sheet.write((47.2, top + 9), "X", Style(font="hebo", size=5.6))
    sheet.paragraph((58, top + 4.5, COLUMNS[2] - 2, top + 22), cover.type, HEAD)
    under = top + (21 if HEAD.width(cover.type) > COLUMNS[2] - 60 else 14)
    for index, box in enumerate(cover.boxes):
        y = under + 10 * index
        sheet.box((58, y, 64, y + 6))
        if index in cover.ticked:
            sheet.write((59.2, y + 5), "X", Style(font="hebo", size=5.6))
        sheet.write((68, y + 5.2), box, LABEL)
    for column in ticked:
        sheet.cell((COLUMNS[column], top, COLUMNS[column + 1], bottom), [("Y", fill)])
    sheet.cell((COLUMNS[4], top, COLUMNS[5], bottom), [(policy["policy_number"], fill)], align="left", pad=3.0)
    sheet.cell((COLUMNS[5], top, COLUMNS[6], bottom), [(typing.date(policy["effective_date"]), fill)], pad=1.0)
    sheet.cell((COLUMNS[6], top, COLUMNS[7], bottom), [(typing.date(policy["expiry_date"]), fill)], pad=1.0)
    for index, (label, _) in enumerate(cover.limits):
        y = top + step * index
        sheet.cell((COLUMNS[7], y, COLUMNS[8], y + step), [(label, LABEL)], align="left", pad=3.0)
        sheet.write((COLUMNS[8] + 3, y + 9.2), "$", LABEL)
        if truth_label(label) in policy["limits"]:
            sheet.cell(
                (COLUMNS[8] + 8, y, RIGHT, y + step),
                [(typing.sums.format(policy["limits"][truth_label(label)]), fill)],
                align="right",
                pad=3.0,
            )
        sheet.line((COLUMNS[7], y + step), (RIGHT, y + step), width=0.4)
    sheet.line((COLUMNS[8], top), (COLUMNS[8], bottom), width=0.4)
    sheet.line((LEFT, bottom), (RIGHT, bottom))
    return bottom


def _foot(sheet: Sheet, truth: dict[str, Any], aside: dict[str, str], fill: Style, rng: Random) -> None:
    top = 566.0
    sheet.line((LEFT, top), (RIGHT, top))
    sheet.write((28, top + 9), "DESCRIPTION OF OPERATIONS / LOCATIONS / VEHICLES", HEAD)
    sheet.paragraph(
        (34, top + 18, 580, top + 58),
        f"All work done by the insured for {truth['holder_name']} under written contract.",
        fill,
        leading=1.3,
    )
    top = 640.0
    sheet.line((LEFT, top), (RIGHT, top))
    sheet.line((MIDDLE, top), (MIDDLE, 764))
    sheet.write((28, top + 9), "CERTIFICATE HOLDER", BOLD)
    sheet.write((310, top + 9), "CANCELLATION", BOLD)
    sheet.line((LEFT, top + 13), (RIGHT, top + 13))
    for index, text in enumerate((truth["holder_name"], aside["holder_street"], aside["holder_town"])):
        sheet.write((34, top + 34 + 12 * index), text, fill, room=264)
    sheet.paragraph(
        (310, top + 20, 584, top + 50),
        "SHOULD A POLICY ABOVE BE CANCELLED BEFORE ITS EXPIRY DATE, NOTICE WILL BE GIVEN AS THAT POLICY PROVIDES.",
        LABEL,
    )
    sheet.line((MIDDLE, top + 54), (RIGHT, top + 54))
    sheet.write((310, top + 62), "AUTHORIZED REPRESENTATIVE", LABEL)
    sheet.signature((330, top + 92), rng)
    sheet.write((330, top + 112), aside["name"], Style(font="tiit", size=9.0))
