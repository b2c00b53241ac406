"""How people, rooms, classes and breaks are known in a timetable, by words and by shape."""

import re

from doctray.extraction.rules.timetable.lines import DASHES
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS
from doctray.extraction.worded_dates import MONTH_NAMES

BREAKS = re.compile(
    r"\b(?:break|lunch|recess|recreation|interval|registration|register|assembly|tea|snack|dinner|home\s?time|dismissal|homeroom|"
    r"tutor(?:ial)?\s+(?:time|group|period)|form\s+time|roll\s?call|prayer|chapel|playtime|nap|devotion|"
    r"pause|(?:mittags|grosse\s|große\s|hof)pause|mittag|r[ée]cr[ée](?:ation)?|d[ée]jeuner|cantine|recreo|descanso|almuerzo|comida|"
    r"intervalo|almo[çc]o|intervallo|ricreazione|pranzo|pauze|lunchpauze|przerwa|obiad|teneff[üu]s|[öo][ğg]le|rast|frokost|pausa)\b",
    re.IGNORECASE,
)
"""What a whole class does at once, so that a single cell may stand for every day."""

SPELT = re.compile(
    r"(?:tea|lunch|short|long|snack|free|home|play|nap|prayer|game|sport|club|form|story|reading)?\s?(?:break|lunch|recess|recreation"
    r"|interval|"
    r"home|time|hour|snacks?|dinner|tea|assembly|prayers?|registration|register|free|games?|sports?|clubs?|library|play|rest|nap|pause"
    r"|study|"
    r"labs?|seminar|tutorials?|tutor|project|activity|activities|mentoring|dismissal|homeroom|chapel|worship)",
    re.IGNORECASE,
)
"""Words that are spelt with a letter in each day's cell. Any other row of letters is one short name a day."""

_TITLE = (
    r"(?:(?:Sh|Er|Pn|Hr|Kum|Adv|Ing|Dra|Lic|Lcda?|Mtr[oa]|Arq|Mgs?|Mgtr|Abg|Dott|Mgr)(?=\.)"
    r"|(?:MRS?|MS|DR|PROF|ENGR)(?=\.)|(?:MRS?|DR|PROF)(?=\s[A-Z]{3})"
    r"|Shri|Smt|Mrs?|Ms|Miss|Mx|Mdm|Madam|Dr(?:\.-Ing)?|(?:(?:Asst|Assoc|Assistant|Associate)\b\.?\s?)?Prof(?:a(?=\.)|ª|essora?)?|Sir|Engr|Mme|Mlle|Herr|Frau|Sra?|Srta|Sig|Fr|Rev"
    r"|Coach|Cikgu|Ustaz(?:ah)?)"
)
_NO_NAME = r"Time\s?table|Schedule|Class|Year|Room|Form|Group|Week|Lab|Hall|Gym|Library|Block"
_NAME = rf"(?!(?:{_NO_NAME})\b)[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*(?!\d)\.?"
PARTICLE = r"(?:bin|binti|de|del|da|dos|van|von|der|den|ter|ten|ur|ul|al|el|la|le|di)"
_PERSON = (
    r"(?:Mrs?|Ms|Miss)\b\.?\s(?:Hall|Block|Form|Class)\b"
    rf"|(?:{_TITLE}\b\.?\s?|(?:Mrs?|Ms|Miss|Dr),){_NAME}(?:\s(?:{_NAME}|{PARTICLE}\b)|(?<=\b[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ]\.){_NAME}){{0,12}}"
    r"(?:,\s?Ph\.?\s?D\b\.?)?"
)
TEACHER = re.compile(rf"(?<!\w)(?:{_PERSON})(?:\s?[/&,]\s?(?:{_PERSON}))*")
"""One or several people with their titles: Mr Okafor, Mrs P. Rao / Dr Lee."""

TEACHER_LABEL = re.compile(
    r"\b(?:(?:teacher|lecturer|instructor|faculty|tutor|staff)\s*[:=-]|(?:prof(?:\.|essore?|essora?|esseure?)?|profesora?|docente?|enseignante?"
    r"|dozent(?:in)?|lehrer(?:in)?|guru|dosen|fac|(?:taught\s)?by)\s?:|taught\sby\s)\s*(?P<value>.+)$",
    re.IGNORECASE,
)
_INITIALED = re.compile(
    r"(?:[A-Z]\.\s?){1,3}[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’-]+(?:[A-Z][a-z]+)?|[A-Z][a-z'’-]+,?\s(?:[A-Z]\.?){1,2}|(?:[A-Z]\.\s?){1,2}[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’-]{2,}"
)
_R = r"r(?=\s?:\s?[A-Z]{0,3}-?\d[\w./-]*\s*(?:[,;|)\]]|$))"
"""The letter alone, where nothing but a number stands behind its colon: R: 1002."""

