"""Reads for when a timetable is: its term, its year, its week."""

import re
from collections.abc import Iterable, Sequence

from doctray.extraction.rules.timetable.days import week_of
from doctray.extraction.rules.timetable.reading import Found, Reading

ROMAN = r"(?:VIII|VII|VI|IV|IX|V|X|III|II|I)"
SLIP = re.compile(r"(?<![^\s-])\|(?=[-\w])")
"""An I read as a bar, where a word begins with it."""

TERM = re.compile(
    rf"\b(?:(?:(?:1st|2nd|3rd|4th|first|second|third|fourth|odd|even)\s+(?:term|semester|sem|trimester|quarter))"
    rf"|(?:{ROMAN}|(?<!\byear\s)\d(?:st|nd|rd|th)?)(?:[- ]|\s[-–]\s)(?:sem(?:ester)?|trimester)\b(?!\s?[-:]\s?{ROMAN}\b)"
    r"|\d(?:st|nd|rd|th)(?:sem(?:ester)?)\b"
    rf"|(?:rainy?|harmattan|wet|dry|long|short)[- ](?:semester|season)\b|(?:semester|semestre)\s(?:ganjil|genap|impar|par)\b"
    rf"|(?:term|semester|sem|trimester|quarter)\s*[-#.]?\s*(?:\d|{ROMAN}\b|one|two|three|four)|semester\s(?-i:[AB])\b"
    rf"|(?:autumn|spring|summer|fall|winter|michaelmas|hilary|trinity|lent|monsoon)(?![^\W\d_])(?:\s+(?:term|semester))?(?:\s+\d\b)?"
    rf"|\d\s?(?:er|do|ro|to|mo|vo|no|[eè]me|e|[ºª°.])\s?(?:semestre|trimestre|cuatrimestre|quadrimestre|per[ií]odo|halbjahr)\b|(?:primer|segundo|tercer)\s(?:semestre|trimestre|cuatrimestre)\b"
    rf"|(?:semestre|trimestre|cuatrimestre)\s\d\b|(?:winter|sommer)semester\b)"
    rf"(?:/(?:odd|even)\s(?:term|sem(?:ester)?)\b|\s\((?:odd|even)\s(?:term|sem(?:ester)?)\))?"
    rf"(?:\s+(?:odd|even)\s+week|\s+week\s+(?:[AB]|[12]|odd|even)\b)?",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?<![\d/.])(?P<year>(?:19|20)\d\d)(?:\s?[-–/]\s?(?:(?:19|20)?\d\d))?(?!\d)")
