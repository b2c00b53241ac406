"""Coverages outside the ACORD form: tables with headings, headings with sums beneath, coverage names beside sums."""

import re
from collections.abc import Sequence

from doctray.extraction.grounding import Found
from doctray.extraction.parse import AMOUNT_WORDS, DateOrder, fold
from doctray.extraction.rules.coverage import COVERAGE, Coverage, after_up_to, heading, is_sentence, label_and_sum, plain_label
from doctray.extraction.rules.coverage_tables import table
from doctray.extraction.rules.finds import amount_found, text_found
from doctray.extraction.rules.labels import likeness
from doctray.extraction.rules.reading import Phrase, Sheet, in_row

_LIMIT = re.compile(
    r"\b(?:occurrence|aggregate|agg|limit|limits|deductible|excess|injury|damage|med(?:ical)? (?:exp\w*|pay\w*)|"
    r"premises|retention|per (?:person|accident|claim|event)|combined|disease|employee|accident|"
    r"indemnity|sum insured|each|any one|building|contents|stock|equipment|uninsured|underinsured|collision|comprehensive)\b",
    re.IGNORECASE,
)
_NO_LIMIT = re.compile(
    r"\b(?:premium|price|tax|ipt|fee|total(?! limit)|paid|payable|payment|instal\w+|cost|charge|commission|turnover|"
    r"revenue|payroll|wage\w*|vat|due|balance|discount|monthly|mileage|value)\b",
    re.IGNORECASE,
)
_KIND_OF_COVER = re.compile(r"liabilit|indemnit|compensation|insurance|umbrella", re.IGNORECASE)


def coverages(sheets: Sequence[Sheet], order: DateOrder | None) -> list[Coverage]:
    """The coverages that the sheets list, in reading order."""
    found: list[Coverage] = []
    for sheet in sheets:
        rows = sheet.rows()
        used: set[int] = set()
        for index in range(len(rows)):
            if index not in used:
                listed, taken = table(sheet, rows, index, order)
                found += listed
                used |= taken
        _gather_sums(sheet, [row for index, row in enumerate(rows) if index not in used], found)
    return [c for c in found if c.limits or c.policy_number or c.effective_date]


def _gather_sums(sheet: Sheet, rows: Sequence[Sequence[Phrase]], found: list[Coverage]) -> None:
    """Adds what stands outside tables: sums go to the coverage whose heading they follow, or make one themselves."""
    current: Coverage | None = found[-1] if found else None
    headed = False
    for row in rows:
        if is_sentence(row):
            continue
        kind = heading(row)
        if kind is not None:
            known = next((c for c in found if c.kind is not None and same_coverage(str(c.kind.value), str(kind.value))), None)
            current, headed = known or Coverage(kind=kind), True
            if known is None:
                found.append(current)
            continue
        label, sum_found, label_phrase = _row_sum(row, sheet)
        if sum_found is None:
            continue
        if label_phrase is not None and label and _names_coverage(label) and not (headed and not _KIND_OF_COVER.search(label)):
            headed = False
            current = Coverage(kind=text_found(label_phrase))
            current.limits["LIMIT"] = sum_found
            found.append(current)
        elif current is not None and label and len(label.split()) <= 7 and not _NO_LIMIT.search(label) and _LIMIT.search(label):
            current.limits.setdefault(label, sum_found)
        elif current is not None and not label and AMOUNT_WORDS.match(str(sum_found.value)):
            current.limits.setdefault("LIMITS", sum_found)


def _row_sum(row: Sequence[Phrase], sheet: Sheet) -> tuple[str, Found | None, Phrase | None]:
    """(label, sum, where the label is) of a row like `Each Occurrence Limit .... $1,000,000`."""
    if len(row) == 1:
        label, found = label_and_sum(row[0], sheet)
        return label, found, row[0].part(0, max(1, len(label.split()))) if label else None
    if len(row) > 4:
        return "", None, None
    first = row[0]
    for phrase in row[1:]:
        found = amount_found(after_up_to(phrase), ocr=sheet.ocr, small=False)
        if found is not None and in_row(first.box, phrase.box):
            return plain_label(first.text), found, first
    return "", None, None


def _names_coverage(label: str) -> bool:
    rest = COVERAGE.sub("", label)
    return (
        bool(COVERAGE.match(label))
        and not re.search(r"\b(?:occurrence|aggregate|agg|deductible|excess|each|per)\b", rest, re.IGNORECASE)
        and len(label.split()) <= 8
    )


def same_coverage(one: str, other: str) -> bool:
    a, b = fold(one), fold(other)
    return likeness(a, b) > 0 or a in b or b in a