_R_NO = r"r\.?\s?no(?=\b\.?\s?[:#-]?\s?[A-Z]{0,3}-?\d)"
_ROOM_WORD = rf"(?:(?:^class\s|class)?room|rm|{_R}|{_R_NO}|venue|raum|zimmer|salle|sala|aula|lokaal|derslik|terem|salon|ruang(?:an)?|bilik)"
IN_BUILDING_AHEAD = re.compile(r"(?:building|bldg|block|blk|tower|wing|floor)\b\.?\s?[A-Z\d]{1,3}[\s,/-]*$", re.IGNORECASE)
"""What stands before a labelled room and is part of it: Bldg. 2, Rm. 14."""

ROOM_LABELLED = re.compile(
    rf"[\[(]?\b{_ROOM_WORD}(?:\b|(?=no\b))\s*(?:no\b\.?|number|nr\b\.?|#)?\s*"
    r"(?:[:=]\s*(?P<said>[^\s,;|)\]][^,;|)\]]*)|[.-]?\s*(?P<value>[A-Z]{0,4}[-. ]?\d[\w./-]*|[A-Z]\d?\b))[\])]?",
    re.IGNORECASE,
)
_ROOM_ALONE = re.compile(_ROOM_WORD, re.IGNORECASE)
ROOM_NUMBER = re.compile(rf"\b{_ROOM_WORD}\s*(?:no\b|number\b|nr\b|#)", re.IGNORECASE)
"""A label that asks for nothing but the room: Room No., RoomNo-."""

ROOM_POINTED = re.compile(
    r"^(?:location|loc|lo|place|ort|lieu|lugar|sala)\s?[:=][\s=:]{0,4}>?\s?(?P<value>\w[\w .-]{0,24})$", re.IGNORECASE
)
"""A whole line that says where: Loc: CC5, Lo ==> CC5."""

ROOM_OPEN = re.compile(rf"\b{_ROOM_WORD}\s*(?:no\b\.?|number)?\s*[:.=-]?\s*$", re.IGNORECASE)
_PLACE = (
    r"(?:[a-z]+\s)?(?:hall|gym|gymnasium|auditorium|canteen|studio|playground|pool|field|court|workshop|library|turnhalle|sporthalle"
    r"|gymnase|(?:leisure|sports?|community|swimming)\s(?:centre|center|baths)|"
    r"gimnasio|palestra|pavilh[ãa]o|gymzaal|biblioteca|bibliothek)|online|zoom|(?:ms\s)?teams|google\smeet|remot[oa]|virtual|en\sl[ií]nea|distanciel"
)
ROOM = re.compile(
    r"(?:[A-Z]{1,4}[-. ]{0,2}\d{1,4}(?:[.-]\d{1,3})?[A-Za-z]?(?:-\d{0,2}[A-Z]{1,2})?|\d{3,4}[A-Z]?|\d[A-Z]\d{2}|\d{1,2}[.-]\d{2,3}"
    r"|[A-Z]\d?/\d{1,3}|(?:No\.|#)\s?\d{2,4}[A-Z]?|(?:LT|LH|CR)[ -][A-Z]"
    r"|(?i:@\s?.+|(?:room|rm|hall|lab(?:o|oratory)?|lt|lh|studio|auditorium|gym|block|blk|bldg|building|lecture\s(?:hall|theatre)|raum|salle|sala|aula"
    r"|amphi|lokaal)"
    rf"[\s#.-]*[A-Z]?-?\d[\w.-]*|(?:room|rm)\s\w+|(?:\d[\d.]*\s)?\w{{0,12}}(?:saal|raum|labor|halle|zimmer)(?:\s[A-Z]?\d[\w.-]*){{1,2}}(?:\s\[\w+\]?)?|(?-i:(?:Lab|LAB|Studio|Hall|Suite|Block|Workshop|Amphi|AMPHI)\s[A-Z])"
    r"|(?-i:(?:Amphi|AMPHI|Amphithéâtre)(?:\s[A-ZÀ-Þ][\w.'’-]+){1,3})"
    r"|(?:[a-z]\s|[a-z]+\s){0,2}(?:suite|pool|workshop|lab(?:oratory)?|studio|block|building|theatre|hut|annexe?)\s?(?:lab\s"
    r"|room\s)?[A-Z]?\d[\w.-]*"
    rf"|{_PLACE}))"
)
"""A part of a line that can only be a room or a place: R12, 2.14, Lab 3, Main Hall."""

