"""Insurance papers that are no ACORD form: other certificates, policy schedules, motor certificates, identification cards."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, fold
from doctray.extraction.rules.certificate import companies, other
from doctray.extraction.rules.certificate.captions import with_labels_over
from doctray.extraction.rules.certificate.coverage import COVERAGE, Coverage
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
from doctray.extraction.rules.certificate.told_parties import insured_in_words
from doctray.extraction.rules.certificate.vocabulary import INSURANCE, INSURANCE_STOPS
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labelled_cells import labelled_cells
from doctray.extraction.rules.labels import Labelled
from doctray.extraction.rules.reading import Phrase, Sheet

_SIGNS = re.compile(
    r"\b(?:insured|insurers?|insurance (?:company|certificate|card|disc)|polic(?:y|ies) (?:number|no\b|period|holder|#|start|"
    r"type)|policyholder|polic(?:y|ies)|(?:insurance )?binder|liability|coverages?|underwrit\w+|indemnity|premium|"
    r"certificate of (?:\w+ ){0,3}insurance|motor insurance|sum insured|naic|broker|period of (?:insurance|cover)|assured|"
    r"seguros?|p[óo]lizas?|tomador|asegurad[oa]|responsabilidad civil|assurances?|assurés?|souscripteur|responsabilité civile|franchise|"
    r"\w*versicherung|versicherungs(?:nehmer|summe|beginn|ablauf|schein\w*|bestätigung)|deckungssumme|\w*haftpflicht\w*|polizz[ae]|"
    r"assicurat[oa]|assicurazion[ei]|"
    r"massimale|ap[óo]lice|segurad(?:[oa]|ora)|\w*verzekering\w*|verzekerde|verzekeringnemer|polisnummer)\b",
    re.IGNORECASE,
)
_INSURANCE_TITLE = re.compile(
    r"insur|assur|segur[oa]|versicherung|assicura|verzeker|responsabili[dt]|haftpflicht|liability|polic|p[óo]li[cz]|cover note|"
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
    sheets = [with_labels_over(sheet) for sheet in sheets]
    paper = replace(Labelled.of(sheets, INSURANCE, stops=INSURANCE_STOPS), cells=labelled_cells(sheets, {**INSURANCE, **INSURANCE_STOPS}))
    paper = replace(paper, spots=tuple(at for at in paper.spots if at[1].key != "insured" or not COVERAGE.match(at[1].phrase.text)))
    title, in_title = _title(sheets)
    titled = [Phrase.of(title.page, title.words)] if title is not None else []
    insured_name, insured_address = _insured(paper)
    written_to = addressee(sheets[0])
    coverages = policies_of(paper, order)
    insurers = companies.insurers(paper, coverages, titled=titled)
    producer = companies.producer(paper, titled=titled)
    issuer = labelled_issuer(paper) or next((found for sheet in sheets if (found := issued_by(sheet, order)) is not None), None)
    producer, insurers, issuer = _told_apart(sheets, producer, insurers, issuer)
    insured_name = insured_name or in_title
    for told in (insured_in_words(sheets), written_to) if insured_name is None else ():
        if insured_name is None:
            insured_name, insured_address = told[0], insured_address or told[1]
    holder = labelled_party(paper, "holder")[0] or _third(written_to[0], insured_name, producer)
    return {
        "title": title,
        "certificate_number": certificate_number(paper),
        "issue_date": first_date(paper, "issue_date", order)
        or (first_title_row_date(sheets[0], titled, order) if titled else None)
        or told_issue_date(sheets, order)
        or _of_letter(date_of_letter(sheets[0], order), coverages),
        "issuer_name": issuer,
        "insured_name": insured_name,
        "insured_address": insured_address,
        "producer_name": producer,
        "holder_name": holder,
        "insurers": insurers,
        "policies": [coverage.tree() for coverage in coverages],
    }


def _of_letter(date: Found | None, coverages: Sequence[Coverage]) -> Found | None:
    """The date of a letter, unless it is one of a policy's."""
    told = {id(word) for c in coverages for found in (c.effective_date, c.expiry_date) if found is not None for word in found.words}
    return None if date is None or any(id(word) in told for word in date.words) else date


def _title(sheets: Sequence[Sheet]) -> tuple[Found | None, Found | None]:
    """The title, and the insured where it names one after a dash: Confirmation of Insurance – Brackenfield Ltd."""
    title = next((found for sheet in sheets if (found := title_of(sheet)) is not None), None)
    if title is None:
        return None, None
    match = _NAMED_IN_TITLE.search(str(title.value))
    if match is None:
        return title, next(
            (who for sheet in sheets if sheet.number == title.page and (who := _after_colon(sheet, title)) is not None), None
        )
    cut = len(str(title.value)[: match.start("who")].split())
    who = text_found(Phrase.of(title.page, title.words[cut:]), trust=0.8)
    return Found(value=str(title.value)[: match.start()], page=title.page, words=title.words[: cut - 1]), who


def _after_colon(sheet: Sheet, title: Found) -> Found | None:
    """Who is named after the colon that ends a title: Confirmation of Cover: Brackenfield Ltd."""
    line = next((phrase for phrase in sheet.phrases if title.words[-1] in phrase.words), None)
    if line is None or not title.words[-1].text.endswith(":"):
        return None
    rest = line.part(line.words.index(title.words[-1]) + 1)
    return text_found(rest, trust=0.8) if rest is not None and is_party(rest.text) else None


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
