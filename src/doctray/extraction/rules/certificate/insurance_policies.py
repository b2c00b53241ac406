"""The policies of an insurance paper: one a coverage, with what is printed for each and what is printed once for all."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, find_amounts, fold, read_identifier
from doctray.extraction.rules.certificate.coverage import COVERAGE, Coverage, heading, letter_beside, letter_in
from doctray.extraction.rules.certificate.coverage_cards import carded
from doctray.extraction.rules.certificate.coverages import coverages, same_coverage
from doctray.extraction.rules.certificate.insurance_values import labelled_insurer, period, policy_numbers, told_policy_number
from doctray.extraction.rules.certificate.titles import title_of
from doctray.extraction.rules.certificate.vocabulary import INSURANCE, INSURANCE_STOPS
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import Labelled, words_at
from doctray.extraction.rules.reading import Phrase, Sheet

_OF_ONE_POLICY = ("policy_number", "insurer", "period", "effective_date")


def policies_of(paper: Labelled, order: DateOrder | None) -> list[Coverage]:
    """One coverage a policy. Where the paper has a section for each, the section's number, period and insurer are its own."""
    sections = _sections(paper.sheets)
    if not sections:
        return _listed(paper, order)
    found = [coverage for section in sections for coverage in _of_section(section, order)]
    before = _before(paper.sheets, sections[0])
    if before is not None:
        _complete(found, before, order)
    return found


def _listed(paper: Labelled, order: DateOrder | None) -> list[Coverage]:
    numbers, named = policy_numbers(paper), _kind(paper)
    if not numbers and (told := told_policy_number(paper.sheets)) is not None:
        numbers, named = [told[0]], named or _kind_before(told[1], told[0])
    start, end = period(paper, order)
    kind = named or _kind_of_schedule(paper.sheets) or _kind_of_title(paper.sheets)
    if limits := carded(paper.sheets):
        return [
            Coverage(kind=kind, policy_number=next(iter(numbers), None), effective_date=start, expiry_date=end, limits=limits),
        ]
    package = named is None and kind is not None and bool(_PACKAGE.search(str(kind.value)))
    found = coverages(
        paper.sheets,
        order,
        one_policy=named is not None and len(COVERAGE.findall(str(named.value))) < 2,
        package=package,
        one_kind=_is_one(named) and not _beside_sums(paper.sheets, named),
    )
    if not found:
        if not numbers and start is None and end is None:
            return []
        return [Coverage(kind=kind, policy_number=number, effective_date=start, expiry_date=end) for number in (*numbers,) or (None,)]
    _date_by_heading(found, paper.sheets, order)
    certified = any((title := title_of(sheet)) is not None and "certificate" in fold(str(title.value)) for sheet in paper.sheets)
    titled = {id(word) for sheet in paper.sheets if (title := title_of(sheet)) is not None for word in title.words}
    for coverage in found:
        if coverage.kind is not None and all(id(word) in titled for word in coverage.kind.words):
            coverage.kind = named or (kind if certified else None) or coverage.kind
        coverage.kind = coverage.kind or kind
        coverage.policy_number = coverage.policy_number or (numbers[0] if len(numbers) == 1 else None)
        if coverage.effective_date is None and coverage.expiry_date is None:
            coverage.effective_date, coverage.expiry_date = start, end
        elif coverage.expiry_date is None and coverage.effective_date == start:
            coverage.expiry_date = end
    return found


def _date_by_heading(found: Sequence[Coverage], sheets: Sequence[Sheet], order: DateOrder | None) -> None:
    """Gives coverages the periods printed beneath their names, where two names at least have one each."""
    dated = []
    for band in _bands(sheets):
        kind = next((kind for row in band.rows() if (kind := heading(row)) is not None), None)
        start, end = period(Labelled.of([band], INSURANCE, stops=INSURANCE_STOPS), order)
        if kind is not None and start is not None and end is not None:
            dated.append((kind, start, end))
    for kind, start, end in dated if len(dated) > 1 else ():
        for coverage in found:
            undated = coverage.effective_date is None and coverage.expiry_date is None
            if undated and coverage.kind is not None and same_coverage(str(coverage.kind.value), str(kind.value)):
                coverage.effective_date, coverage.expiry_date = start, end


def _is_one(kind: Found | None) -> bool:
    """Whether a label names one kind of insurance, so that a table lists its parts: Broadform Liability."""
    return kind is not None and len(COVERAGE.findall(str(kind.value))) < 2


def _beside_sums(sheets: Sequence[Sheet], kind: Found | None) -> bool:
    """Whether a kind stands in a row with a sum: it is the first of a table's, whose heading is a word like a label."""
    rows = (row for sheet in sheets for row in sheet.rows() if kind is not None and any(kind.words[0] in phrase.words for phrase in row))
    return any(find_amounts(phrase.text) for row in rows for phrase in row)


