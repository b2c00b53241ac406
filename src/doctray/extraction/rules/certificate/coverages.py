"""Coverages outside the ACORD form: tables with headings, headings with sums beneath, coverage names beside sums."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from doctray.domain.document import Box
from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, find_amounts, fold, read_amount
from doctray.extraction.rules.certificate.benefits import benefits_of
from doctray.extraction.rules.certificate.coverage import COVERAGE, Coverage, heading, is_sentence, plain_label, text_of
from doctray.extraction.rules.certificate.coverage_bands import banded
from doctray.extraction.rules.certificate.coverage_grids import drawn
from doctray.extraction.rules.certificate.coverage_sums import Sum, declared, of_tariff, promised, sums_first, sums_of, up_to
from doctray.extraction.rules.certificate.coverage_tables import premiums, table
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import is_like, likeness, words_at
from doctray.extraction.rules.reading import Phrase, Sheet

_LIMIT = re.compile(
    r"\b(?:occurrence|aggregate|agg|limits?|deductible|excess|injury|damage|med(?:ical)?|expenses?|"
    r"premises|retention|per (?:person|accident|claim|event)|combined|disease|employee|accident|amount of cover|"
    r"indemnity|sums? insured|each|any one|buildings?|contents|stock|equipment|uninsured|underinsured|collision|comprehensive|"
    r"ded|dwelling|structures?|property|loss of use|liability|payments?|cancellation|baggage|luggage|curtailment|"
    r"repatriation|valuables|jewell?ery|bicycles?|possessions|accommodation|financial loss|insured'?s declared value|"
    r"agreed value|insured value|death|disablement|benefit|theft|fire|flood|windscreen|glass|machinery|money|tools|cargo|"
    r"coverage amount|amount of coverage|sums? assured|perils|wind|hail|hurricane|named storm|hired[- ]in|plant|"
    r"business interruption|legal (?:expenses|defence)|products|aggregate|insured amount|cover|idv|"
    r"l[íi]mites?|subl[íi]mites?|franquicia|capital|suma asegurada|r\.?c\.?|responsabil\w+|garant[íi]as?|garanties?|dommages?|plafond|"
    r"franchise|da[ñn]os|danni|massimale|franchigia|corporels|matériels|immatériels|\w*deckung\w*|\w*versicherungssumme|\w*sch[äa]den|"
    r"selbstbe\w+|"
    r"verzekerd bedrag|eigen risico|third[- ]party property|medical treatment|hospitali[sz]ation|evacuation|mortal remains|dégâts|vol|"
    r"incendie|bris|víctima)\b",
    re.IGNORECASE,
)
_NO_LIMIT = re.compile(
    r"\b(?:premium|price|tax|ipt|fees?|^total(?! (?:limit|sum))|total (?:premium|price|cost|due|amount)|"
    r"paid|payable|instal\w+|(?<!replacement )cost|charge|commission|turnover|"
    r"revenue|payroll|wage\w*|vat|gst|due|balance|discount|monthly|mileage|no claims?|stamp duty|levy|surcharge|refund|"
    r"annual payment|payment (?:plan|method|date)|bonus|odometer|engine|seating|capacity|cc|(?<!one )year|age)\b",
    re.IGNORECASE,
)
_KIND_OF_COVER = re.compile(r"liabilit|indemnit|compensation|insurance|umbrella", re.IGNORECASE)
_PERSONAL_LINES = re.compile(
    r"\b(?:dwelling|other structures|personal property|loss of use|medical (?:payments|treatment)|repatriation|evacuation|baggage|luggage|"
    r"cancellation|buildings?|contents|stock|"
    r"bodily injury|property damage|collision|uninsured|underinsured|medical expenses)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Group:
    """Sums that follow one heading, or none."""

    kind: Found | None
    sums: list[Sum] = field(default_factory=list)


def coverages(
    sheets: Sequence[Sheet], order: DateOrder | None, *, one_policy: bool = False, package: bool = False, one_kind: bool = False
) -> list[Coverage]:
    """The coverages that the sheets list, in reading order.

    one_policy: sums beside names of coverages are limits of one policy. package: headings are sections of that policy too. one_kind: so are
    the rows of a table of covers and sums.
    """
    found: list[Coverage] = []
    groups: list[_Group] = []
    for sheet in sheets:
        gridded, places = drawn(sheet, order)
        found += gridded
        rows = [row for row in sheet.rows() if not any(_is_in(row, place) for place in places)]
        by_line = sums_first(sheet)
        unlisted = [[phrase for phrase in row if id(phrase) not in by_line] or row for row in rows]
        used: set[int] = set()
        for index in range(len(rows)):
            if index not in used:
                listed, taken = banded(sheet, unlisted, index, order)
                if not listed:
                    listed, taken = table(sheet, unlisted, index, order)
                if one_kind and all(row.policy_number is None and row.expiry_date is None for row in listed):
                    listed, taken = [], set()  # sums of one policy, each beside its cover
                if not listed:
                    listed, taken = premiums(unlisted, index)
                found += listed
                used |= taken
        groups += _groups(sheet, [row for index, row in enumerate(rows) if index not in used], by_line, go_on=groups[-1:])
    if package and not found:
        groups = [_Group(None, [item for group in groups for item in group.sums])]
    for group in groups:
        _add(found, group, one_policy=one_policy or package)
    return [c for c in found if c.limits or c.policy_number or c.effective_date or c.listed]


def _is_in(row: Sequence[Phrase], place: Box) -> bool:
    """Whether a row stands within the place of a table that was read already."""
    return all(place.left <= phrase.box.center_x <= place.right and place.top <= phrase.box.center_y <= place.bottom for phrase in row)


def _groups(
    sheet: Sheet, rows: Sequence[Sequence[Phrase]], by_line: Mapping[int, Sequence[Sum]], *, go_on: Sequence[_Group]
) -> list[_Group]:
    """The sums of a sheet by the heading that they follow; sums before its first heading follow the last of the sheet before.

    by_line: sums of lines that begin with them, by the id of the line's phrase.
    """
    current = go_on[0] if go_on else _Group(None)
    groups = [] if go_on else [current]
    charged = False
    benefits: set[int] = set()
    for index, row in enumerate(rows):
        if not charged and index not in benefits:
            listed, taken = benefits_of(sheet, rows, index)
            current.sums += listed
            benefits |= taken
        if index in benefits:
            continue
        prose = [phrase for phrase in row if len(phrase.words) > _MOST_IN_CELL]
        current.sums += of_tariff(sheet, prose) + up_to(sheet, prose)
        charged = (charged or _begins_charges(row)) and not _ENDS_CHARGES.search(text_of(row))
        if charged:
            continue
        if is_sentence(row) or len(row[0].words) > _MOST_IN_CELL:
            current.sums += promised(sheet, row)
        if is_sentence(row):
            row = _beside_sentences(row)
        if not row:
            continue
        kind = heading(row)
        if kind is not None:
            current = _Group(kind)
            groups.append(current)
            continue
        current.sums += [item for phrase in row for item in by_line.get(id(phrase), ())]
        row = [phrase for phrase in row if id(phrase) not in by_line]
        if not row:
            continue
        current.sums += declared(sheet, row) + _beneath_headings(sheet, row)
        found = [_headed(sheet, _answered(found, row)) for found in sums_of(sheet, row) if not _NO_LIMIT.search(found.label)]
        known = {id(word) for item in current.sums for word in item.found.words}
        found = [item for item in found if not any(id(word) in known for word in item.found.words)]
        if len(found) == 1 and current.sums and _goes_on(current.sums[-1], found[0]):
            before = current.sums.pop()
            found = [replace(item, label=before.label, place=before.place, several=True) for item in (before, found[0])]
        current.sums += found + _under_deductible(sheet, row)
    return groups


def _beneath_headings(sheet: Sheet, row: Sequence[Phrase]) -> list[Sum]:
    """The sums of a row of nothing else, each labelled by the heading right over it, where all headings name limits."""
    if len(row) < _LEAST_BENEATH or any(read_amount(phrase.text) is None or not find_amounts(phrase.text) for phrase in row):
        return []
    out = []
    for phrase in row:
        over = next(iter(sheet.above(phrase, lines=2.5)), None)
        if over is None or find_amounts(over.text) or not (_LIMIT.search(over.text) and len(over.words) <= _MOST_OF_HEADING):
            return []
        out += [replace(item, label=plain_label(over.text), place=over, asked=True) for item in sums_of(sheet, [phrase])]
    return out


_LEAST_BENEATH, _MOST_OF_HEADING = 2, 6

_DEDUCTIBLE = re.compile(r"deductibles?", re.IGNORECASE)
_OF_SUMS = re.compile(r"(?:amount|limits?|sums?)\b(?: of insurance| insured)?|limits? of (?:liability|insurance|indemnity)", re.IGNORECASE)
_COLUMN_REACH = 40.0
"""Line heights that a column of deductibles reaches down from its heading."""


def _under_deductible(sheet: Sheet, row: Sequence[Phrase]) -> list[Sum]:
    """The sum of a row that stands in a column of deductibles, beside the one of the row's label; where they are all the same."""
    last = row[-1]
    if len(row) < 3 or not find_amounts(last.text) or not find_amounts(row[-2].text):
        return []
    for head in sheet.above(last, lines=_COLUMN_REACH):
        if _DEDUCTIBLE.fullmatch(head.text.strip(" :")):
            beside = sheet.left_of(head)[:1]
            column = {p.text for p in sheet.below(head, lines=_COLUMN_REACH) if find_amounts(p.text)}
            told = bool(beside) and _OF_SUMS.match(beside[0].text) is not None and len(column) == 1
            return [replace(item, label=head.text.strip(" :"), place=head, asked=True) for item in sums_of(sheet, [last])] if told else []
    return []


