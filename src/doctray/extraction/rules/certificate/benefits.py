"""Benefits in a list of two columns, the right one headed Sum Insured: each benefit is a limit of the policy, whatever its name.

A third column, of what each costs or what of it the insured bears, is not read.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from doctray.extraction.rules.certificate.coverage import is_sentence
from doctray.extraction.rules.certificate.coverage_sums import Sum, sums_of
from doctray.extraction.rules.reading import Phrase, Sheet

_NAMES = re.compile(r"(?:details of )?(?:benefits?|covers?|coverages?|sections?)(?: covered| name)?|what['’]?s covered", re.IGNORECASE)
_SUMS = re.compile(
    r"(?:sums? (?:insured|assured)|(?:benefit|limit|maximum|cover(?:age)?) (?:amounts?|limits?)|limits?(?: of (?:liability|insurance|"
    r"indemnity))?|maximum)"
    r"(?: ?/ ?limits?)?(?: ?\([^()]{1,6}\))?",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:annual |yearly |monthly )?(?:cost|premium|price|deductible|excess|first amount payable)s?(?: ?\([^()]{1,6}\))?", re.IGNORECASE
)
_TOTAL = re.compile(r"(?:total|annual|monthly|yearly)\b.{0,20}\b(?:premium|cost|price)", re.IGNORECASE)
_LEAST = 3
"""Benefits that make a list."""

_GAP = 3.5
"""Line heights between rows of one list at most."""

_INDENT = 0.5
"""Line heights that what is told of a benefit stands to the right of the benefits at least."""


def benefits_of(sheet: Sheet, rows: Sequence[Sequence[Phrase]], index: int) -> tuple[list[Sum], set[int]]:
    """The sums of a list that the row at index heads, labelled by their benefits, and the rows it takes; ([], set()) where it heads none.

    Lines beneath a benefit that are indented tell of it (Deductible: US $ 50) and are no limits of their own; a sum that stands in
    the column of sums beside the first of them is the benefit's.
    """
    head = rows[index]
    beyond = _begins_aside(head)
    head = head if beyond is None else head[:-1]
    if len(head) != 2 or not _NAMES.fullmatch(head[0].text.strip(" :")) or not _SUMS.fullmatch(head[1].text.strip(" :")):
        return [], set()
    out: list[Sum] = []
    taken = {index}
    benefit: Phrase | None = None  # one whose sum is still to come
    bottom, left = max(phrase.box.bottom for phrase in head), None
    for number in range(index + 1, len(rows)):
        row = [phrase for phrase in rows[number] if beyond is None or phrase.box.right < beyond or phrase is rows[number][0]]
        far = row[0].box.top - bottom > _GAP * max(head[0].height, row[0].height)
        if far or len(row) > 2 or is_sentence(row) or row[0].box.left > head[1].box.left or _TOTAL.match(row[0].text):
            break
        left = row[0].box.left if left is None else left
        indented = row[0].box.left - left > _INDENT * row[0].height
        cell = row[1] if len(row) == 2 and row[1].box.right > head[1].box.left else None
        if row[0].box.left < left - row[0].height or (len(row) == 2 and cell is None):
            break
        if not indented:
            benefit = row[0]
        if cell is not None and benefit is not None:
            out += [replace(item, asked=True) for item in sums_of(sheet, [benefit, cell]) or _beside(sheet, benefit, cell)]
            benefit = None
        elif (borne := _DEDUCTIBLE.fullmatch(row[0].text)) is not None:
            sum_ = row[0].part(0, len(row[0].words) - 1)
            assert sum_ is not None
            out += [
                replace(item, label=borne["what"], place=Phrase.of(row[0].page, row[0].words[-1:]), asked=True)
                for item in sums_of(sheet, [sum_])
            ]
        taken.add(number)
        bottom = max(phrase.box.bottom for phrase in row)
    return (out, taken) if len(out) >= _LEAST else ([], set())


_DEDUCTIBLE = re.compile(r"\S*\d\S* (?P<what>deductible|excess)", re.IGNORECASE)
"""What the insured bears, as a row of its own: $250 Deductible."""


def _begins_aside(head: Sequence[Phrase]) -> float | None:
    """Where a third column begins that has no limits; None where there is none. Half-way between its heading and the one before."""
    if len(head) != _WITH_ASIDE or not _ASIDE.fullmatch(head[2].text.strip(" :")):
        return None
    return (head[1].box.right + head[2].box.left) / 2 + (head[2].box.left - head[1].box.right) * _NEARER


_WITH_ASIDE = 3
_NEARER = 0.3
"""Of the gap between two headings: cells of sums may reach so far over its middle."""


def _beside(sheet: Sheet, benefit: Phrase, cell: Phrase) -> list[Sum]:
    """The sum of a cell that stands a line beneath its benefit."""
    return [replace(item, label=benefit.text.strip(" :"), place=benefit, asked=True) for item in sums_of(sheet, [cell])]
