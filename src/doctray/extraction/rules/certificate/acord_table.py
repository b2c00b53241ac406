"""The coverage table of an ACORD 25: one section a kind of insurance, columns by the printed headings."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import accumulate, groupby, pairwise
from statistics import median
from typing import Any

from rapidfuzz import fuzz

from doctray.domain.document import Box, Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, fold
from doctray.extraction.rules.certificate.acord_columns import UMBRELLA, WORKERS, Columns, Labels, Section, columns_of, sections_of
from doctray.extraction.rules.certificate.acord_limits import currency_in, limits_of
from doctray.extraction.rules.certificate.anchors import Anchor, anchor, anchors
from doctray.extraction.rules.finds import dates_found, identifier_found
from doctray.extraction.rules.labels import likeness
from doctray.extraction.rules.reading import Phrase, Sheet, in_row, phrases_of, rows_of

_ROWS_OF_A_SECTION = 5
"""So many lines between the headings and the first known section are a section whose name was not recognised."""

_QUALIFIES = re.compile(
    r"\W*(?:claims?[ -]?made|occurrence|occur\b|retro\w*|ded\w*|sir\b|limit|included|incl\b|per\b|each\b|\$)", re.IGNORECASE
)
_WORKERS_TITLE = "WORKERS COMPENSATION AND EMPLOYERS' LIABILITY"
_TITLES = (
    "COMMERCIAL GENERAL LIABILITY",
    "GENERAL LIABILITY",
    "AUTOMOBILE LIABILITY",
    "UMBRELLA LIABILITY",
    "EXCESS LIABILITY",
    "GARAGE LIABILITY",
    _WORKERS_TITLE,
    "WORKERS COMPENSATION",
)


def policies(sheet: Sheet, order: DateOrder | None, offset: float = 0.0) -> list[dict[str, Any]]:
    """The policies of the table; a section with neither number, dates nor a sum is not filled in and gives none.

    offset: of what was filled in, see `fill_offset`.
    """
    columns = columns_of(sheet, offset)
    if columns is None:
        return []
    sections = [part for section in _sections(sheet, columns) for part in _free_rows(sheet, section, columns)]
    return [policy for section in sections for policy in _policies_of(sheet, section, columns, order)]


def free_policies(sheet: Sheet, columns: Columns, order: DateOrder | None) -> list[dict[str, Any]]:
    """The policies of a table that is all free rows, without the form's printed sections."""
    rows = _free_rows(sheet, Section(None, {}, columns.top, columns.bottom), columns)
    return [policy for row in rows for policy in _policies_of(sheet, row, columns, order)]


def _sections(sheet: Sheet, columns: Columns) -> list[Section]:
    area = Box(0, columns.top, columns.number_left, columns.bottom)
    starts: list[tuple[Anchor, Labels]] = []
    for labels, limits in sections_of(sheet):
        found = [a for label in labels for a in anchors(sheet, label, within=area)[:1]]
        found = found or [a for label in _SHORT.get(labels[0], ()) for a in anchors(sheet, label, within=area)[:1] if a.alone]
        if limits is UMBRELLA and found:
            # its box stands over that of EXCESS LIAB, however well either was recognised
            uppermost = min(found, key=lambda a: a.box.top)
            found = [a for a in found if in_row(a.box, uppermost.box)]
        if found:
            first = max(found[:1] if labels[0] == "COMMERCIAL GENERAL LIABILITY" else found, key=lambda a: (a.likeness, -a.box.top))
            starts.append((first, limits))
    starts.sort(key=lambda item: item[0].box.top)
    out = []
    for index, (title, limits) in enumerate(starts):
        top = _top(sheet, columns, title, after=starts[index - 1][0] if index else None)
        bottom = _top(sheet, columns, starts[index + 1][0], after=title) if index + 1 < len(starts) else columns.bottom
        if index == 0 and top - columns.top > _ROWS_OF_A_SECTION * title.phrase.height:
            out.append(Section(None, {}, columns.top, top))
        elif index == 0:
            top = min(top, columns.top + 0.5 * title.phrase.height)
        if limits is WORKERS:
            end = _end_of_workers(sheet, columns, Box(0, title.box.top, sheet.width, max(title.box.bottom, bottom)))
            if end is not None and index + 1 == len(starts):
                out.append(Section(title, limits, top, max(top, end)))
                out.append(Section(None, {}, end, max(end, columns.bottom)))
                continue
        out.append(Section(title, limits, top, max(top, bottom)))
    return out