_IF_SO = re.compile(r"if (?:yes|so|applicable)\W{1,3}(?:limit|amount)\W*", re.IGNORECASE)
_TICK = re.compile(r"\[?[xX✓✔☒☑✗✘]\]?")


def _answered(item: Sum, row: Sequence[Phrase]) -> Sum:
    """A sum that answers a question which its row asks: FLOOD  X YES  If YES, LIMIT: $500,000."""
    if not _IF_SO.fullmatch(item.label) or row[0] is item.place:
        return item
    ticked = next((after for before, after in pairwise(row) if _TICK.fullmatch(before.text) and not _IF_SO.match(after.text)), None)
    asked = row[0] if ticked is None or _TICK.fullmatch(ticked.text) else ticked
    return replace(item, label=plain_label(asked.text), place=asked, asked=True)


def _headed(sheet: Sheet, item: Sum) -> Sum:
    """A sum that has no label in its row, with the one right over it: Insured Value / USD 412,750."""
    if (item.qualifier and item.label) or isinstance(item.found.value, str) or _LIMIT.search(item.label):
        return item
    cell = Phrase.of(item.found.page, item.found.words)
    if item.qualifier:
        heads = [
            p for p in sheet.above(cell, lines=1.2)[:1] if p.text.rstrip().endswith(":") and abs(p.box.left - cell.box.left) < p.height
        ]
        told = bool(heads) and is_like(heads[0].text, _OVER_SUMS)
        return replace(item, label=plain_label(heads[0].text), place=heads[0], asked=True) if told else item
    over = sheet.above(cell, lines=2.5) or sheet.above(cell, lines=_TALL_CELL)[:2]
    if over and len(over) == 1 and (beside := sheet.left_of(over[0])[:1]) and over[0].box.left - beside[0].box.right < over[0].height:
        over = [Phrase.of(cell.page, [*beside[0].words, *over[0].words])]
    heads = [
        Phrase.of(over[0].page, [word for line in reversed(over[:count]) for word in line.words])
        for count in range(1, 1 + min(2, len(over)))
    ]
    head = next((head for head in heads if is_like(_REMARK.sub("", head.text), _OVER_SUMS)), None)
    return item if head is None else replace(item, label=plain_label(head.text), place=head)