def _of_section(section: Sheet, order: DateOrder | None) -> list[Coverage]:
    paper = Labelled.of([section], INSURANCE, stops=INSURANCE_STOPS)
    numbers = policy_numbers(paper)
    start, end = period(paper, order)
    insurer = labelled_insurer(paper)
    found = coverages([section], order, one_policy=True)
    if not found and (numbers or start is not None):
        found = [Coverage(kind=next((kind for row in section.rows() if (kind := heading(row)) is not None), None))]
    found = _as_one(found)
    letter = next((letter for row in section.rows() if (letter := letter_beside(row)) is not None), None) or letter_in(section)
    for coverage in found:
        coverage.insurer_letter = coverage.insurer_letter or letter
        coverage.kind = coverage.kind or _kind(paper)
        coverage.policy_number = coverage.policy_number or next(iter(numbers), None)
        coverage.insurer = coverage.insurer or insurer
        if coverage.effective_date is None and coverage.expiry_date is None:
            coverage.effective_date, coverage.expiry_date = start, end
    return found


def _as_one(found: Sequence[Coverage]) -> list[Coverage]:
    """The coverages of a section, with the number and dates that a row without a name has for the one that is named."""
    named = [coverage for coverage in found if coverage.kind is not None]
    rows = [coverage for coverage in found if coverage.kind is None]
    own = [coverage for coverage in named if coverage.policy_number is not None]
    if len(named) != 1 or len(rows) != 1 or own or rows[0].policy_number is None or rows[0].limits:
        return list(found)
    [one], [row] = named, rows
    one.policy_number, one.insurer_letter, one.insurer = row.policy_number, row.insurer_letter, row.insurer
    one.effective_date, one.expiry_date = row.effective_date, row.expiry_date
    return [one]


def _complete(found: Sequence[Coverage], before: Sheet, order: DateOrder | None) -> None:
    """Gives what is printed before the first section to the policies that lack it."""
    paper = Labelled.of([before], INSURANCE, stops=INSURANCE_STOPS)
    numbers = policy_numbers(paper)
    start, end = period(paper, order)
    for coverage in found:
        coverage.policy_number = coverage.policy_number or (numbers[0] if len(numbers) == 1 else None)
        if coverage.effective_date is None and coverage.expiry_date is None:
            coverage.effective_date, coverage.expiry_date = start, end