CLASS = re.compile(
    r"(?i:class|year|yr|grade|form|group|set|section|grupo?|groupe|gruppe|grp\.?|gr(?:\.|(?=[\s\d]))|batch|turma|secci[óo]n|sec[çc][ãa]o|paralelo|klasse|classe)(?!(?![IVX]+\b)[^\W\d_]{2})\s?[-:]?\s?\w{1,3}(?:\s\w+)?|\d{1,2}\s?[A-Z]{1,2}\d?|\d{1,2}[./-][A-Z\d]"
)


def is_group(text: str) -> bool:
    """Whether a text names a class or a group, and no lesson: Group 2, Grupo 1, 10A."""
    return CLASS.fullmatch(text.strip(DASHES + "()[]")) is not None


IN_BUILDING = re.compile(r"[A-Z]{2,5}, ?[A-Z]{0,2}-?\d{2,4}[A-Za-z]?")
"""A room after the short name of its building: KZH, R110."""

BELOW_A_NAME = re.compile(rf"[A-Z][A-Z\d]{{1,9}}\s?[-–—,]\s?(?i:{_ROOM_WORD})\s?[A-Z]?-?\d[\w.-]*")
"""The same with the word, in a line below the teacher's, where nothing but a place stands: CREMI - salle 05."""

ASIDE = re.compile(
    r"(?:(?:von|ab|bis|from|until|w\.?e\.?f\.?|since|del|dal|du)\s)?\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d(?:\s?[-–]\s?[\d./-]{6,10})?"
    r"|(?:weeks?|wks?|semaines?|semanas?|wochen?|kw)\.?\s?:?\s?\d{1,2}(?:\s?[-–,/&]\s?\d{1,2}){0,8}"
    r"|\w{0,16}(?:status|credits?|cr[ée]ditos?|cr[ée]dits|crediti|ects|mode)\s?:\s?\S.{0,24}",
    re.IGNORECASE,
)
"""What is said of a lesson and names nothing: from which day on, how many credits."""

REMOTE = re.compile(
    r"online|zoom|(?:ms\s)?teams|google\smeet|remote|remot[oa]|virtual|en\sl[ií]nea|[àa]\sdistance|distanciel", re.IGNORECASE
)
_MONTHS = f"{MONTH_NAMES}|ene|abr|ago|dic|dez|fev|set|out|gen|mag|giu|lug|ott|janv|févr|avr|juin|juil|août|déc|okt"
DATE = re.compile(
    rf"(?:(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th|\.)?[ -](?:de )?(?:{_MONTHS})\.?)(?:,? ?[- ]?(?:20)?\d\d)?"
    r"|\d{1,2}[./-]\d{1,2}[./-]20\d\d",
    re.IGNORECASE,
)
"""A date alone, as stands beneath the names of days, is no lesson: Jan 18, 3.5.2026."""

HONOURED = re.compile(
    r"(?:with\s)?(?P<name>[^\W\d_]+(?:\s[^\W\d_]+){0,2}\s(?:sir|miss|ma['’]?am|mam|madam|hoca|sensei|cikgu))", re.IGNORECASE
)
"""A line that is a person with a word of respect behind the name: Shauka Miss, with Imran Sir."""

INSTRUCTORS = re.compile(r"(?:instructors?|lecturers?|teachers?|docentes?|profesor(?:es)?|enseignants?|dozent(?:en)?)\s?:", re.IGNORECASE)
STAFF = re.compile(r"staff", re.IGNORECASE)
"""What registrars' systems print for the instructor of a lesson that nobody is named for yet."""

COMPONENT = re.compile(
    r"lectures?|laborator(?:y|ies)|lab|tutorials?|seminars?|recitation|discussion|practicum|practicals?|workshop|studio|clinical",
    re.IGNORECASE,
)
CODE = re.compile(r"[A-Z]{2,4}[ -]?\d{3,4}[A-Z]?")
"""A course's code, which may be a room's elsewhere: COS212, IF-3502."""