_TALL_CELL = 8.0
"""Line heights between a heading and the middle of a tall cell with nothing else in it."""

_REMARK = re.compile(r"\s*\([^()]{1,20}\)")

_OVER_SUMS = (
    "insured value", "agreed value", "sum insured", "sums insured", "total sum insured", "limit of liability", "limit of indemnity",
    "limit of cover", "limit of insurance", "amount of insurance", "amount insured", "policy limit", "coverage limit",
    "insured's declared value", "idv", "total idv", "vehicle idv", "excess", "deductible", "retention", "self insured retention",
)  # fmt: skip


def _beside_sentences(row: Sequence[Phrase]) -> Sequence[Phrase]:
    """A label with its sum in the row of another column's sentence; nothing where the row is one sentence."""
    kept = [phrase for phrase in row if not is_sentence([phrase])]
    parted = len(kept) < len(row) and len(kept) == _LABEL_AND_SUM and not find_amounts(kept[0].text)
    return kept if parted and read_amount(re.sub(r"\s?/[-–—=]$", "", kept[1].text)) is not None else ()


_LABEL_AND_SUM = 2
_MOST_IN_CELL = 12
"""Words of a phrase that may be a label with its sum; a longer one is a sentence or several."""


def _begins_charges(row: Sequence[Phrase]) -> bool:
    """Whether the row heads a list of what the insurance costs, whose lines have names of covers."""
    short = len(row) <= 2 and len(text_of(row).split()) <= 6 and _CHARGES.search(text_of(row)) is not None
    headed = any(len(phrase.words) <= 4 and _CHARGES.match(phrase.text) for phrase in row)
    return (short or headed) and not find_amounts(text_of(row))