_SHORT = {"UMBRELLA LIAB": ("UMBRELLA",)}
"""Titles of sections as look-alikes of the form shorten them."""

_CLOSE = 0.6
"""Heights of its print that a section's title stands below the line that begins the section, where no such line was found."""


def _top(sheet: Sheet, columns: Columns, title: Anchor, *, after: Anchor | None) -> float:
    """Where a section begins: at the lowest line over its title that crosses type and number, or close over the title."""
    beneath = columns.top if after is None else after.box.bottom
    lines = [line for line in _lines_across(sheet, columns, title.phrase.height) if beneath < line < title.box.center_y]
    return max(lines, default=title.box.top - _CLOSE * title.phrase.height)


def _lines_across(sheet: Sheet, columns: Columns, height: float) -> list[float]:
    """Where lines cross the table from its types to its dates. height: of print, in pixels."""
    return [
        segment.top
        for segment in sheet.page.segments
        if segment.horizontal and segment.left <= columns.type_left + 2 * height and segment.right >= columns.effective.center_x
    ]


def _free_rows(sheet: Sheet, section: Section, columns: Columns) -> list[Section]:
    """The free space at the end of the table, a section a policy; the other sections are left as they are."""
    if section.title is not None:
        return [section]
    apart = 0.5 * columns.effective.height
    middles = [_middle(found) - columns.offset for found in _numbers(sheet, section, columns)]
    lettered = [_middle(found) - columns.offset for found in _letters(sheet, section, columns)]
    for found in _dates(sheet, section, columns, None)[0]:
        date_row = _middle(found) - columns.offset
        # a row of its own letter whose number is missing, or no number at all (TBD)
        if all(abs(date_row - other) > apart for other in middles) and any(abs(date_row - letter) <= apart for letter in lettered):
            middles.append(date_row)
    middles.sort()
    cuts = [section.top, *((one + other) / 2 for one, other in pairwise(middles) if other - one > apart), section.bottom]
    return [Section(None, section.limits, top, bottom) for top, bottom in pairwise(cuts)]


def _middle(found: Found) -> float:
    return sum(word.box.center_y for word in found.words) / len(found.words)


def _end_of_workers(sheet: Sheet, columns: Columns, area: Box) -> float | None:
    """Where the printed section on workers' compensation ends and the free rows begin."""
    lines = (("DESCRIPTION OF OPERATIONS below",), *WORKERS.values())
    found = [a for labels in lines if (a := anchor(sheet, *labels, within=area)) is not None]
    last = "DESCRIPTION OF OPERATIONS below", *WORKERS["E.L. DISEASE - POLICY LIMIT"]
    told = any(anchors(sheet, label, within=area) for label in last)
    if not found:
        return None
    # boxes of recognition may be higher than their print
    height = median(a.phrase.height for a in found)
    # the last line of the section, where recognition spoilt its label, is as high as those before it
    foot = max(min(a.box.bottom, a.box.center_y + 0.5 * height) for a in found)
    end = foot + (0.2 if told else _ONE_LINE) * height
    across = [line for line in _lines_across(sheet, columns, height) if foot - 0.5 * height < line < end + height]
    return min(across, default=end)


_ONE_LINE = 1.6
"""Heights of its print from the foot of one line of the section to the middle of the gap beneath the next."""


def _policies_of(sheet: Sheet, section: Section, columns: Columns, order: DateOrder | None) -> list[dict[str, Any]]:
    effective, expiry = _dates(sheet, section, columns, order)
    numbers = _numbers(sheet, section, columns)
    limits = limits_of(sheet, section, columns)
    kind = _type(sheet, section, columns)
    if not (effective or expiry or numbers or limits) or (section.title is None and kind is None and not numbers):
        return []
    letters = _letters(sheet, section, columns)
    if not (effective or expiry or numbers or letters) and all(isinstance(found.value, str) for found in limits.values()):
        return []  # Statutory is printed by forms that nobody filled in here
    # A number may run over two lines: only as many dates or letters, or a sign between the numbers, say that there are several.
    parted = sum(word.text in _BETWEEN_NUMBERS for word in sheet.inside(_number_area(section, columns)))
    count = max(1, min(len(numbers), max(len(effective), len(expiry), len(letters), parted + 1)))
    marks = {"additional_insured": columns.additional, "subrogation_waived": columns.waived}
    out = []
    for index in range(count):
        policy: dict[str, Any] = {"type": kind, "limits": limits if index == 0 else {}}
        for name, found in (
            ("policy_number", numbers),
            ("effective_date", effective),
            ("expiry_date", expiry),
            ("insurer_letter", letters),
        ):
            item = found[index] if index < len(found) else (found[0] if found and len(found) == 1 and name != "policy_number" else None)
            policy[name] = item
        for name, box in marks.items():
            policy[name] = None if box is None else _mark(sheet, section, columns, box)
        if any(isinstance(value, Found) and value.value != "Statutory" for value in limits.values()) and index == 0:
            policy["currency"] = currency_in(sheet, section, columns)
        out.append(policy)
    return out