_MONTH = re.compile(r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b", re.IGNORECASE)
MONTHS = re.compile(rf"{_MONTH.pattern}|\b(?:jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec)\b", re.IGNORECASE)
DATE = re.compile(
    r"\(?\b(?:w\.?e\.?f\.?\s*)?\d{1,2}(?:st|nd|rd|th)?[ ./-]"
    r"(?:\d{1,2}[./-]\d{2,4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}(?:[ ./-]\d{2,4})?)\b\)?",
    re.IGNORECASE,
)
TITLE = re.compile(
    r"\b(?:time\s?-?\s?tables?|schedule|routine|stundenplan|emploi\s+du\s+temps|horarios?|horaris|jadwal|rozvrh|raspored|[óo]rarend|hor[aá]rio|orario|rooster|lesrooster"
    r"|plan\s+lekcji|planner|at\s+a\s+glance|jadual(?:\s+waktu)?"
    r"|ders\s+program[iı]|schema|stundeplan|skema)\b",
    re.IGNORECASE,
)
WEEK_TITLE = re.compile(r"\bweek\s*[-:]?\s*(?:odd|even|[AB]|\d{1,2})\b|\b(?:odd|even|[AB]|1st|2nd|first|second)\s+week\b", re.IGNORECASE)
STRIP = " \t-–—:;,|/•·*_()[].…"


def term_of(labelled: Found | None, lines: Sequence[Reading]) -> Found | None:
    """The term without its year: what a label says, else the first of the lines that names one."""
    if labelled:
        value = YEAR.sub("", labelled.value).strip(STRIP)
        return Found(value=" ".join(value.split()), words=tuple(w for w in labelled.words if not YEAR.fullmatch(w.text))) if value else None
    for line in lines:
        if (match := TERM.search(SLIP.sub("I", line.text))) and not _SEASON_NAME.match(line.text, match.start()):
            return Found(value=match[0], words=line.between(*match.span()), certainty=0.95)
    return None


_SEASON_NAME = re.compile(
    r"(?:Autumn|Spring|Summer|Fall|Winter) (?:(?!Term|Semester|Week|Time|School|Class)[A-Z][a-z]+ ){1,2}(?:\w+ )?"
    r"(?:School|Primary|Academy|College|University)\b"
)
"""A school that is called by a season: Summer Fields School."""


def month_of(lines: Sequence[Reading]) -> Found | None:
    """A month that stands for a term: with a year, and no day."""
    for line in lines:
        if (match := _MONTH.search(line.text)) and YEAR.search(line.text) and not DATE.search(line.text):
            if re.match(r"\s\d{1,2}\b", line.text[match.end() :]):
                continue
            return Found(value=match[0], words=line.between(*match.span()), certainty=0.82)
    return None


def year_of(labelled: dict[str, Found], plain: Sequence[Reading], head: Sequence[Reading]) -> Found | None:
    """The year in four digits: what a label says, else that of a title, of any line, of a date."""
    for key in ("year", "term"):
        if key in labelled and (match := YEAR.search(labelled[key].value)):
            if later := _titled_after(match, plain):
                return later
            return Found(value=match["year"], words=tuple(w for w in labelled[key].words if match["year"] in w.text))
    named = sorted((*plain, *head), key=lambda line: TITLE.search(line.text) is None and TERM.search(line.text) is None)
    for line in named:
        if (match := YEAR.search(line.text)) and not _FOUNDED.search(line.text[: match.start()]):
            return Found(value=match["year"], words=line.between(match.start("year"), match.end("year")), certainty=0.95)
    for line in named:
        if TITLE.search(line.text) and (match := _SHORT_YEAR.search(line.text)):
            digits = match["before"] or match["behind"]
            return Found(value=f"20{digits}", words=line.between(*match.span()), certainty=0.8)
    for line in (*plain, *head):
        if _PRINTED_AT.match(line.text):
            continue
        if (dated := DATE.search(line.text)) and (match := _YEAR_OF_DATE.search(dated[0])):
            return Found(value=match[0], words=line.between(dated.start(), dated.end()), certainty=0.85)
    return None


def _titled_after(labelled: re.Match[str], lines: Sequence[Reading]) -> Found | None:
    """The year of a title that is after all years of a label: the session is the one in which the students began."""
    last = f"{labelled['year'][:2]}{labelled[0][-2:]}"
    for line in lines:
        if TITLE.search(line.text) and (match := YEAR.search(line.text)) and match["year"] > last:
            return Found(value=match["year"], words=line.between(match.start("year"), match.end("year")), certainty=0.85)
    return None


_PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s\d{1,2}:\d{2}")
"""A line that opens with a date and a time says when the page was printed."""

_SHORT_YEAR = re.compile(r"(?<!\w)(?:['’](?P<before>[23]\d)(?!\w)|(?P<behind>[23]\d)['’](?!\w))")
"""A year of this century without it, in a title: '25, 25'."""

_FOUNDED = re.compile(r"\b(?:act|estd?|established|founded|since)\b", re.IGNORECASE)
"""Before the year of a school's foundation, or of the law that it rests on."""

_YEAR_OF_DATE = re.compile(r"\b20\d\d\b")


def week_title_of(lines: Iterable[Reading]) -> Found | None:
    """The week that a line names, where tables of two weeks differ: odd, B."""
    for line in lines:
        if re.search(r"\bweek\b", line.text, re.IGNORECASE) and (week := week_of(line.text)):
            begin = line.text.casefold().index(week.casefold())
            return Found(value=week, words=line.between(begin, begin + len(week)))
    return None