_CHARGES = re.compile(
    r"\b(?:schedule|computation|calculation|details?|break ?-?up|breakdown|summary) of (?:the )?premiums?\b|"
    r"^discounts?(?: applied)?$|\bpremiums? (?:schedule|computation|calculation|details?|break ?-?up|breakdown|summary)\b",
    re.IGNORECASE,
)
_ENDS_CHARGES = re.compile(
    r"\b(?:(?:final|gross|net|total) (?:amount|premium) (?:paid|payable|due)?|limits? of|deductibles?)\b", re.IGNORECASE
)


def _goes_on(before: Sum, item: Sum) -> bool:
    """Whether a sum without a label stands right beneath one that has it, both with words that tell them apart."""
    if item.label or not item.qualifier or not before.label or not before.qualifier:
        return False
    one, other = before.found.words[0].box, item.found.words[0].box
    return abs(one.left - other.left) < one.height and 0 < other.top - one.top < 2.5 * one.height


def _add(found: list[Coverage], group: _Group, *, one_policy: bool) -> None:
    """Puts the sums of a group where they belong: to its heading's coverage, to coverages of their own, or to the last one before."""
    if group.kind is not None:
        kind = group.kind
        known = next((c for c in found if c.kind is not None and same_coverage(str(c.kind.value), str(kind.value))), None)
        if known is None:
            known = Coverage(kind=kind)
            found.append(known)
        current: Coverage | None = known
    else:
        current = found[-1] if found else None
    together = one_policy or _are_limits_of_one(group.sums)
    headed = group.kind is not None
    for item in group.sums:
        named = bool(item.label) and item.place is not None and _names_coverage(item.label)
        home = None if item.place is None or headed else _told_of(found, item)
        if home is not None:
            home.limits.setdefault(item.qualifier or item.label, item.found)
        elif not together and (told := _kind_then_limit(item)) is not None:
            headed = False
            current = told
            found.append(current)
        elif item.own and not together and current is not None and current.limits:
            current.limits.setdefault(item.qualifier, item.found)
        elif named and isinstance(item.found.value, str) and current is not None and current.kind is None and current.limits:
            current.limits.setdefault(item.label, item.found)
        elif named and not item.asked and not together and not (headed and not _KIND_OF_COVER.search(item.label)):
            headed = False
            current = Coverage(kind=text_found(item.place))
            found.append(current)
            current.limits[item.qualifier or "LIMIT"] = item.found
        elif (
            item.label
            and len(item.label.split()) <= (_MOST_ASKED if item.asked else 9)
            and (item.asked or _LIMIT.search(item.label) or _LIMIT.search(item.qualifier) or (together and named))
        ):
            if current is None:
                current = Coverage(kind=None)
                found.append(current)
            name = _limit_name(item)
            again = name in current.limits and item.qualifier and not name.endswith(item.qualifier)
            current.limits.setdefault(f"{name} {item.qualifier}" if again else name, item.found)
        elif current is not None and not current.limits and not item.label and _IN_PLACE_OF_SUMS.fullmatch(str(item.found.value)):
            current.limits.setdefault("LIMITS", item.found)


