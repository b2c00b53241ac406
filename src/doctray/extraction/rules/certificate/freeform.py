"""Insurance papers that are no ACORD form: other certificates, policy schedules, motor certificates, identification cards."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, fold
from doctray.extraction.rules.certificate import companies, other
from doctray.extraction.rules.certificate.insurance_policies import policies_of
from doctray.extraction.rules.certificate.insurance_values import (
    address_in_column,
    certificate_number,
    date_of_letter,
    first_date,
    first_title_row_date,
    labelled_address,
    labelled_issuer,
    labelled_party,
    named_under_role,
    policy_numbers,
    told_issue_date,
)
from doctray.extraction.rules.certificate.issuers import issued_by
from doctray.extraction.rules.certificate.letters import addressee
from doctray.extraction.rules.certificate.parties import Party, is_party
from doctray.extraction.rules.certificate.titles import title_of
from doctray.extraction.rules.certificate.vocabulary import INSURANCE, INSURANCE_STOPS
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labelled_cells import labelled_cells
from doctray.extraction.rules.labels import Labelled, words_at
from doctray.extraction.rules.reading import Phrase, Sheet

_SIGNS = re.compile(
    r"\b(?:insured|insurers?|insurance (?:company|certificate|card|disc)|polic(?:y|ies) (?:number|no\b|period|holder|#|start|"
    r"type)|policyholder|polic(?:y|ies)|liability|coverages?|underwrit\w+|indemnity|premium|"
    r"certificate of (?:\w+ ){0,3}insurance|motor insurance|sum insured|naic|broker|period of (?:insurance|cover)|assured|"
    r"seguros?|p[óo]lizas?|tomador|asegurad[oa]|responsabilidad civil|assurances?|assurés?|souscripteur|responsabilité civile|franchise|"
    r"\w*versicherung|versicherungs(?:nehmer|summe|beginn|ablauf|schein\w*|bestätigung)|deckungssumme|\w*haftpflicht\w*|polizz[ae]|"
    r"assicurat[oa]|assicurazion[ei]|"
    r"massimale|ap[óo]lice|segurad(?:[oa]|ora)|\w*verzekering\w*|verzekerde|verzekeringnemer|polisnummer)\b",
    re.IGNORECASE,
)
_INSURANCE_TITLE = re.compile(
    r"insur|assur|segur[oa]|versicherung|assicura|verzeker|responsabili[dt]|haftpflicht|liability|polic|cover note|"
    r"(?:confirmation|evidence) of cover|certificate of currency|declarations",
    re.IGNORECASE,
)
_OTHER_TITLE = re.compile(r"complet|attend|achiev|particip|training|birth|vaccin|merit|apprec", re.IGNORECASE)
_NAMED_IN_TITLE = re.compile(
    r"\s[–—-]\s+(?P<who>[A-Z].{3,60}\b(?:Ltd|Limited|LLC|Inc|plc|PLC|LLP|GmbH|Pty|CC|Corp|Company|CIC|CIO|Trust|"
    r"Association|Council|Club|Charity|Partnership|Services|Group|School|Society)\.?)$"
)


def is_insurance(sheets: Sequence[Sheet]) -> bool:
    """Whether the paper is about insurance rather than a person's course or birth."""
    text = "\n".join(sheet.text for sheet in sheets)
    kinds = {fold(match) for match in _SIGNS.findall(text)}
    title = next((str(found.value) for sheet in sheets if (found := title_of(sheet)) is not None), "")
    titled, trained = bool(_INSURANCE_TITLE.search(title)), bool(_OTHER_TITLE.search(title))
    return (titled and len(kinds) >= 2 and not trained) or (len(kinds) >= 4 and not trained)


