"""Says what kind of paper a document is, from its words and the shape of its text."""

import re
from collections.abc import Sequence

from doctray.domain.document import Document
from doctray.extraction.parse import find_amounts, fold
from doctray.extraction.rules.timetable.days import day_name

CERTIFICATE, TIMETABLE, OTHER = "certificate", "timetable", "other"

_DAYS = (
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
    ("lunedi", "martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica"),
    ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo"),
    ("poniedzialek", "wtorek", "sroda", "czwartek", "piatek", "sobota", "niedziela"),
    ("pazartesi", "sali", "carsamba", "persembe", "cuma", "cumartesi", "pazar"),
    ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    ("lun", "mar", "mie", "jue", "vie", "sab", "dom"),
    ("lun", "mar", "mer", "gio", "ven", "sab", "dom"),
    ("seg", "ter", "qua", "qui", "sex", "sab", "dom"),
)
_DAY_FORMS = {"tues": "tue", "weds": "wed", "thur": "thu", "thurs": "thu", "mo": "mon", "tu": "tue", "we": "wed", "th": "thu", "fr": "fri"}
_TIME = re.compile(r"(?<![\d.:,$£€])(?:[01]?\d|2[0-3])\s?[:.h]\s?[0-5]\d(?![\d,])(?:\s?[ap]\.?m)?", re.IGNORECASE)
_PERIOD = re.compile(r"\b(?:period|lesson|hour|stunde|block|slot)s?\s?\d|\b\d(?:st|nd|rd|th)\s(?:period|hour|lesson)", re.IGNORECASE)
_TIMETABLE_WORDS = re.compile(
    r"time\s?table|class schedule|class routine|weekly schedule|course schedule|lecture schedule|stundenplan|"
    r"emploi du temps|horario|orario|rooster|lunch|break|recess|"
    r"semester|\bp(?:eriod)?\s?[1-9]\b|assembly|\blab\b|lecture|tutorial",
    re.IGNORECASE,
)

_CERTIFICATE_SIGNS: tuple[tuple[str, float], ...] = (
    (
        (
            r"\bcertificate of (?:liability |property |motor |general |public |employers'? liability |professional |"
            r"third[- ]party )*insurance"
        ),
        6,
    ),
    (
        (
            r"\bevidence of (?:commercial )?(?:property |liability )?(?:insurance|cover)|\bconfirmation of insurance|"
            r"\binsurance certificate|\bproof of (?:[\w'’]{3,20} ){0,3}(?:insurance|coverage|cover)|"
            r"\bverification of insurance|\bnotice of insurance|"
            r"\bcertificate of (?:[\w'’&-]+ ){1,4}insurance"
        ),
        5,
    ),
    (r"\bacord\b", 3),
    (r"\bcertified (?:true )?copy\b|\bentry of (?:birth|death|marriage)", 4),
    (
        (
            r"\binsurance (?:identification )?card|\bliability insurance identification|\bcertificate of motor insurance|"
            r"\b(?:insurance|coverage) binder\b|\bbinder (?:of insurance|number|no\b|#)|\bpolicy schedule|\bschedule of insurance|"
            r"\binsurance schedule|\bcover note|\bconfirmation of cover|\bpolicy declarations|"
            r"\bdeclarations? (?:page|of insurance)|\bcertificate of currency|\bliability declarations|\bgreen card"
        ),
        4,
    ),
    (
        (
            r"\bcertificate of (?:\w+ )?(?:completion|attendance|achievement|training|participation|appreciation|recognition|"
            r"excellence|merit|competen\w+|proficiency|membership|registration|qualification|graduation|live birth|birth|"
            r"marriage|death|vaccination|immuni[sz]ation|conformity|compliance|analysis|calibration|authenticity|award|"
            r"incorporation|origin|approval|inspection|occupancy|honou?r|baptism|service|employment)"
        ),
        6,
    ),
    (
        (
            r"\b(?:birth|marriage|death|training|completion|vaccination|immuni[sz]ation|attendance|medical|award|course|"
            r"school leaving|character|fitness|calibration|test) certificate"
        ),
        4,
    ),
    (r"\bvaccination (?:record|card)|\bimmuni[sz]ation (?:record|card|certificate)|\bvaccine\b.*\bdose\b", 5),
    (
        (
            r"\bp[óo]liza de seguro|\bdatos del asegurado|\bsuma asegurada|\bap[óo]lice de seguro|\bpolizza di assicurazione|"
            r"\bcertificat d.assurance|\bversicherungssumme"
        ),
        6,
    ),
    (
        (
            r"\bversicherungs(?:bestätigung|schein)|\bversicherungsnehmer|\bpóliza\b|\battestation d.assurance|\bpolizza\b|"
            r"\bverzekerings(?:certificaat|bewijs)|\bpolisnummer|"
            r"\bdiploma\b|\bcertificat(?:e|ion)?\b|\bzertifikat\b|\burkunde\b|\bbescheinigung\b|\bteilnahmebestätigung\b|\bcertificado\b|\battestation\b|"
            r"\bcertificato\b|\battestato\b|\bconstancia\b|\b\w*certificaat\b|\bacte de naissance|\bacta de nacimiento"
        ),
        2,
    ),
    (
        (
            r"\b(?:this is to certify|this certifies|hereby certif\w+|certif(?:y|ies) that|is (?:hereby )?(?:awarded|"
            r"presented) to|proudly presented|takes? (?:great |much )?pleasure in (?:awarding|"
            r"presenting|conferring)|awarded to|presented to|in recognition of|has (?:successfully )?(?:completed|"
            r"attended|passed))"
        ),
        4,
    ),
    (r"\b(?:period of (?:insurance|cover)|policy period|sums? insured|limits? of (?:indemnity|liability|insurance)|indemnity limit)\b", 2),
    (r"\binsured\b.*\b(?:insurers?|broker|underwriters?)\b|\binsurers?\b.*\binsured\b", 3),
    (r"\bconfer(?:s|red)\b.{0,30}\b(?:up)?on\b|\bthe degree of\b|\b(?:erfolgreich )?teilgenommen\b", 4),
    (r"\bname of policyholder|\bnamed insured|\bpolicy ?holder|\bcertificate holder|\binsurers? affording", 3),
    (r"\bpolicy (?:number|no\b|#|period|start date|eff)", 2),
    (r"\bcertificate (?:no|number|id)\b|\bcertification number|\bcard (?:no|number)\b.*\bvalid (?:until|to|through)\b", 2),
    (r"\b(?:induction|training|competency|skills|provider|safety|membership|licen[cs]e|registration) card\b", 4),
    (r"\b(?:safety|inspection|training|attendance|gas safety) (?:record|certificate)\b", 4),
    (r"\bgroup policy\b|\bcoverage (?:effective|ends|begins)|\bunderwritten by\b|\bmaximum benefit\b", 2),
)
_OTHER_SIGNS: tuple[tuple[str, float], ...] = (
    (
        (
            r"\b(?:tax )?invoice\b|\breceipt\b|\bbill to\b|\bamount due\b|\bcash\b.{0,40}\bchange\b|\bsub-? ?total\b|"
            r"\bpurchase order\b|\bqty\b|\bunit price\b|\bgst (?:id|no|reg|summary)|\bdelivery note|\bquotation\b"
        ),
        4,
    ),
    (
        (
            r"\bdear (?:sir|madam|mr|mrs|ms|dr|customer|all)\b|\byours (?:sincerely|faithfully|truly)|\bkind regards|"
            r"\bbest regards|\bsincerely\b"
        ),
        3,
    ),
    (
        (
            r"\bcurriculum vitae\b|\bresume\b|\bbank statement|\baccount statement|\bclosing balance|\bagenda\b|\bminutes of\b|"
            r"\bmenu\b|\bthis agreement\b|\bboarding pass"
        ),
        4,
    ),
)