def _sections(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The bands of the pages that headings naming a coverage begin, where two of them at least have a number or period of their own.

    Else those that a label of the kind of insurance begins, where it is printed anew for each policy.
    """
    owned = [band for band in _bands(sheets) if _owns_policy(band)]
    return owned if len(owned) >= 2 else _labelled_sections(sheets)


def _bands(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The bands of the pages that headings naming a coverage begin."""
    bands: list[Sheet] = []
    for sheet in sheets:
        tops = [min(p.box.top for p in row) for row in sheet.rows() if heading(row) is not None]
        title = title_of(sheet)
        if title is not None:
            tops = [top for top in tops if not any(word.box.top <= top <= word.box.bottom for word in title.words)]
        bands += [sheet.band(top, bottom) for top, bottom in pairwise([*tops, float(sheet.height)])]
    return bands


def _labelled_sections(sheets: Sequence[Sheet]) -> list[Sheet]:
    bands: list[Sheet] = []
    for sheet, spot in Labelled.of(sheets, {"kind": INSURANCE["kind"]}).spots:
        if spot.marked and not spot.weak and spot.rest is not None:
            if bands and bands[-1].number == sheet.number:
                bands[-1] = bands[-1].band(0.0, spot.phrase.box.top - 1)
            bands.append(sheet.band(spot.phrase.box.top - 1, float(sheet.height)))
    numbered = [band for band in bands if _owns_policy(band)]
    return bands if len(bands) >= 2 and len(numbered) == len(bands) else []


def _owns_policy(band: Sheet) -> bool:
    spots = [spot for _, spot in Labelled.of([band], INSURANCE, stops=INSURANCE_STOPS).spots]
    keys = {spot.key for spot in spots if spot.rest is None or spot.marked or (spot.key == "policy_number" and _is_number(spot.rest))}
    return "policy_number" in keys or ("insurer" in keys and bool(keys & set(_OF_ONE_POLICY[2:])))


def _is_number(rest: Phrase) -> bool:
    """Whether what follows a label without a sign is a number and nothing else: Policy number GCM-771-2026."""
    return len(rest.words) <= _MOST_OF_NUMBER and re.search(r"\d", rest.text) is not None and read_identifier(rest.text) is not None


_MOST_OF_NUMBER = 3


def _before(sheets: Sequence[Sheet], section: Sheet) -> Sheet | None:
    sheet = next((sheet for sheet in sheets if sheet.number == section.number), None)
    top = min((p.box.top for p in section.phrases), default=0.0)
    return None if sheet is None else sheet.band(0.0, top)


def _kind(paper: Labelled) -> Found | None:
    """The kind of insurance beside a label like Type of cover."""
    for _, phrase in paper.values(
        "kind", lambda text: bool(_COVER_WORDS.search(text)) and len(text.split()) <= 8 and not re.search(r"[$£€]|\d{3}", text)
    ):
        return _without_basis(text_found(phrase))
    return None


def _kind_before(phrase: Phrase, number: Found) -> Found | None:
    """The kind of insurance that stands before a policy's number: COMMERCIAL GENERAL LIABILITY POLICY: GRL-1001."""
    before = phrase.part(0, next(index for index, word in enumerate(phrase.words) if word is number.words[0]))
    match = None if before is None else COVERAGE.search(before.text)
    if before is None or match is None:
        return None
    return Found(value=match[0], page=phrase.page, words=words_at(before.words, *match.span()), trust=0.8)


_BASIS = re.compile(r"\s*\((?:occurrence|claims[- ]made)[^()]*\)$", re.IGNORECASE)
"""On what basis a liability is covered, printed after its kind."""


def _without_basis(kind: Found | None) -> Found | None:
    return kind if kind is None else replace(kind, value=_BASIS.sub("", str(kind.value)))


def _kind_of_title(sheets: Sequence[Sheet]) -> Found | None:
    """The kind of insurance that the title names, as Employers' Liability, or Motor Insurance."""
    for sheet in sheets:
        title = title_of(sheet)
        if title is None:
            continue
        beneath = [
            p.words
            for p in sheet.below(Phrase.of(sheet.number, title.words), lines=1.5)[:1]
            if sum(word.text.isalpha() for word in p.words) <= _MOST_BENEATH
        ]
        for words in (title.words, *beneath):
            text = " ".join(word.text for word in words)
            if words is not title.words and _POLICY_BENEATH.fullmatch(text) and _COVER_WORDS.search(text):
                return Found(value=text, page=sheet.number, words=words, trust=0.7)
            matches = [match for pattern in (COVERAGE, _KIND_IN_TITLE) if (match := pattern.search(text)) is not None]
            if matches:
                match = min(matches, key=lambda match: match.start())
                return Found(value=match[0], page=sheet.number, words=words_at(words, match.start(), match.end()), trust=0.7)
    return None


def _kind_of_schedule(sheets: Sequence[Sheet]) -> Found | None:
    """The kind after the words that head a schedule: Policy Schedule - Motor - Package."""
    for sheet in sheets[:1]:
        for phrase in sheet.phrases:
            match = _SCHEDULE_OF.fullmatch(phrase.text)
            if match is not None and (_COVER_WORDS.search(match["kind"]) or COVERAGE.search(match["kind"])):
                return Found(value=match["kind"], page=phrase.page, words=words_at(phrase.words, *match.span("kind")), trust=0.8)
    return None


_POLICY_BENEATH = re.compile(r"[A-Z][\w '’&/()-]{6,50} (?i:insurance|policy)")
"""A line under the title that names a kind of insurance and nothing else: Group Health Insurance Policy."""

_SCHEDULE_OF = re.compile(r"(?:policy|insurance) schedule ?[-–—:] ?(?P<kind>[A-Z][^:\d]{3,50})", re.IGNORECASE)

_MOST_BENEATH = 7
"""Words of a line under the title that can name the kind of insurance; a sentence has more."""

_PACKAGE = re.compile(r"homeowners?|renters?|business ?owners?|combined|package|flood|travel|household", re.IGNORECASE)
"""Policies of one kind whose sections have sums of their own."""

_COVER_WORDS = re.compile(
    r"\b(?:insurance|liabilit\w+|comprehensive|third[- ]party|indemnity|motor|vehicle|auto\w*|property|all risks?|"
    r"commercial|pack(?:age)?|floater|"
    r"marine|compensation|travel|transit|cargo|medical|health|plan|life|accident|fire|flood|engineering|bond|machinery|"
    r"household|homeowners?|renters?|buildings?|contents|hull|package policy|responsabili\w+|\w*haftpflicht\w*|décennale|multirri\w+|"
    r"hogar|comercio|auto\w*|aansprakelijkheid\w*)\b",
    re.IGNORECASE,
)
_KIND_IN_TITLE = re.compile(
    r"\b(?:(?:motor|vehicle|marine(?: cargo)?|travel|property|household|auto\w*|work injury compensation|"
    r"personal accident|health|"
    r"home|life|event liability)(?: \w+)? insurance\b|(?:vehicle|auto) liability\b|(?:homeowners?|renters?|"
    r"condo(?:minium)?)(?: policy)?\b|business ?owners?\b|"
    r"flood\b|contractors'? all risks?\b|commercial combined\b|commercial motor\b|(?:employee|worker)s?'?’? compensation(?: insurance)?\b|"
    r"(?:two wheeler|private car|motor|commercial) package policy|marine cargo|motor vehicle liability|green card|"
    r"multirisques? \w+|"
    r"responsabilidad civil(?: \w+)?|responsabilité civile(?: (?:professionnelle|décennale|exploitation))?|"
    r"responsabilità civile(?: (?:professionale|generale|verso terzi|terzi|prodotti))?|"
    r"responsabilidade civil|(?:berufs|betriebs|privat|kfz-)?haftpflicht(?:versicherung)?|"
    r"aansprakelijkheid(?:sverzekering(?: voor bedrijven(?: \(avb\))?)?)?)",
    re.IGNORECASE,
)
