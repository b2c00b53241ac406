"""Pages that go on with an ACORD certificate: a second table of insurers and policies, remarks (ACORD 101) that list policies."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from doctray.domain.document import Box
from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, fold
from doctray.extraction.rules.certificate.acord_columns import columns_of
from doctray.extraction.rules.certificate.acord_table import free_policies
from doctray.extraction.rules.certificate.anchors import anchor
from doctray.extraction.rules.certificate.coverage_sums import sums_of
from doctray.extraction.rules.certificate.insurance_values import period, policy_numbers
from doctray.extraction.rules.certificate.vocabulary import INSURANCE, INSURANCE_STOPS
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import Labelled
from doctray.extraction.rules.reading import Phrase, Sheet

Tree = Mapping[str, Any]


def continued(tree: Tree, sheets: Sequence[Sheet], order: DateOrder | None) -> Tree:
    """The certificate with the insurers and policies that the pages behind it add; none that it has already."""
    insurers, policies = list(tree["insurers"]), list(tree["policies"])
    known = {_key(policy) for policy in policies}
    for sheet in sheets:
        if anchor(sheet, "ADDITIONAL REMARKS SCHEDULE") is not None:
            more = _of_remarks(sheet, order)
        elif anchor(sheet, "TYPE OF INSURANCE") is not None and anchor(sheet, "POLICY NUMBER") is not None:
            letters = {str(insurer["letter"].value) for insurer in insurers if "letter" in insurer}
            insurers += [insurer for insurer in _insurers(sheet) if str(insurer["letter"].value) not in letters]
            more = _of_table(sheet, order)
        else:
            continue
        policies += [policy for policy in more if _key(policy) not in known]
        known |= {_key(policy) for policy in more}
    return {**tree, "insurers": insurers, "policies": policies}


def _key(policy: Tree) -> tuple[str, str]:
    """What tells policies apart: one number may stand for several kinds of insurance."""
    kind, number = policy.get("type"), policy.get("policy_number")
    return ("" if kind is None else fold(str(kind.value)), "" if number is None else fold(str(number.value)))


def _of_table(sheet: Sheet, order: DateOrder | None) -> list[dict[str, Any]]:
    """The rows of a table without printed sections; types begin right of the letters, wherever their heading stands."""
    columns = columns_of(sheet)
    if columns is None:
        return []
    heading = Box(0, columns.top - 3 * columns.effective.height, columns.type_left, columns.top + columns.effective.height)
    letters = anchor(sheet, "INSR", "INSR LTR", "CO LTR", within=heading)
    left = columns.type_left if letters is None else min(columns.type_left, letters.box.right + letters.phrase.height / 2)
    found = free_policies(sheet, replace(columns, type_left=left), order)
    return [policy for policy in found if policy.get("policy_number") is not None]


_LETTER = re.compile(r"[A-L]")


def _insurers(sheet: Sheet) -> list[dict[str, Found]]:
    """The insurers of such a page, whose letter stands under the word INSURER, up to L."""
    out = []
    for row in sheet.rows():
        label = next((p for p in row if p.folded == "insurer"), None)
        name = None if label is None else next(iter(sheet.right_of(label)), None)
        if label is None or name is None:
            continue
        letter = next((p for p in sheet.below(label, lines=1.5)[:1] if _LETTER.fullmatch(p.text.strip(" :"))), None)
        found = text_found(name)
        if letter is not None and found is not None:
            out.append({"letter": Found(value=letter.text.strip(" :"), page=sheet.number, words=letter.words), "name": found})
    return out


def _of_remarks(sheet: Sheet, order: DateOrder | None) -> list[dict[str, Any]]:
    """The blocks of the remarks that give a number and a period or a sum, as those of policies for which the form had no row."""
    title = anchor(sheet, "FORM TITLE", "FORM NUMBER", "ADDITIONAL REMARKS")
    remarks = sheet if title is None else sheet.band(title.box.bottom, float(sheet.height))
    return [policy for block in _blocks(remarks) if (policy := _policy(block, order)) is not None]


_GAP = 0.8
"""Line heights between one block of the remarks and the next at the least."""


def _blocks(sheet: Sheet) -> Iterator[Sheet]:
    """The sheet in bands, parted where a line is left blank."""
    tops: list[float] = []
    bottom = float("-inf")
    for row in sheet.rows():
        top, height = min(p.box.top for p in row), max(p.height for p in row)
        if top - bottom > _GAP * height:
            tops.append(top)
        bottom = max(p.box.bottom for p in row)
    for top, end in zip(tops, [*tops[1:], float(sheet.height)], strict=True):
        yield sheet.band(top - 1, end - 1)


def _policy(block: Sheet, order: DateOrder | None) -> dict[str, Any] | None:
    paper = Labelled.of([block], INSURANCE, stops=INSURANCE_STOPS)
    if not any(spot.key == "policy_number" and spot.marked for _, spot in paper.spots):
        return None
    numbers = policy_numbers(paper)
    start, end = period(paper, order)
    limits = {item.label: item.found for row in block.rows() for item in sums_of(block, row) if item.label}
    if not numbers or not (limits or start is not None or end is not None):
        return None
    return {
        "type": _kind(paper, block),
        "policy_number": numbers[0],
        "effective_date": start,
        "expiry_date": end,
        "limits": limits,
    }


def _kind(paper: Labelled, block: Sheet) -> Found | None:
    """Beside a label of the kind, or the line that heads the block."""
    labelled = next((text_found(phrase) for _, phrase in paper.values("kind", _names_kind)), None)
    first = block.phrases[0]
    headed = not paper.is_label(first) and _names_kind(first.text)
    return labelled or (text_found(Phrase.of(first.page, first.words), trust=0.8) if headed else None)


def _names_kind(text: str) -> bool:
    return len(text.split()) <= _MOST_WORDS and re.search(r"\d{3}|:\s*\S", text) is None


_MOST_WORDS = 8
