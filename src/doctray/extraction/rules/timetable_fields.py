"""Writes a table as the fields of docs/schemas/timetable, with provenance, warnings and confidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from doctray.domain.extraction import Extraction, Fields, Provenance, Warning
from doctray.extraction.grounding import provenance_of
from doctray.extraction.rules.timetable_blocks import Block, Edge
from doctray.extraction.rules.timetable_checks import check_times
from doctray.extraction.rules.timetable_reading import Found
from doctray.extraction.rules.timetable_titles import Titles
from doctray.extraction.times import clock

_TITLES = ("teacher_name", "class_name", "school_name", "term", "year")

_DOUBTFUL = 0.8
"""A value less sure than this is for a person to look at."""

_UNRULED = 0.9
"""Certainty of what alignment alone puts in its place."""

_INFERRED = 0.6
"""What a time that only its neighbours tell adds to the confidence of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One timetable as found. page: that of its titles; blocks know their own. ruled: its cells are drawn.

    unread: cells with marks that are no text.
    """

    page: int
    titles: Titles
    blocks: tuple[Block, ...]
    ruled: bool
    unread: int = 0


def written(table: Table) -> Extraction:
    """The table's fields; each value that was read has provenance, each inferred time a warning."""
    sheet = _Sheet()
    for key in _TITLES:
        found: Found | None = getattr(table.titles, key)
        value = int(found.value) if found and key == "year" else None
        sheet.put(sheet.fields, key, found, page=table.page, pointer=f"/{key}", value=value)
    for index, block in enumerate(table.blocks):
        sheet.fields["timeblocks"].append(_block_fields(sheet, block, f"/timeblocks/{index}", certainty=1.0 if table.ruled else _UNRULED))
    if table.unread:
        sheet.warnings.append(Warning(code="unread_cells", message=f"{table.unread} cells hold print that could not be read."))
    sheet.warnings.extend(check_times(sheet.fields["timeblocks"]))
    doubtful = sum(place.confidence < _DOUBTFUL for place in sheet.provenance.values())
    if doubtful:
        sheet.warnings.append(Warning(code="low_confidence", message=f"{doubtful} values are read with confidence below {_DOUBTFUL}."))
    return Extraction(
        document_type="timetable",
        fields=sheet.fields,
        provenance=sheet.provenance,
        confidence=round(sum(sheet.confidences) / max(1, len(sheet.confidences)), 4),
        needs_review=bool(sheet.warnings),
        warnings=tuple(sheet.warnings),
    )


def nothing_found() -> Extraction:
    """What a document without any timetable gives."""
    warning = Warning(code="no_fields", message="No timetable was found: nothing names days beside times or lessons.")
    return Extraction(document_type="timetable", fields=_empty(), warnings=(warning,), needs_review=True)


def _empty() -> Fields:
    return {**dict.fromkeys(_TITLES), "timeblocks": []}


@dataclass(slots=True)
class _Sheet:
    """The fields as they are filled in, with what is known of each."""

    fields: Fields = field(default_factory=_empty)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    confidences: list[float] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)

    def put(self, target: dict[str, Any], key: str, found: Found | None, *, page: int, pointer: str, value: int | None = None) -> None:
        if found is None:
            target[key] = None
            return
        target[key] = found.value if value is None else value
        self.confidences.append(found.confidence)
        if found.words:
            self.provenance[pointer] = replace(provenance_of(page, found.words), confidence=round(found.confidence, 4))
        else:
            self.warnings.append(Warning(code="ungrounded", message="The value stands nowhere on the page.", pointer=pointer))


def _block_fields(sheet: _Sheet, block: Block, pointer: str, *, certainty: float) -> Mapping[str, Any]:
    fields: dict[str, Any] = {}
    sheet.put(fields, "day", _lowered(block.day, certainty), page=block.page, pointer=f"{pointer}/day")
    for key, edge in (("start", block.start), ("end", block.end)):
        _put_edge(sheet, fields, key, edge, page=block.page, pointer=f"{pointer}/{key}", certainty=certainty)
    for key in ("subject", "room", "teacher", "notes", "week"):
        sheet.put(fields, key, _lowered(getattr(block, key), certainty), page=block.page, pointer=f"{pointer}/{key}")
    return fields


def _lowered(found: Found | None, certainty: float) -> Found | None:
    return replace(found, certainty=found.certainty * certainty) if found else None


def _put_edge(sheet: _Sheet, fields: dict[str, Any], key: str, edge: Edge, *, page: int, pointer: str, certainty: float) -> None:
    if edge.minutes is None:
        fields[key] = None
        return
    fields[key] = clock(edge.minutes)
    if edge.inferred:
        sheet.warnings.append(Warning(code="inferred_time", message="The time is not printed; neighbouring times fix it.", pointer=pointer))
        sheet.confidences.append(_INFERRED)
        return
    sheet.put(fields, key, Found(value=fields[key], words=edge.words, certainty=certainty), page=page, pointer=pointer)