def _type(sheet: Sheet, section: Section, columns: Columns) -> Found | None:
    if section.title is not None:
        words = list(section.title.phrase.words)
        label = section.title.phrase
        below = sheet.below(label, lines=1.5)[:1]
        if fold(label.text).startswith("workers"):
            whole = _workers_and_employers(sheet, section, columns) or _workers_mingled(sheet, section, columns)
            if whole is not None or (whole := _workers_cut_short(sheet, label)) is not None:
                return whole
            wrapped = [p for p in below if "employer" in p.folded or "liab" in p.folded]
        else:
            unfinished = label.text.rstrip().endswith(("/", "&"))
            wrapped = [p for p in below if unfinished or (p.folded == "liability" and "liab" not in label.folded)]
        words += [word for p in wrapped for word in p.words if fold(word.text) not in ("y", "n", "yin")]
        title = " ".join(word.text for word in words)
        if section.limits is UMBRELLA and (excess := _ticked_excess(sheet, section, columns)) is not None:
            return excess
        return Found(value=_printed_title(title), page=sheet.number, words=tuple(words))
    words = [w for w in sheet.inside(section.filled(columns, 0, columns.type_right)) if w.box.center_y < columns.bottom]
    lines = [row for row in rows_of(_typed(words, columns)) if not _is_of_the_rows_above(" ".join(w.text for w in row))]
    end = next((i for i, row in enumerate(lines) if i and _QUALIFIES.match(" ".join(w.text for w in row))), len(lines))
    words = [w for row in lines[:end] for w in row if w.text in _SIGNS or fold(w.text) not in ("", "x")]
    while words and (words[0].text in _SIGNS or (words[0].text == "OTHER" and len(words) > 1 and _lower_than(words[1], words[0]))):
        words.pop(0)
    if _is_of_form(" ".join(w.text for w in words)):
        return None
    if not re.search(r"[A-Za-z]{3}|[A-Z] ?& ?[A-Z]", " ".join(w.text for w in words)):
        return None
    printed = " ".join(w.text for w in words)
    told = _AND_AS_DIGIT.sub("&", printed) if sheet.ocr else printed
    return Found(value=told, page=sheet.number, words=tuple(words), doubts=() if told == printed else ("repaired_identifier",))


_SIGNS = frozenset({"&", "-", "–", "/"})


def _lower_than(word: Word, heading: Word) -> bool:
    """Whether a word is not on the line of the form's OTHER but typed into its row."""
    return word.box.top - heading.box.top > _BENEATH * heading.box.height


_BENEATH = 0.35
"""Heights of the heading that the tops of what was typed beneath it, in its row, stand lower at the least."""


_AND_AS_DIGIT = re.compile(r"(?<=[A-Za-z] )[68](?= [A-Z])")
"""What recognition makes of & between two words: Errors 6 Omissions."""


def _typed(words: Sequence[Word], columns: Columns) -> list[Word]:
    """The words of a free row's type, which may begin left of where the form prints its own; letters and marks there are none."""
    out: list[Word] = []
    for row in rows_of(words):
        kept: list[Word] = []
        for word in reversed(row):
            close = bool(kept) and len(word.text) > 1 and kept[0].box.left - word.box.right < kept[0].box.height
            if word.box.center_x >= columns.type_left - 4 or close:
                kept.insert(0, word)
        out += kept
    return out


_FORM_PRINT = "if yes describe under description of operations below"
_ALIKE = 60.0


def _is_of_the_rows_above(text: str) -> bool:
    """Whether a line says nothing, heads the free rows, or is one of the form's over them, which a filling that stands high reaches."""
    folded = fold(text)
    return folded in ("", "x", "other") or any(
        fuzz.ratio(folded, line) >= _SAME_LINE or (len(folded) > _LEAST_OF_LINE and line.endswith(folded)) for line in _LINES_OVER_FREE_ROWS
    )


