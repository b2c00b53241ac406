"""Insurance papers that are no ACORD form: other certificates, policy schedules, motor certificates, identification cards."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, find_dates, fold, read_identifier
from doctray.extraction.rules import acord, other
from doctray.extraction.rules.coverage import COVERAGE, Coverage
from doctray.extraction.rules.coverages import coverages
from doctray.extraction.rules.finds import date_found, dates_found, identifier_found, joined, text_found
from doctray.extraction.rules.labels import Labelled, filled, words_at
from doctray.extraction.rules.parties import Party, is_address_line, party_of_lines, to_postcode
from doctray.extraction.rules.reading import Phrase, Sheet
from doctray.extraction.rules.titles import title_of
from doctray.extraction.rules.vocabulary import INSURANCE, INSURANCE_STOPS

_SIGNS = re.compile(
    r"\b(?:insured|insurer|insurance (?:company|certificate|card)|polic(?:y|ies) (?:number|no\b|period|holder|#|start|"
    r"type)|policyholder|polic(?:y|ies)|liability|coverages?|underwrit\w+|indemnity|premium|"
    r"certificate of (?:\w+ ){0,3}insurance|motor insurance|sum insured|naic|broker)\b",
    re.IGNORECASE,
)
_CERTIFIES = re.compile(r"^(?:we,? )?(?P<who>[A-Z][\w&'’.,\- ]{2,60}?),? (?:hereby )?certif(?:y|ies) that\b")
_DATED = re.compile(r"\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_INSURES = re.compile(r"\b(?:insurance|assurance|insurers?|mutual|underwrit\w+)\b", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:from|period|between|effective|cover\w*|valid)\b", re.IGNORECASE)


def is_insurance(sheets: Sequence[Sheet]) -> bool:
    """Whether the paper is about insurance rather than a person's course or birth."""
    text = "\n".join(sheet.text for sheet in sheets)
    kinds = {fold(match) for match in _SIGNS.findall(text)}
    title = next((str(found.value) for sheet in sheets if (found := title_of(sheet)) is not None), "")
    titled = bool(re.search(r"insur|assur|liability|polic|cover note", title, re.IGNORECASE))
    trained = bool(re.search(r"complet|attend|achiev|particip|training|birth|vaccin|merit|apprec", title, re.IGNORECASE))
    return (titled and len(kinds) >= 2 and not trained) or (len(kinds) >= 4 and not trained)


