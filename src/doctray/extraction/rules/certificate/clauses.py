"""What a German or Dutch clause says that somebody took part in, whose verb stands at its end: hat an einem … teilgenommen."""

import re
from collections.abc import Iterator

from doctray.domain.document import Word
from doctray.extraction.grounding import Found
from doctray.extraction.rules.certificate.page import CertificatePage
from doctray.extraction.rules.certificate.wordings import LEAD, SUBJECT_ENDS, unquoted
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import words_at
from doctray.extraction.rules.reading import Phrase

_CLAUSE = re.compile(
    r"\b(?:hat|heeft)\b(?P<between>.{8,260}?)\b(?:teilgenommen|absolviert|abgeschlossen|besucht|bestanden|deelgenomen|afgerond|gevolgd|"
    r"voltooid|behaald)\b",
    re.IGNORECASE,
)
_TAKES_PART = re.compile(
    r"\b(?:(?:an|bei|aan) (?:dem|der|den|einem|einer|unserem|unserer|de|het|een|onze)\b|am (?!\d)|(?:den|die|das|einen|eine|de|het|"
    r"een) )\s*",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(
    rf",|\s+(?:am ?(?=[A-ZÄÖÜ])|(?i:mit erfolg|erfolgreich|regelmäßig|met (?:goed gevolg|succes)|bei der|an der|in der|beim|(?:vom|von|"
    rf"am|op) (?=\d)|"
    rf"im (?:umfang|rahmen|zeitraum)|der (?=[A-ZÄÖÜ])|des (?=[A-ZÄÖÜ])|van (?=\d)|{SUBJECT_ENDS}))"
)
_MOST_LINES = 4
"""Lines that a clause runs over."""


def subject_of_clause(page: CertificatePage) -> Found | None:
    """What stands between hat an einem … and teilgenommen, over up to four lines: the event without the word for its kind."""
    for words in _runs(page):
        text = " ".join(word.text for word in words)
        clause = _CLAUSE.search(text)
        lead = None if clause is None else _TAKES_PART.search(text, clause.start("between"), clause.end("between"))
        if clause is None or lead is None:
            continue
        start = lead.end()
        if (kind := LEAD.match(text, start)) is not None:
            start = kind.end()
        end = clause.end("between")
        if text[start] in '"“«„' and (closed := re.compile(r"[\"”»“]").search(text, start + 1)) is not None:
            end = closed.end()
        elif (stop := _CLAUSE_ENDS.search(text, start, end)) is not None:
            end = stop.start()
        told = words_at(words, start, end)
        found = text_found(Phrase.of(page.sheet.number, told), trust=0.8) if told else None
        return None if found is None else unquoted(found)
    return None


def _runs(page: CertificatePage) -> Iterator[tuple[Word, ...]]:
    """The words of each line that begins a clause, with those of the lines beneath."""
    for index, line in enumerate(page.lines):
        if re.search(r"\b(?:hat|heeft)\b", line.text):
            yield tuple(word for other in page.lines[index : index + _MOST_LINES] for word in other.words)