_LINES_OVER_FREE_ROWS = ("if yes describe under", "description of operations below", "special provisions below")
_SAME_LINE = 85.0
_LEAST_OF_LINE = 10
"""Letters of the end of such a line whose beginning was not recognised, at the least."""


def _is_of_form(text: str) -> bool:
    """Whether a text is the form's own line over the free rows, badly recognised."""
    return fuzz.ratio(fold(text), _FORM_PRINT) >= _ALIKE


def _workers_and_employers(sheet: Sheet, section: Section, columns: Columns) -> Found | None:
    """The whole title where it runs over two lines, as WORKERS COMPENSATION / AND EMPLOYERS' LIABILITY."""
    assert section.title is not None
    label = section.title.phrase
    area = Box(columns.type_left - 4, label.box.top - 0.3 * label.height, columns.type_right, label.box.bottom + 1.6 * label.height)
    words = sheet.inside(area)
    start = next((i for i, word in enumerate(words) if word is label.words[0]), None)
    end = next((i for i, word in enumerate(words) if start is not None and i > start and fold(word.text).startswith("liab")), None)
    if start is None or end is None or not likeness(fold(" ".join(w.text for w in words[start : end + 1])), fold(_WORKERS_TITLE)):
        return None
    return Found(value=_WORKERS_TITLE, page=sheet.number, words=tuple(words[start : end + 1]))


def _workers_mingled(sheet: Sheet, section: Section, columns: Columns) -> Found | None:
    """The whole title where recognition mingled its two lines with the question beneath, told by the words that only it has."""
    assert section.title is not None
    box, height = section.title.box, section.title.phrase.height
    area = Box(columns.type_left - 4, box.top - height, columns.type_right, box.bottom + 2 * height)
    words = [w for w in sheet.inside(area) if fold(w.text) in _OF_WORKERS]
    told = fold(section.title.phrase.text) == "workers" and len({fold(w.text) for w in words}) == len(_OF_WORKERS)
    return Found(value=_WORKERS_TITLE, page=sheet.number, words=tuple(words), trust=0.8) if told else None


def _workers_cut_short(sheet: Sheet, label: Phrase) -> Found | None:
    """The whole title where its second line was lost, told by the AND that ends the first."""
    line = next((p.words for p in sheet.phrases if label.words[-1] in p.words), label.words)
    following = line[line.index(label.words[-1]) + 1 :][:1]
    if not following or fold(following[0].text) != "and":
        return None
    return Found(value=_WORKERS_TITLE, page=sheet.number, words=(*label.words, *following), trust=0.9)


_OF_WORKERS = frozenset({"workers", "compensation", "employers"})


def _ticked_excess(sheet: Sheet, section: Section, columns: Columns) -> Found | None:
    """EXCESS LIABILITY where its box is ticked and that of UMBRELLA LIAB is not."""
    area = Box(columns.type_left - 4 * columns.effective.height, section.top, columns.type_right, section.bottom)
    ticks = {
        label: _tick_before(sheet, found[0], area, columns.offset)
        for label in ("UMBRELLA LIAB", "EXCESS LIAB")
        if (found := anchors(sheet, label, within=area))
    }
    excess = ticks.get("EXCESS LIAB")
    if excess is None or ticks.get("UMBRELLA LIAB") is not None:
        return None
    words = anchors(sheet, "EXCESS LIAB", within=area)[0].phrase.words
    return Found(value="EXCESS LIABILITY", page=sheet.number, words=(excess, *words))


_TICKS = frozenset({"X", "×", "✓", "✔", "☒", "☑", "✗", "✘", "✕", "✖"})
_LIKE_TICKS = frozenset({"V", "J", "√", "Y"})
"""What recognition makes of ✓."""

_TICK_REACH = 5.0
"""Line heights between a box and the words that it stands before."""


def _tick_before(sheet: Sheet, label: Anchor, area: Box, offset: float) -> Word | None:
    height = label.phrase.height
    near = [
        word
        for word in sheet.inside(area)
        if word.text.strip(" |[]()").upper() in (_TICKS | _LIKE_TICKS if sheet.ocr else _TICKS)
        and abs(word.box.center_y - offset - label.box.center_y) < 0.8 * height
        and label.box.left - _TICK_REACH * height <= word.box.center_x <= label.box.left
    ]
    return near[-1] if near else None


