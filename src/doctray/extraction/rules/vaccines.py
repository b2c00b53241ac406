"""What a record of vaccinations is about: the vaccines of its table, or the disease that its title names."""

import re

from doctray.extraction.grounding import Found
from doctray.extraction.parse import find_dates, fold, unfilled
from doctray.extraction.rules.certificate_page import CertificatePage
from doctray.extraction.rules.labels import is_like, words_at
from doctray.extraction.rules.reading import Phrase

_HEADINGS = (
    "vaccine", "vaccines", "vaccine name", "name of vaccine", "vaccine prophylaxis", "vaccine or prophylaxis", "vaccination",
    "immunization", "immunisation", "vaccine type", "type of vaccine",
)  # fmt: skip
_DOSE = re.compile(r"\b(?:doses?|booster|lot|batch|visit)\b|^\W*(?:\d{1,2}(?:st|nd|rd|th)?|other)\W*$", re.IGNORECASE)
_DISEASES = re.compile(
    r"\b(?:covid[ -]?19|influenza|rabies|yellow fever|hepatitis [ab]|measles|mmr|polio\w*|tetanus|typhoid|cholera|meningitis|varicella)\b",
    re.IGNORECASE,
)
_ROW_APART = 4.0
"""Line heights between the rows of a table of vaccines at most."""

_MOST_VACCINES = 40


def is_vaccination(title: Found | None) -> bool:
    return title is not None and re.search(r"vaccin|immuni[sz]", str(title.value), re.IGNORECASE) is not None


def vaccines(page: CertificatePage) -> Found | None:
    """Every vaccine under the heading of a table's column, once each, parted by commas; None where there is no such column."""
    if not is_vaccination(page.title):
        return None
    for head in page.sheet.phrases:
        if is_like(head.text, _HEADINGS) and page.sheet.right_of(head):
            named = _column(page, head)
            if named:
                words = tuple(word for phrase in named for word in phrase.words)
                return Found(value=", ".join(phrase.text.strip() for phrase in named), page=head.page, words=words, trust=0.9)
    return None


def _column(page: CertificatePage, head: Phrase) -> list[Phrase]:
    """The phrases under a heading that name vaccines, without those that say the same as one before."""
    named: dict[str, Phrase] = {}
    last = head
    for phrase in page.sheet.phrases:
        if phrase.box.top < last.box.bottom - 0.4 * last.height or abs(phrase.box.left - head.box.left) > head.box.width:
            continue
        if phrase.box.top - last.box.bottom > _ROW_APART * head.height or page.labelled.is_label(phrase) or len(named) == _MOST_VACCINES:
            break
        last = phrase
        if _is_vaccine(phrase.text):
            named.setdefault(fold(phrase.text), phrase)
    return list(named.values())


def _is_vaccine(text: str) -> bool:
    named = unfilled(text) is not None and re.search(r"[A-Za-z]{2}", text) is not None
    return named and len(text.split()) <= 5 and not _DOSE.search(text) and not find_dates(text)


def vaccinated_against(title: Found | None) -> Found | None:
    """The disease that a title names, as COVID-19 Vaccination Record Card."""
    match = None if title is None or not is_vaccination(title) else _DISEASES.search(" ".join(word.text for word in title.words))
    if title is None or match is None:
        return None
    return Found(value=match[0], page=title.page, words=words_at(title.words, match.start(), match.end()), trust=0.6)