_UNTOLD = 1.6
"""What a paper scores as neither before anything tells: more than a stray mention of certificates, less than one in the heading."""


_LEAST_TIMETABLE = 2.5
"""Two days and a time are opening hours."""


def classify(document: Document) -> tuple[str, float]:
    """(certificate, timetable or other; confidence in [0, 1]). Receipts, letters, invoices and empty pages are other."""
    text = "\n".join(page.text for page in document.pages[:6])
    if len(fold(text)) < 12:
        return OTHER, 0.9
    timetable = _timetable_score(document)
    scores = {
        CERTIFICATE: _certificate_score(text),
        TIMETABLE: timetable if timetable > _LEAST_TIMETABLE else 0.0,
        OTHER: _UNTOLD + _weight(_OTHER_SIGNS, text),
    }
    best = max(scores, key=lambda kind: scores[kind])
    runner_up = max(score for kind, score in scores.items() if kind != best)
    margin = (scores[best] - runner_up) / max(scores[best], 1.0)
    return best, round(min(0.99, 0.5 + 0.6 * margin), 2)


def _certificate_score(text: str) -> float:
    head = text[: max(400, len(text) // 3)]
    return _weight(_CERTIFICATE_SIGNS, text) * 0.7 + _weight(_CERTIFICATE_SIGNS, head) * 0.5


def _weight(signs: Sequence[tuple[str, float]], text: str) -> float:
    flat = " ".join(text.split())
    return sum(weight for pattern, weight in signs if re.search(pattern, flat, re.IGNORECASE))


def _timetable_score(document: Document) -> float:
    """Days that stand in a row or a column, beside times or periods, with few sums of money."""
    best = 0.0
    for page in document.pages[:6]:
        days = _days_on(page.text)
        times = len(_TIME.findall(page.text)) + 2 * len(_PERIOD.findall(page.text))
        score = (4.0 if len(days) >= 5 else 2.5 if len(days) >= 3 else 0.5 * len(days)) + min(4.0, times * 0.4)
        score += min(4.0, len({match.lower() for match in _TIMETABLE_WORDS.findall(page.text)}) * 1.2)
        score -= min(3.0, 0.5 * len(find_amounts(page.text)))
        best = max(best, score if len(days) >= 2 or times >= 6 else score * 0.5)
    return best


def _days_on(text: str) -> set[int]:
    words = {_DAY_FORMS.get(word, word) for word in fold(text).split()}
    words |= {named.days[0].casefold() for word in words if word.endswith("day") and (named := day_name(word))}
    return max(({index for index, day in enumerate(days) if day in words} for days in _DAYS), key=len)