def _kind_then_limit(item: Sum) -> Coverage | None:
    """The coverage whose name and the label of its sum are parted by a dash: Public Liability - limit of indemnity R5 000 000."""
    match = None if item.place is None else _KIND_THEN_LIMIT.fullmatch(item.label)
    if match is None or item.place is None:
        return None
    at = item.place.text.find(match["kind"])
    kind = Found(value=match["kind"], page=item.place.page, words=words_at(item.place.words, at, at + len(match["kind"])))
    return Coverage(kind=kind, limits={item.qualifier or match["limit"]: item.found})


_KIND_THEN_LIMIT = re.compile(
    rf"(?P<kind>{COVERAGE.pattern}(?: (?:insurance|cover(?:age)?))?) ?[-–—:,] ?"
    r"(?P<limit>(?:policy )?(?:limits?|sums? insured|amounts?|cover)(?: of (?:indemnity|liability|insurance|cover))?)",
    re.IGNORECASE,
)


def _told_of(found: Sequence[Coverage], item: Sum) -> Coverage | None:
    """The listed policy that a sentence names with its sum: the general liability limit is $1,000,000 per occurrence."""
    match = _LIMIT_OF.match(item.label)
    if match is None:
        return None
    return next(
        (c for c in found if c.policy_number is not None and c.kind is not None and fold(match["kind"]) in fold(str(c.kind.value))), None
    )


_MOST_ASKED = 20
"""Words of the label of a sum that is known to be a limit."""

_IN_PLACE_OF_SUMS = re.compile(r"(?:statutory(?: limits?)?|per statute|unlimited|included|as per policy|policy limits?)\.?", re.IGNORECASE)
"""Words that are all limits of their policy, where they stand without a label."""

_LIMIT_OF = re.compile(r"the (?P<kind>[\w' ]{4,40}) (?:policy )?limits?\b", re.IGNORECASE)

_GENERIC = re.compile(
    r"(?:(?:policy|liability|coverage|insurance|indemnity) )?(?:limits?|amounts?|sums? insured)(?: of (?:liability|"
    r"indemnity|insurance|cover))?",
    re.IGNORECASE,
)


def _limit_name(item: Sum) -> str:
    """A sum's label; with what qualifies it, where one label has several sums."""
    if not item.several:
        return item.label
    return item.qualifier if _GENERIC.fullmatch(item.label) else f"{item.label} {item.qualifier}"


def _are_limits_of_one(sums: Sequence[Sum]) -> bool:
    """Whether a list of sums is of one package, as a household's or a shop's, although some of its labels name coverages."""
    of_package = sum(bool(_PERSONAL_LINES.search(item.label)) for item in sums)
    liabilities = sum(bool(_BUSINESS_LINES.match(item.label)) for item in sums)
    return of_package >= 2 or (of_package == 1 and not liabilities)


_BUSINESS_LINES = re.compile(r"(?:commercial )?(?:general|public|professional|employers)", re.IGNORECASE)


def _names_coverage(label: str) -> bool:
    rest = COVERAGE.sub("", label)
    return (
        bool(COVERAGE.match(label))
        and not re.search(r"\b(?:occurrence|aggregate|agg|deductible|excess|each|per|limits?|amount)\b", rest, re.IGNORECASE)
        and len(label.split()) <= 8
    )


def same_coverage(one: str, other: str) -> bool:
    a, b = fold(one), fold(other)
    return likeness(a, b) > 0 or a in b or b in a