def parts(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """The sheets of each certificate: a page that repeats the first title under another policy number starts another."""
    candidates = other.parts(sheets)
    numbers = [
        {str(found.value) for found in policy_numbers(Labelled.of(part, {"policy_number": INSURANCE["policy_number"]}))}
        for part in candidates
    ]
    distinct = all(one and not one & other_ for index, one in enumerate(numbers) for other_ in numbers[:index])
    return candidates if len(candidates) > 1 and distinct else [list(sheets)]


def read(sheets: Sequence[Sheet], order: DateOrder | None) -> Mapping[str, Any]:
    """The tree of found values of one insurance paper."""
    paper = replace(Labelled.of(sheets, INSURANCE, stops=INSURANCE_STOPS), cells=labelled_cells(sheets, {**INSURANCE, **INSURANCE_STOPS}))
    title, in_title = _title(sheets)
    titled = [Phrase.of(title.page, title.words)] if title is not None else []
    insured_name, insured_address = _insured(paper)
    written_to = addressee(sheets[0])
    coverages = policies_of(paper, order)
    insurers = companies.insurers(paper, coverages, titled=titled)
    producer = companies.producer(paper, titled=titled)
    issuer = labelled_issuer(paper) or next((found for sheet in sheets if (found := issued_by(sheet, order)) is not None), None)
    producer, insurers, issuer = _told_apart(sheets, producer, insurers, issuer)
    insured_name = insured_name or in_title or _insured_in_words(sheets)
    if insured_name is None:
        insured_name, insured_address = written_to[0], insured_address or written_to[1]
    holder = labelled_party(paper, "holder")[0] or _third(written_to[0], insured_name, producer)
    return {
        "title": title,
        "certificate_number": certificate_number(paper),
        "issue_date": first_date(paper, "issue_date", order)
        or (first_title_row_date(sheets[0], titled, order) if titled else None)
        or told_issue_date(sheets, order)
        or date_of_letter(sheets[0], order),
        "issuer_name": issuer,
        "insured_name": insured_name,
        "insured_address": insured_address,
        "producer_name": producer,
        "holder_name": holder,
        "insurers": insurers,
        "policies": [coverage.tree() for coverage in coverages],
    }


def _title(sheets: Sequence[Sheet]) -> tuple[Found | None, Found | None]:
    """The title, and the insured where it names one after a dash: Confirmation of Insurance – Brackenfield Ltd."""
    title = next((found for sheet in sheets if (found := title_of(sheet)) is not None), None)
    if title is None:
        return None, None
    match = _NAMED_IN_TITLE.search(str(title.value))
    if match is None:
        return title, None
    cut = len(str(title.value)[: match.start("who")].split())
    who = text_found(Phrase.of(title.page, title.words[cut:]), trust=0.8)
    return Found(value=str(title.value)[: match.start()], page=title.page, words=title.words[: cut - 1]), who


def _insured(paper: Labelled) -> Party:
    name, address = labelled_party(paper, "insured")
    name = name or named_under_role(paper, "insured")
    return name, address or labelled_address(paper, of=name) or (None if name is None else address_in_column(paper, of=name))


def _third(written_to: Found | None, *others: Found | None) -> Found | None:
    """Whom a letter is written to, where that is neither the insured nor the broker."""
    named = [fold(str(other.value)) for other in others if other is not None]
    if written_to is None or any(name in fold(str(written_to.value)) or fold(str(written_to.value)) in name for name in named):
        return None
    return written_to


_INSURES = re.compile(
    r"\b(?:insures|has been issued to|have been issued to|in the name of)\s+(?P<who>(?-i:[A-Z0-9])[^,.;:]{2,60})(?=[,.;]|$)", re.IGNORECASE
)


_CERTIFIES_ABOUT = re.compile(
    r"\b(?:(?:certifi(?:e|ons)|attest(?:e|ons)) que|certifica que|bestätig(?:en|t)(?: \w+){0,2},? dass|attesta che|certify that)\b"
    r"[^.,]{0,30}:\s*$",
    re.IGNORECASE,
)
"""The end of a line that certifies something of whom the next one names: certifions que la société :"""


def _insured_in_words(sheets: Sequence[Sheet]) -> Found | None:
    """Whom a sentence says to be insured."""
    for sheet in sheets:
        for phrase in sheet.phrases:
            if _CERTIFIES_ABOUT.search(phrase.text) and (beneath := sheet.below(phrase, lines=2.5)[:1]) and is_party(beneath[0].text):
                return text_found(beneath[0], trust=0.8)
            if _CALLED_INSURED.match(phrase.text) and (over := sheet.above(phrase, lines=1.0)):
                named = min((p for p in over if p.box.center_y > over[0].box.top - over[0].height), key=lambda p: p.box.left)
                if is_party(named.text) and named.text[:1].isupper():
                    return text_found(named, trust=0.7)
            if _CONFIRMS_THAT.search(phrase.text) and (who := _subject_of_rest(sheet, phrase)) is not None:
                return text_found(who, trust=0.8)
            match = _INSURES.search(phrase.text)
            if match is not None and is_party(match["who"]) and not re.match(r"the\b", match["who"], re.IGNORECASE):
                return text_found(Phrase.of(phrase.page, words_at(phrase.words, match.start("who"), match.end("who"))), trust=0.8)
    return None


_CONFIRMS_THAT = re.compile(r"\b(?:confirms?|confirmation|certif(?:y|ies)|certification) that\W*$", re.IGNORECASE)
"""The end of a line that confirms something of whom the next one names, in a sentence that goes on in the line after."""

_CALLED_INSURED = re.compile(r"\(\W{0,3}(?:hereinafter |called |referred to as )*the ['\"“”‘’]{0,2}insured\W{0,4}\)", re.IGNORECASE)
"""The beginning of a line of a sentence that calls who is named in the blank over it the insured."""

_IS_SAID = re.compile(r"(?:is|are|has|have|was|were|holds?|who)\b", re.IGNORECASE)
"""How the line begins that goes on with what is confirmed of somebody: Has Public Liability cover of up to £1 Million."""

_SENTENCE_GAP = 6.0
"""Line heights between the lines of a sentence whose name is set apart from it."""


def _subject_of_rest(sheet: Sheet, phrase: Phrase) -> Phrase | None:
    """Who stands between the beginning of a sentence and its rest, beside the beginning or in a line of its own."""
    for who in sheet.right_of(phrase)[:1] or sheet.below(phrase, lines=_SENTENCE_GAP)[:1]:
        rest = next((p for p in sheet.phrases if p.box.top >= max(phrase.box.bottom, who.box.bottom)), None)
        said = rest is not None and rest.box.top - who.box.bottom < _SENTENCE_GAP * who.height and _IS_SAID.match(rest.text)
        if said and is_party(who.text) and who.text[:1].isupper():
            return who
    return None


_SAYS_BROKER = re.compile(r"\bbrok(?:ers?|ing|erage)\b|\binsurance agenc(?:y|ies)\b|\bcourtiers?\b|\bmakler", re.IGNORECASE)


def _told_apart(
    sheets: Sequence[Sheet], producer: Found | None, insurers: list[dict[str, Found]], issuer: Found | None
) -> tuple[Found | None, list[dict[str, Found]], Found | None]:
    """Who issues and who certifies is the insurer where none is named, else the producer, else an issuer of another kind."""
    named = [str(insurer["name"].value) for insurer in insurers if "name" in insurer]
    if issuer is not None and (companies.INSURES.search(str(issuer.value)) or _SAYS_BROKER.search(str(issuer.value))):
        if not insurers and not companies.is_broker(str(issuer.value)):
            insurers = [{"name": issuer}]
        elif producer is None and not any(fold(name) in fold(str(issuer.value)) for name in named):
            producer = issuer
        issuer = None
    voice = companies.who_certifies(sheets)
    if voice is not None and not insurers and companies.INSURES.search(str(voice.value)):
        insurers = [{"name": voice}]
    elif voice is not None and producer is None and not any(fold(str(voice.value)) in fold(name) for name in named):
        producer = voice
    if producer is not None and any(fold(str(producer.value)) == fold(name) for name in named):
        producer = None
    return producer, insurers, issuer