def _printed_title(text: str) -> str:
    """The form's own title with OCR slips put right and LIAB written out."""
    full = re.sub(r"\bLIAB\b|\bLAB\b", "LIABILITY", text, flags=re.IGNORECASE)
    if fold(full) in ("commercial general", "automobile"):
        return f"{full} LIABILITY".upper()
    best = max(_TITLES, key=lambda title: likeness(fold(full), fold(title)))
    if likeness(fold(full), fold(best)) == 0:
        return full
    return full if fold(full) == fold(best) else best


def _dates(sheet: Sheet, section: Section, columns: Columns, order: DateOrder | None) -> tuple[list[Found], list[Found]]:
    width = columns.expiry.center_x - columns.effective.center_x
    area = section.filled(columns, columns.effective.center_x - 0.8 * width, columns.expiry.center_x + 0.8 * width)
    effective: list[Found] = []
    expiry: list[Found] = []
    for phrase in phrases_of(sheet.number, sheet.inside(area), sheet.page):
        found = dates_found(phrase, order)
        told = {id(word) for read in found for word in read.words}
        rest = [word for word in phrase.words if id(word) not in told]
        if sheet.ocr and found and rest:
            found += dates_found(Phrase.of(sheet.number, rest), order)  # one with a slip beside one without
        for read in found:
            middle = sum(w.box.center_x for w in read.words) / len(read.words)
            home = effective if abs(middle - columns.effective.center_x) <= abs(middle - columns.expiry.center_x) else expiry
            home.append(read)
    for row in rows_of(sheet.inside(area)) if sheet.ocr else ():
        told = {id(word) for read in (*effective, *expiry) for word in read.words if word in row}
        apart = len(told) < _PAIR or any(word.text in _FIRST_OF_MONTH for word in row)
        pair = _run_together(Phrase.of(sheet.number, row)) if apart else None
        if pair is not None:
            effective = [read for read in effective if read.words[0] not in row] + [pair[0]]
            expiry = [read for read in expiry if read.words[0] not in row] + [pair[1]]
    if sheet.ocr and len(effective) + len(expiry) == 1:
        swallowed = _month_lost(sheet, area, (effective or expiry)[0])
        return (effective, swallowed) if effective else (swallowed, expiry)
    return effective, expiry


_PAIR = 2
_FIRST_OF_MONTH = ("0", "1")
"""Digits that open a month, where a line between columns parts them from the rest."""