def parts(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """The sheets of each certificate: a page that repeats the first title under another policy number starts another."""
    candidates = other.parts(sheets)
    numbers = [
        {str(found.value) for found in _policy_numbers(Labelled.of(part, {"policy_number": INSURANCE["policy_number"]}))}
        for part in candidates
    ]
    distinct = all(one and not one & other_ for index, one in enumerate(numbers) for other_ in numbers[:index])
    return candidates if len(candidates) > 1 and distinct else [list(sheets)]


def read(sheets: Sequence[Sheet], order: DateOrder | None) -> Mapping[str, Any]:
    """The tree of found values of one insurance paper."""
    paper = Labelled.of(sheets, INSURANCE, stops=INSURANCE_STOPS)
    insured_name, insured_address = _insured(paper)
    producer = _party(paper, "producer")[0]
    insurers = _insurers(paper)
    issuer = next((found for sheet in sheets if (found := other.issued_by(sheet, order)) is not None), None)
    voice = _who_certifies(sheets)
    if issuer is not None and not insurers and _INSURES.search(str(issuer.value)):
        insurers, issuer = [{"name": issuer}], None
    if voice is not None and not insurers and _INSURES.search(str(voice.value)):
        insurers = [{"name": voice}]
    elif voice is not None and producer is None and not any(str(i["name"].value) == voice.value for i in insurers if "name" in i):
        producer = voice
    covered = coverages(sheets, order)
    return {
        "title": next((title for sheet in sheets if (title := title_of(sheet)) is not None), None),
        "certificate_number": _first_identifier(paper, "certificate_number"),
        "issue_date": _first_date(paper, "issue_date", order) or _date_in_title_row(sheets, order),
        "issuer_name": issuer,
        "insured_name": insured_name,
        "insured_address": insured_address,
        "producer_name": producer,
        "holder_name": _party(paper, "holder")[0],
        "insurers": insurers or _insurers_of(covered),
        "policies": _policies(paper, covered, order),
    }


def _policies(paper: Labelled, found: Sequence[Coverage], order: DateOrder | None) -> list[Mapping[str, Any]]:
    """The coverages with what is printed once for all: number and period. Without coverages, a policy a number."""
    numbers = _policy_numbers(paper)
    start, end = _period(paper, order)
    kind = _kind(paper) or _kind_of_title(paper.sheets)
    if found:
        for coverage in found:
            coverage.kind = coverage.kind or kind
            coverage.policy_number = coverage.policy_number or (numbers[0] if len(numbers) == 1 else None)
            if coverage.effective_date is None and coverage.expiry_date is None:
                coverage.effective_date, coverage.expiry_date = start, end
        return [coverage.tree() for coverage in found]
    if numbers:
        return [{"type": kind, "policy_number": number, "effective_date": start, "expiry_date": end, "limits": {}} for number in numbers]
    return [{"type": kind, "effective_date": start, "expiry_date": end, "limits": {}}] if start or end else []


def _kind_of_title(sheets: Sequence[Sheet]) -> Found | None:
    """The kind of insurance that the title names, as Employers' Liability, or Motor Insurance."""
    for sheet in sheets:
        title = title_of(sheet)
        if title is None:
            continue
        text = " ".join(word.text for word in title.words)
        match = COVERAGE.search(text) or _KIND_IN_TITLE.search(text)
        if match is not None:
            words = words_at(title.words, match.start(), match.end())
            return Found(value=match[0], page=sheet.number, words=words, trust=0.7)
    return None


_KIND_IN_TITLE = re.compile(
    r"\b(?:motor|vehicle|liability|marine|travel|property|household|auto\w*)(?: \w+)? insurance\b|\b(?:vehicle|auto) liability\b",
    re.IGNORECASE,
)


def _insured(paper: Labelled) -> Party:
    name, address = _party(paper, "insured")
    if address is None:
        spot = next(
            (
                (sheet, phrase)
                for sheet, phrase in paper.values("address", lambda text: len(fold(text)) > 8 and bool(re.search(r"\d|,", text)))
            ),
            None,
        )
        if spot is not None and name is not None:
            address = joined(to_postcode(_lines_from(paper, *spot)))
    return name, address


def _party(paper: Labelled, key: str) -> Party:
    for sheet, phrase in paper.values(key, _is_party):
        lines = _lines_from(paper, sheet, phrase)
        name, address = party_of_lines(lines)
        if name is not None:
            return name, address if any(is_address_line(line.text) for line in lines) else None
    return None, None


def _lines_from(paper: Labelled, sheet: Sheet, phrase: Phrase) -> list[Phrase]:
    """A value with the lines that go on right beneath it, as far as the next label or gap."""
    lines = [phrase]
    while len(lines) < 7:
        last = lines[-1]
        beneath = [
            p
            for p in sheet.below(last, lines=1.0)
            if abs(p.box.left - phrase.box.left) < 1.5 * phrase.height
            or (len(lines) > 1 and abs(p.box.left - lines[1].box.left) < phrase.height)
        ]
        if len(lines) == 1 and not beneath:
            beneath = [p for p in sheet.below(last, lines=1.0)[:1] if is_address_line(p.text)]
        if (
            not beneath
            or beneath[0].box.top - last.box.bottom > 0.9 * last.height
            or paper.is_label(beneath[0])
            or not filled(beneath[0].text)
        ):
            break
        lines.append(_whole_row(paper, sheet, beneath[0]))
    return lines


def _insurers(paper: Labelled) -> list[dict[str, Found]]:
    for sheet in paper.sheets:
        lettered = [insurer for insurer in acord.insurers(sheet) if "name" in insurer]
        if lettered:
            if len(lettered) == 1 and "naic" not in lettered[0]:
                code = _naic(paper)
                lettered[0].update({"naic": code} if code is not None else {})
            return lettered
    name = next(
        (
            found
            for sheet, phrase in paper.values("insurer", _is_party)
            if (found := text_found(_whole_row(paper, sheet, phrase))) is not None
        ),
        None,
    )
    if name is None:
        return []
    code = _naic(paper)
    return [{"name": name, "naic": code} if code is not None else {"name": name}]


def _naic(paper: Labelled) -> Found | None:
    for _, phrase in paper.values("naic", lambda text: re.fullmatch(r"\W*\d{5}\W*", text) is not None):
        return text_found(phrase)
    return None


def _insurers_of(found: Sequence[Coverage]) -> list[dict[str, Found]]:
    named = {str(c.insurer.value): c.insurer for c in found if c.insurer is not None}
    return [{"name": insurer} for insurer in named.values()]


def _who_certifies(sheets: Sequence[Sheet]) -> Found | None:
    for sheet in sheets:
        for phrase in sheet.phrases:
            match = _CERTIFIES.match(phrase.text)
            if match is not None and fold(match["who"]).split(" ")[0] not in ("this", "it", "we", "i", "hereby", "to"):
                return text_found(phrase.part(0, len(match["who"].split())), trust=0.8)
    return None


def _kind(paper: Labelled) -> Found | None:
    """The kind of insurance beside a label like Type of cover."""
    for _, phrase in paper.values(
        "kind", lambda text: bool(_COVER_WORDS.search(text)) and len(text.split()) <= 7 and not re.search(r"[$£€]|\d{3}", text)
    ):
        return text_found(phrase)
    return None


_COVER_WORDS = re.compile(
    r"\b(?:insurance|liabilit\w+|comprehensive|third[- ]party|indemnity|motor|vehicle|auto\w*|property|all risks?|"
    r"marine|compensation|travel|household|buildings?|contents)\b",
    re.IGNORECASE,
)


def _policy_numbers(paper: Labelled) -> list[Found]:
    """The policy number, or several that one label names, parted by a stroke."""
    for sheet, phrase in paper.values("policy_number", lambda text: bool(re.search(r"\d", text))):
        whole = _whole_row(paper, sheet, phrase)
        pieces = _split_at_stroke(whole)
        found = [identifier for piece in pieces if (identifier := identifier_found(piece)) is not None]
        if found:
            return found
    return []


def _split_at_stroke(phrase: Phrase) -> list[Phrase]:
    cut = next((index for index, word in enumerate(phrase.words) if word.text in ("/", "&", "and", ";")), None)
    if cut is None or cut == 0 or cut + 1 >= len(phrase.words):
        return [phrase]
    left, right = phrase.part(0, cut), phrase.part(cut + 1)
    assert left is not None
    assert right is not None
    return [left, right] if read_identifier(left.text) and read_identifier(right.text) else [phrase]


def _period(paper: Labelled, order: DateOrder | None) -> tuple[Found | None, Found | None]:
    start, end = _first_date(paper, "effective_date", order), _first_date(paper, "expiry_date", order)
    if start is not None and end is not None and start.value != end.value:
        return start, end
    for sheet, phrase in paper.values("period", lambda text: bool(_DATED.search(text))):
        dates = _dates_from(paper, sheet, phrase, order)
        if len(dates) >= 2:
            return dates[0], dates[1]
        if dates and re.search(r"\b(?:19|20)\d\d\b.*\b(?:19|20)\d\d\b", _whole_row(paper, sheet, phrase).text):
            return None, dates[0]
    for sheet in paper.sheets:
        for phrase in sheet.phrases:
            dates = dates_found(phrase, order)
            if len(dates) == 2 and _RANGE.search(phrase.text) and dates[0].value < dates[1].value:
                return dates[0], dates[1]
    return start, end if end is None or start is None or start.value != end.value else None


def _dates_from(paper: Labelled, sheet: Sheet, phrase: Phrase, order: DateOrder | None) -> list[Found]:
    """The dates of a period that may run on in its row and on the next line."""
    whole = _whole_row(paper, sheet, phrase)
    dates = dates_found(whole, order)
    for p in sheet.below(whole, lines=1.2)[:1]:
        if len(dates) == 1 and not paper.is_label(p):
            dates += dates_found(p, order)
    return dates


def _first_date(paper: Labelled, key: str, order: DateOrder | None) -> Found | None:
    for sheet, phrase in paper.values(key, lambda text: bool(re.search(r"\d", text))):
        found = date_found(phrase, order) or date_found(_with_next_line(sheet, phrase), order)
        if found is not None:
            return found
    return None


def _with_next_line(sheet: Sheet, phrase: Phrase) -> Phrase:
    """A date that was wrapped before its year, with the line beneath it: 3rd June / 2024."""
    for p in sheet.phrases:
        close = -0.4 * phrase.height <= p.box.top - phrase.box.bottom <= 1.2 * phrase.height and p.box.left <= phrase.box.right
        if close and re.match(r"(?:19|20)\d\d\b", p.text):
            return Phrase.of(phrase.page, [*phrase.words, p.words[0]])
    return phrase


def _date_in_title_row(sheets: Sequence[Sheet], order: DateOrder | None) -> Found | None:
    """A date at the head of the first page, right of or over the title."""
    title = title_of(sheets[0])
    if title is None:
        return None
    bottom = max(w.box.bottom for w in title.words)
    found = [d for p in sheets[0].phrases if p.box.center_y <= bottom and not _RANGE.search(p.text) for d in dates_found(p, order)]
    return found[0] if len(found) == 1 else None


def _first_identifier(paper: Labelled, key: str) -> Found | None:
    for _, phrase in paper.values(key, lambda text: read_identifier(text) is not None):
        return identifier_found(phrase)
    return None


def _whole_row(paper: Labelled, sheet: Sheet, phrase: Phrase) -> Phrase:
    """The phrase with those right of it that follow closely; recognition parts words that stand wide."""
    words, last = list(phrase.words), phrase
    for following in sheet.right_of(phrase):
        if following.box.left - last.box.right > 1.6 * last.height or paper.is_label(following):
            break
        words += following.words
        last = following
    return Phrase.of(phrase.page, words)


def _is_party(text: str) -> bool:
    return (
        bool(re.search(r"[A-Za-z]{2}", text))
        and len(text.split()) <= 16
        and not find_dates(text)
        and not re.match(r"\W*(?:is|are|has|have|named|shown|of|the terms)\b", text, re.IGNORECASE)
    )
