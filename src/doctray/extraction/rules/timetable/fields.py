"""Writes a table as the fields of `schemas/timetable.schema.json`, with provenance, warnings and confidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from doctray.domain.document import Word
from doctray.domain.extraction import Extraction, Fields, Provenance, Warning
from doctray.extraction.calibration_timetable import TIMETABLES
from doctray.extraction.confidence import Evidence, probability
from doctray.extraction.grounding import provenance_of
from doctray.extraction.parse import fold, unfilled
from doctray.extraction.rules.timetable.blocks import Block, Edge
from doctray.extraction.rules.timetable.checks import check_times
from doctray.extraction.rules.timetable.reading import Found
from doctray.extraction.rules.timetable.soundness import Print, Soundness, soundness
from doctray.extraction.rules.timetable.titles import Titles
from doctray.extraction.times import clock

_TITLES = ("teacher_name", "class_name", "school_name", "term", "year")

_DOUBTFUL = 0.6
"""A value less sure than this is for a person to look at, as the whole is (`validate.REVIEW_BELOW`)."""

_LOOSE = 0.8
"""Certainty of a time whose label stands beside the block's border, not on it."""

_GUESSED = 0.8
"""A day or lesson less certain than this was told by what stands around it: a day by its neighbours, a break by its row alone."""

_INFERRED = 0.6
"""What a time that only its neighbours tell adds to the confidence of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One timetable as found. page: that of its titles; blocks know their own. unread: cells with marks that are no text. printed: what
    stands among the lessons, and how much of it they have.

    family: ruled (its cells are drawn), aligned (told by how words line up) or list. doubtful: its structure was probably misread.
    """

    page: int
    titles: Titles
    blocks: tuple[Block, ...]
    family: str
    unread: int = 0
    printed: Print = field(default_factory=Print)
    doubtful: bool = False


def written(table: Table) -> Extraction:
    """The table's fields; each value that was read has provenance, each inferred time a warning.

    Every warning asks for review, but free hours of a table that is whole: in a week of lectures they are common.
    """
    sheet = _filled(table)
    known = sheet.judged()
    provenance = {pointer: replace(place, confidence=probability(known[pointer], TIMETABLES)) for pointer, place in sheet.places.items()}
    doubtful = sum(place.confidence < _DOUBTFUL for place in provenance.values())
    if doubtful:
        message = f"{doubtful} values are less than {_DOUBTFUL:.0%} sure."
        sheet.warnings.append(Warning(code="low_confidence", message=message))
    return Extraction(
        document_type="timetable",
        fields=sheet.fields,
        provenance=provenance,
        confidence=sheet.confidence(provenance),
        needs_review=any(warning.code != "gap_in_day" or not sheet.sound.whole for warning in sheet.warnings),
        warnings=tuple(sheet.warnings),
    )


def weighable(table: Table) -> tuple[Fields, dict[str, Evidence]]:
    """The table's fields, and what is known of each value that was read: what a calibration is fitted on."""
    sheet = _filled(table)
    return sheet.fields, sheet.judged()


def _filled(table: Table) -> "_Sheet":
    blocks = [block for block in table.blocks if _says_something(block.subject)]
    sound = soundness(blocks, printed=table.printed, unread=table.unread)
    sheet = _Sheet(family=table.family, doubtful=table.doubtful, sound=sound)
    for key in _TITLES:
        found: Found | None = getattr(table.titles, key)
        value = int(found.value) if found and key == "year" else None
        sheet.put(sheet.fields, key, found, page=table.page, pointer=f"/{key}", value=value)
    for index, block in enumerate(blocks):
        sheet.fields["timeblocks"].append(_block_fields(sheet, block, f"/timeblocks/{index}"))
    if table.blocks and not blocks:
        sheet.warnings.append(_NOTHING_FILLED_IN)
    if sheet.guessed:
        message = f"{sheet.guessed} days or lessons are told by what stands around them, not by print of their own."
        sheet.warnings.append(Warning(code="assumed", message=message))
    if table.unread:
        sheet.warnings.append(Warning(code="unread_cells", message=f"{table.unread} cells hold print that could not be read."))
    sheet.warnings.extend(sound.warnings() or ([_CANNOT_BE_RIGHT] if table.doubtful else []))
    sheet.warnings.extend(check_times(sheet.fields["timeblocks"]))
    return sheet