def _run_together(phrase: Phrase) -> tuple[Found, Found] | None:
    """The two dates of a term whose digits recognition set together or apart in the wrong places: 07/19/20190 7/19/2020.

    The second may have lost its last digit to the line beside it, where it is the same day of the next year: 4/24/20194/24/202.
    """
    match = _TWO_DATES.search("".join(word.text for word in phrase.words))
    if match is None:
        return None
    month, day, year, to_month, to_day, to_year = (int(part) for part in match.groups())
    cut = len(match[6]) < _DIGITS_OF_YEAR
    if cut and ((to_month, to_day) != (month, day) or (year + 1) // 10 != to_year):
        return None
    values = (year, month, day), (year + 1 if cut else to_year, to_month, to_day)
    try:
        first, second = (date(*value) for value in values)
    except ValueError:
        return None
    if not 0 < (second - first).days <= _LONGEST_TERM_YEARS * 366:
        return None
    doubts = ("repaired_date",)
    ends = list(accumulate(len(word.text) for word in phrase.words))
    spans = ((match.start(1), match.end(3)), (match.start(4), match.end(6)))
    of_first, of_second = (
        tuple(word for word, end in zip(phrase.words, ends, strict=True) if end > start and end - len(word.text) < stop)
        for start, stop in spans
    )
    return (
        Found(value=first.isoformat(), page=phrase.page, words=of_first, doubts=doubts, trust=0.7),
        Found(value=second.isoformat(), page=phrase.page, words=of_second, doubts=doubts, trust=0.5 if cut else 0.7),
    )


_TWO_DATES = re.compile(r"(?<!\d)(\d{1,2})[/\-](\d{1,2})[/\-]((?:19|20)\d\d)[|/]?(\d{1,2})[/\-](\d{1,2})[/\-](20\d{1,2})(?!\d)")
_DIGITS_OF_YEAR = 4


def _month_lost(sheet: Sheet, area: Box, known: Found) -> list[Found]:
    """The date whose month a ruling line swallowed: /15/2016 beside 4/15/2015 is the same day of another year."""
    day = date.fromisoformat(str(known.value))
    for word in sheet.inside(area):
        lost = _WITHOUT_MONTH.fullmatch(word.text)
        if lost is not None and int(lost["day"]) == day.day < _LEAP_DAY and 0 < abs(int(lost["year"]) - day.year) <= _LONGEST_TERM_YEARS:
            value = day.replace(year=int(lost["year"]))
            return [Found(value=value.isoformat(), page=sheet.number, words=(word,), doubts=("repaired_date",), trust=0.5)]
    return []


_WITHOUT_MONTH = re.compile(r"[/|]?/(?P<day>\d{1,2})/(?P<year>20\d\d)")
_LONGEST_TERM_YEARS = 3
_LEAP_DAY = 29


_BETWEEN_NUMBERS = frozenset({"/", "&", ";", "and", "AND"})


def _number_area(section: Section, columns: Columns) -> Box:
    width = columns.expiry.center_x - columns.effective.center_x
    right = columns.effective.center_x - 0.55 * width
    return section.filled(columns, min(columns.number_left, right), max(columns.number_left, right))


def _numbers(sheet: Sheet, section: Section, columns: Columns) -> list[Found]:
    words = sheet.inside(_number_area(section, columns))
    out = []
    for phrase in (part for found in _whole_numbers(sheet, words) for part in _each_number(found)):
        if fold(phrase.text) in ("n a", "x", "y", "n", "nia"):
            continue
        found = identifier_found(phrase)
        if found is not None and len(fold(str(found.value)).replace(" ", "")) >= 4:
            out.append(found)
    return out


_APART = 3.0
"""Heights of print between the parts of one number, which typists and recognition set apart: 34 SBM  CC3UBS."""


def _whole_numbers(sheet: Sheet, words: Sequence[Word]) -> list[Phrase]:
    """The phrases of a column of numbers, those close together in one row as one."""
    out: list[Phrase] = []
    for phrase in phrases_of(sheet.number, words, sheet.page):
        before = out[-1] if out and phrase.text.strip() not in _MARKS and out[-1].text.strip() not in _MARKS else None
        near = before is not None and 0 <= phrase.box.left - before.box.right < _APART * min(phrase.height, before.height)
        if before is not None and near and in_row(before.box, phrase.box):
            out[-1] = Phrase.of(sheet.number, [*before.words, *phrase.words])
        else:
            out.append(phrase)
    return out


_MARKS = frozenset({"X", "x", "Y", "N", "|", "N/A"})


def _each_number(phrase: Phrase) -> list[Phrase]:
    """The phrase, parted where a sign of its own stands between two numbers: WC 1182 / WC 1183."""
    parts = [list(words) for parting, words in groupby(phrase.words, key=lambda word: word.text in _BETWEEN_NUMBERS) if not parting]
    return [Phrase.of(phrase.page, words) for words in parts]


def _letters(sheet: Sheet, section: Section, columns: Columns) -> list[Found]:
    found = []
    for word in sheet.inside(section.filled(columns, 0, columns.type_left + 2)):
        text = word.text.strip(" |[](){}.,:;").upper()
        if sheet.ocr and text == "8" and word.box.right <= columns.type_left + 2:
            found.append(Found(value="B", page=sheet.number, words=(word,), doubts=("repaired_identifier",), trust=0.6))
        if re.fullmatch(r"[A-F](?:[,&/ ]+[A-F])*", text) and word.box.right <= columns.type_left + _OVER_EDGE * word.box.height:
            found.append(Found(value=text, page=sheet.number, words=(word,)))
    return found


_OVER_EDGE = 0.4
"""Heights of a letter that its box may reach into the column beside its own, which is narrow."""


def _mark(sheet: Sheet, section: Section, columns: Columns, column: Box) -> Found | None:
    """Whether the section's box under this heading is marked: X or Y is yes, N is no, nothing is unknown."""
    words = sheet.inside(section.filled(columns, max(0.0, column.left - 0.15 * column.width), column.right + 0.15 * column.width))
    for index, word in enumerate(words):
        text = word.text.strip(" |[]().").upper()
        if index + 1 < len(words) and words[index + 1].text.startswith("/"):
            continue
        if text in _TICKS or text in {"Y", "YES"}:
            return Found(value=True, page=sheet.number, words=(word,))
        if text in {"N", "NO"}:
            return Found(value=False, page=sheet.number, words=(word,))
    return None