GROUP_CODE = re.compile(r"G\d{1,2}")
GROUPS = re.compile(r"G\d(?:\s?[,&/+-]\s?G\d)*")
"""Groups by their numbers alone, in a line below the lesson: G1, G1 & G2. Rooms on a ground floor have two digits or more."""

GROUP_AHEAD = re.compile(
    r"[A-Z]{0,2}\d{0,2}\s?(?i:batch|group|grp|section|division)|(?i:batch|group|grp|gr|section|sec|division|div)\b[\s.-]?\w{1,3}|[A-H]\d"
)
"""For whom a lesson is, in the piece of a line that stands before it: A2 Batch, Group 1, B2."""

CODE_OF_TEACHER = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]{1,2}")
SAID_OF_LESSON = re.compile(r"[^\W\d_]{2,12}\s?:\s?\S.{0,23}")
"""What is said of a lesson in brackets after its name: (Slot : MA721)."""

KIND_OF_LESSON = re.compile(
    r"lec(?:ture)?|l|tut(?:orial)?|t|lab(?:oratory)?|pr(?:ac(?:tical)?)?|theory|th|seminar|sem|workshop|ws|vorlesung|[üu]bung|praktikum"
    r"|clase|pr[áa]ctica|teor[íi]a|cours|td|tp|cm|(?:[A-Z]{1,2}\d{1,2})(?:\s?[/&+]\s?[A-Z]{0,2}\d{1,2})*",
    re.IGNORECASE,
)
"""What in brackets tells which lesson of a subject it is, or for which groups, and belongs to its name: (lecture), (D1/D2/D3)."""

CLOCK = re.compile(r"(?:0?[7-9]|1[0-6])\.[0-5][05]")
"""What is a time rather than a room where it stands in brackets in a table of times: Assembly (9.10)."""

NAMES_A_ROOM = re.compile(r"[^\W\d_]|\d\.\d")
"""In what is a room's name without the word: B12, 2.14."""


_LONG_NUMBER = re.compile(r"\d{3}")


def room_name(text: str) -> str:
    """A room without the word, where the rest is a name in itself: Room B12, Room 2.14, Room - 1104, but not Room 4."""
    for opening, closing in ("[]", "()"):
        text = f"{text}{closing}" if text.count(opening) > text.count(closing) else text
    bare = re.sub(r"^(?:room|rm|r\.?\s?no)\b\.?\s*(?:[-–]\s*)?", "", text, flags=re.IGNORECASE)
    return bare if NAMES_A_ROOM.search(bare) or _LONG_NUMBER.search(bare) else text


_NUMBERED = re.compile(r"(?:II|III|IV|VI|VII|VIII|IX)\.?$")


def is_initialed(text: str) -> bool:
    """Whether a text is a name with initials: P. Rao, but neither part of a lesson's name (C.Architecture) nor its number (Java II)."""
    lesson = any(part.casefold() in SUBJECT_WORDS for part in re.split(r"[\s.,]+", text))
    return _INITIALED.fullmatch(text) is not None and not lesson and _NUMBERED.search(text) is None


def is_pointed(text: str) -> bool:
    """Whether a text is a name with an initial that its point tells, so that it is one behind a dash or in brackets: J. Rao, not Part A."""
    return "." in text and is_initialed(text)


def are_initialed(text: str) -> bool:
    """Whether a text is several names with initials: H.Olm / J.Rubio."""
    names = re.split(r"\s?[/&,]\s?", text)
    return len(names) > 1 and all(map(is_initialed, names))


TAUGHT_BY = re.compile(
    r"(?:(?P<sign>(?:t|ins(?:tr?)?|fac)\.?\s?:|w/|inst\.\s|by\s(?=\S+\s\S))|with\s|by\s)\s?(?P<name>\S.*)", re.IGNORECASE
)
"""A line below the lesson that says who teaches it, where a name stands behind: T: Rao, w/ Priya Rao.

Without the sign what follows may be more of the lesson's name (Programming / with Python), unless a title or initials tell a person.
"""

_SURNAME = re.compile(r"(?:[A-Z]\.?\s)?[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’]+(?:[-\s]?[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’]+)?")


def is_name(text: str) -> bool:
    """Whether a text can be a person's name, one word or two, and holds no word that names a lesson or a room."""
    lesson = any(part.casefold().strip(".,") in SUBJECT_WORDS for part in text.split())
    place = ROOM.fullmatch(text) or _ROOM_ALONE.fullmatch(text)
    return _SURNAME.fullmatch(text) is not None and not lesson and not place
