"""What the headings of a table's columns say that stands under them, in the languages of schools."""

import re

_HEADINGS = {
    "day": r"days?|weekday|day\(s\)|jours?|tage?|wochentage?|d[ií]as?(?:\s*da\s*semana)?|giorn[oi]|dag|dzie[nń]|g[üu]n"
    r"|hari|nap|den|zi(?:ua)?|päivä|день",
    "period": r"periods?(?:\s*no\.?)?|per[ií]odos?|jam\s*ke-?|hodina|lesson\s*(?:no\.?|number)|lekcja|les(?:uur)?|stunde",
    "when": r"days?\s*(?:&|and|/|\+)\s*times?|meeting\s*(?:times?|pattern)|schedule|jadwal",
    "time": r"times?|hours?|when|duration|(?:class|period|lesson)?\s*tim(?:e|ing)s?|(?:time\s*)?slots?|heures?"
    r"|horaires?|franja(?:\s*horaria)?|zeit|uhrzeit|interval(?:ul)?(?:\s*orar)?|horas?|hor[aá]rio|orario|ora|tijd|saat|godzin[ay]"
    r"|jam|waktu|pukul|masa|czas|čas|tid|id[őo]|klo|hora|время|час",
    "start": r"start(?:s|\s*time)?|from|begin(?:s|ning)?|time\s*(?:from|in)|von|beginn|d[ée]but|(?:hora\s*(?:de\s*)?)?(?:ini\.?|in[ií]cio)"
    r"|inizio"
    r"|(?:jam\s*)?(?:masuk|mulai|mula)|alku|od|начало",
    "end": r"end(?:s|\s*time)?|to|until|finish(?:es)?|time\s*(?:to|out)|bis|ende|(?:hora\s*(?:de\s*)?)?(?:fin|fim|t[ée]rmino)|fine"
    r"|(?:jam\s*)?(?:keluar|selesai|tamat)|loppu|do|конец",
    "subject": r"subjects?(?:\s*(?:name|title))?|courses?(?:\s*(?:name|title|\(section\)|\(credits?\)|/?\s*module))*"
    r"|modules?(?:\s*(?:name|title))?|activity|activities|lessons?(?:\s*(?:name|title))?|class(?:\s*name)?|event|topic|session|title|unit|description|paper|fach|curs(?:ul)?|materi[ea]|disciplin[ăa]|mati[èe]re|cours|materia|asignatura"
    r"|disciplina|vak|przedmiot|ders|descripci[óo]n|unidad\s+de\s+aprendizaje|(?:nombre\s+de\s+la\s+)?(?:materia|asignatura)|assignatura|mat[èe]ria"
    r"|(?:nama\s+)?mata\s?(?:kuliah|pelajaran)|pelajaran|subjek|kursus|předmět|předmet|tant[áa]rgy|[äa]mne|emne|fag|kurs|aine|kurssi|предмет|дисциплина",
    "room": r"(?:class\s*)?rooms?(?:\s*(?:no\.?|number|/\s*venue))?|venue|location|place|where|classroom|hall|raum|salle|sala|aula|lokaal"
    r"|sal[óo]n(?:es)?|sal|učionica|dvorana|ruang(?:an)?|bilik|tempat|učebna|terem|tila|аудитория|кабинет",
    "teacher": r"teachers?|prof|lecturers?|instructors?|(?:name\s+of\s+)?(?:the\s+)?faculty(?:\s*name)?|staff|tutor|professor|coach"
    r"|leader|teacher'?s?\s*name|lehrer(?:in)?|enseignant|professeur|docente|profesor|docent|nauczyciel"
    r"|(?:nama\s+)?(?:dosen|guru|pengajar|pensyarah)|maestr[oa]|catedr[áa]tico|prowadz[ąa]cy|tan[áa]r|l[äa]rare|opettaja|преподаватель|учитель",
    "notes": r"notes?|remarks?|comments?|details|(?:teaching\s*)?(?:activity\s*)?type|teaching\s*activity|code"
    r"|(?:course|subject|module)\s*code|group|section|week|grup[ao]?|gr",
}


_OF_LESSONS = re.compile(r"(?:course|class|lecture|subject|lesson)s?\s+", re.IGNORECASE)
"""What programs name first in the heading of each column: CourseName, CourseTime, CourseDay."""

_FIELD_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])|_+")
"""Between the words of a heading that is the name of a program's field: CourseDay, start_time."""

_APART = re.compile(r"(?<!\S)[^\W\d_](?!\S)")
_JOINED = re.compile(r"\s*[/&+]\s*|\s+(?:and|und|et|e|y)\s+", re.IGNORECASE)


def heading_of(text: str) -> str | None:
    """What a column headed so holds: day, period, when, time, start, end, subject, room, teacher or notes.

    A letter that a reader of pictures parted from its word is read with it: M eeting Times. Names of fields are read as words.
    """
    text = text.strip(" :.*")
    words = _FIELD_NAME.sub(" ", text)
    spellings = [spelt.casefold() for spelt in (text, words, _OF_LESSONS.sub("", words, count=1))]
    if _APART.search(text):
        spellings.append(text.replace(" ", "").casefold())
    return next((key for spelt in dict.fromkeys(spellings) for key, pattern in _HEADINGS.items() if re.fullmatch(pattern, spelt)), None)


def joint_heading_of(text: str) -> str | None:
    """What a column whose heading names several things is read as: subject for Course / Instructor, when for Day / Time; else None."""
    keys = [heading_of(part) for part in _JOINED.split(text.strip())]
    said = set(keys)
    if len(keys) < 2 or len(said) < len(keys) or None in said:
        return None
    if "subject" in said:
        return "subject" if "teacher" in said and said <= {"subject", "teacher", "room", "notes"} else None
    if "time" in said and said <= {"day", "time", "room"}:
        return "when" if "day" in said else "time"
    return None