_CANNOT_BE_RIGHT = Warning(
    code="doubtful_structure",
    message="The table may be misread: many of its lessons cannot be right, or share a time. "
    "Compare it with the page before its values are used.",
)
_NOTHING_FILLED_IN = Warning(code="no_fields", message="The timetable is a form in which no lesson is filled in.")


def _says_something(subject: Found) -> bool:
    """Whether a block names a lesson, or one that is still to be announced, and not just where a lesson is to be written."""
    return unfilled(subject.value) is not None or fold(subject.value) in ("tba", "tbd", "tbc")


def nothing_found() -> Extraction:
    """What a document without any timetable gives."""
    warning = Warning(code="no_fields", message="No timetable was found: nothing names days beside times or lessons.")
    return Extraction(document_type="timetable", fields=_empty(), warnings=(warning,), needs_review=True)


def _empty() -> Fields:
    return {**dict.fromkeys(_TITLES), "timeblocks": []}


_OF_A_BLOCK = {"day": "day", "start": "time", "end": "time"}
"""What of a block is told by its place in the table, and is wrong together with its neighbours."""


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """The fields as they are filled in, with what is known of each."""

    family: str
    doubtful: bool
    sound: Soundness
    fields: Fields = field(default_factory=_empty)
    places: dict[str, Provenance] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    warnings: list[Warning] = field(default_factory=list)
    inferred: int = 0
    guessed: int = 0

    def put(
        self,
        target: dict[str, Any],
        key: str,
        found: Found | None,
        *,
        page: int,
        pointer: str,
        value: int | None = None,
        guessed: bool = False,
    ) -> None:
        if found is None or (isinstance(found.value, str) and unfilled(found.value) is None):
            target[key] = None
            return
        target[key] = found.value if value is None else value
        self.guessed += key in ("day", "subject") and found.certainty < _GUESSED
        if found.words:
            self.places[pointer] = provenance_of(page, found.words)
            name = _OF_A_BLOCK.get(key, key)
            self.evidence[pointer] = Evidence(
                field=name,
                family=self.family,
                ocr=_recognised(found.words),
                trust=found.certainty,
                doubted=self.doubtful or guessed,
                against=self.sound.against(name),
            )
        else:
            self.warnings.append(Warning(code="ungrounded", message="The value stands nowhere on the page.", pointer=pointer))

    def judged(self) -> dict[str, Evidence]:
        """What is known of each value; a check that found fault counts for all of its block."""
        faulty = {warning.pointer for warning in self.warnings if warning.code in ("impossible_time", "overlapping_times")}
        return {pointer: replace(known, failed=pointer.rpartition("/")[0] in faulty) for pointer, known in self.evidence.items()}

    def confidence(self, provenance: Mapping[str, Provenance]) -> float:
        """Of the whole, in [0, 1]: the mean over its values; inferred times count with what they are worth on the average."""
        total = sum(place.confidence for place in provenance.values()) + _INFERRED * self.inferred
        return round(total / max(1, len(provenance) + self.inferred), 4)


def _recognised(words: Sequence[Word]) -> float | None:
    """The least confidence of the words; None where they come from a text layer."""
    least = min(word.confidence for word in words)
    return None if least == 1.0 else least


def _block_fields(sheet: _Sheet, block: Block, pointer: str) -> Mapping[str, Any]:
    fields: dict[str, Any] = {}
    sheet.put(fields, "day", block.day, page=block.page, pointer=f"{pointer}/day")
    for key, edge in (("start", block.start), ("end", block.end)):
        _put_edge(sheet, fields, key, edge, page=block.page, pointer=f"{pointer}/{key}")
    for key in ("subject", "room", "teacher", "notes", "week"):
        guessed = key == "subject" and block.loose
        sheet.put(fields, key, getattr(block, key), page=block.page, pointer=f"{pointer}/{key}", guessed=guessed)
    return fields


def _put_edge(sheet: _Sheet, fields: dict[str, Any], key: str, edge: Edge, *, page: int, pointer: str) -> None:
    if edge.minutes is None:
        fields[key] = None
        return
    fields[key] = clock(edge.minutes)
    if edge.inferred:
        sheet.warnings.append(Warning(code="inferred_time", message="The time is not printed; neighbouring times fix it.", pointer=pointer))
        sheet.inferred += 1
        return
    certainty = _LOOSE if edge.loose else 1.0
    sheet.put(fields, key, Found(value=fields[key], words=edge.words, certainty=certainty), page=page, pointer=pointer)
