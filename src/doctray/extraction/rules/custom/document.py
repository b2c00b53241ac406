"""A caller's own fields: each property of a JSON Schema is looked for by its title, name or description as a printed label."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from doctray.domain.document import Document, Word
from doctray.domain.extraction import Extraction, Warning, leaves
from doctray.extraction.custom_answer import allows, is_list, items_of, misfits, properties, shaped
from doctray.extraction.grounding import Found, settle
from doctray.extraction.inlining import NotInlinable, inlined
from doctray.extraction.json_pointer import escaped
from doctray.extraction.parse import DateOrder, fold, order_of
from doctray.extraction.rules.custom.blocks import heading_names, lines_under, part_of_block
from doctray.extraction.rules.custom.headings import of_issuer, unlabelled
from doctray.extraction.rules.custom.labels import DEEPEST, labels_of, names_of, own_names
from doctray.extraction.rules.custom.marks import boxes_of, chosen, has_boxes, marked, marked_choice
from doctray.extraction.rules.custom.places import places
from doctray.extraction.rules.custom.tables import Row, table_rows
from doctray.extraction.rules.custom.totals import asks_for_total, total_to_pay
from doctray.extraction.rules.custom.values import choices_of, format_of, is_plausible, read_typed
from doctray.extraction.rules.labels import Labelled, Spot, Vocabulary, filled, values_of
from doctray.extraction.rules.reading import Phrase, Sheet, sheets_of
from doctray.extraction.validate import needs_review, sureness

Schema = Mapping[str, Any]

OWN_TRUST = 0.95
"""Of a value beside a label that the schema itself names. A judgement: schemas are the callers', so there is nothing to measure it on."""

OTHER_TRUST = 0.85
"""Of a value beside another word for the same, or beside a label that may be part of a sentence."""


def extract(document: Document, schema: Schema) -> Extraction:
    """Fields as the schema names them. What was not found is null where the schema allows it, an empty list where it requires one,
    else left out; `schema_violation` warnings name every place at which the schema is not satisfied by that.

    Objects are filled property by property; lists of objects by the rows of a table or by blocks that repeat the labels; lists of
    values by what one label names.
    """
    try:
        plain = inlined(schema)
    except NotInlinable:
        return _unusable()
    sheets = [sheet for sheet in sheets_of(document) if sheet.words]
    order = order_of(sheet.text for sheet in sheets)
    settled = settle(_Filler(sheets, plain, order).object(plain, "", 0))
    fields = shaped(settled.fields, schema)
    warnings = [*settled.warnings, *misfits(fields, schema)]
    if not leaves(fields):
        warnings.append(Warning(code="no_fields", message="None of the schema's fields was found beside a label of its name."))
    confidence = sureness(fields, settled.provenance, warnings)
    return Extraction(
        document_type="custom",
        fields=fields,
        provenance=settled.provenance,
        confidence=confidence,
        needs_review=needs_review(confidence, warnings),
        warnings=tuple(warnings),
    )


def _unusable() -> Extraction:
    warnings = (
        Warning(code="schema_unusable", message="The schema's references cannot be followed."),
        Warning(code="no_fields", message="Nothing was looked for."),
    )
    return Extraction(document_type="custom", fields={}, needs_review=True, warnings=warnings)


class _Filler:
    """Fills a schema without references from the sheets of one document."""

    def __init__(self, sheets: Sequence[Sheet], schema: Schema, order: DateOrder | None) -> None:
        self._sheets = sheets
        self._order = order
        self._ocr = {sheet.number: sheet.ocr for sheet in sheets}
        self._vocabulary: Vocabulary = labels_of(schema)
        self._labelled = Labelled.of(sheets, self._vocabulary)
        self._boxes = boxes_of(sheets)
        self._dates = sum(format_of(child) in ("date", "date-time") for child in properties(schema).values())

    def object(self, schema: Schema, pointer: str, depth: int, block: Sequence[Phrase] = (), party: Sequence[str] = ()) -> dict[str, Any]:
        """block: the lines under the heading that names the object, if there is one. party: what an object of the top is called."""
        found = {
            name: self._value(name, child, f"{pointer}/{escaped(name)}", depth + 1, block, party)
            for name, child in properties(schema).items()
        }
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, name: str, schema: Schema, pointer: str, depth: int, block: Sequence[Phrase], party: Sequence[str]) -> Any:
        if depth > DEEPEST:
            return None
        own = own_names(name, schema)
        if properties(schema):
            return self.object(schema, pointer, depth, lines_under(self._sheets, heading_names(own)), own if depth == 1 else ()) or None
        if is_list(schema):
            items = items_of(schema)
            return (self._objects(items) if properties(items) else self._values(items, pointer)) or None
        if "const" in schema:
            return schema["const"]
        found = part_of_block(block, own) or self._leaf(name, schema, pointer)
        if found is not None or choices_of(schema):
            return found
        if depth == 1:
            return unlabelled(self._sheets, own, schema, self._order, dates=self._dates)
        # Inside an object the label of the object is missing too: what stands alone on a page may be another's.
        return of_issuer(self._sheets, [f"{whose} {what}" for whose in party for what in own])

    # one value

    def _leaf(self, name: str, schema: Schema, pointer: str) -> Found | None:
        own = own_names(name, schema)
        if allows(schema, "boolean") and (tick := marked(self._boxes, self._vocabulary.get(pointer, ()))) is not None:
            return tick
        if asks_for_total(own) and allows(schema, "number") and (total := total_to_pay(self._sheets, schema)) is not None:
            return replace(total, trust=min(total.trust, OTHER_TRUST))
        for spot, phrase in sorted(self._candidates(pointer), key=lambda item: _is_rate(item[1]) and not _RATE & set(own)):
            found = self._read(phrase, schema)
            if (
                found is not None
                and is_plausible(found.value, own)
                and (spot.stands_out or not isinstance(found.value, str) or choices_of(schema) or "format" in schema)
            ):
                return found if spot.rank < len(own) and spot.stands_out else replace(found, trust=min(found.trust, OTHER_TRUST))
        return self._printed_choice(schema)

    def _read(self, phrase: Phrase, schema: Schema) -> Found | None:
        found = read_typed(phrase, schema, self._order, ocr=self._ocr[phrase.page])
        return None if found is None else replace(found, trust=min(found.trust, OWN_TRUST))

    def _candidates(self, pointer: str) -> Iterator[tuple[Spot, Phrase]]:
        """Phrases beside the property's labels: its own names first, labels that stand out first, then in reading order."""
        mine = [(sheet, spot) for sheet, spot in self._labelled.spots if spot.key == pointer]
        for sheet, spot in sorted(mine, key=lambda item: (not item[1].stands_out, item[1].rank, item[0].number, item[1].label.box.top)):
            for phrase in places(sheet, spot, self._labelled.is_label):
                yield spot, phrase

    def _printed_choice(self, schema: Schema) -> Found | None:
        """Of an enum whose label is not printed, the choice whose box is marked, or the only one that is printed itself."""
        choices = [choice for choice in choices_of(schema) if isinstance(choice, str)]
        crossed, boxed = marked_choice(self._boxes, choices)
        if boxed:
            return crossed
        hits = [
            (choice, phrase.page, words)
            for choice in choices
            for sheet in self._sheets
            for phrase in sheet.phrases
            if (words := _printed(choice, phrase))
        ]
        if len({choice for choice, _, _ in hits}) != 1:
            return None
        choice, page, words = hits[0]
        return Found(value=choice, page=page, words=words, trust=0.6)

    # lists

    def _values(self, items: Schema, pointer: str) -> list[Found]:
        """What one label names, parted by commas, line by line, or marked among several boxes."""
        for spot, phrase in self._candidates(pointer):
            sheet = next(sheet for sheet in self._sheets if sheet.number == phrase.page)
            row = [*([spot.rest] if spot.rest is not None else []), *sheet.right_of(spot.phrase)]
            pieces = chosen(row) if has_boxes(row) else [piece for line in self._column(sheet, phrase) for piece in _split(line)]
            found = [value for piece in pieces if (value := self._read(_unbulleted(piece), items)) is not None]
            if found:
                return found
        return []

    def _column(self, sheet: Sheet, first: Phrase) -> list[Phrase]:
        """The phrase and those that stand beneath it at its left edge, line by line, up to the next label or a gap."""
        out = [first]
        while True:
            beneath = [p for p in sheet.below(out[-1], lines=1.2) if abs(p.box.left - first.box.left) < first.height]
            if not beneath or self._labelled.is_label(beneath[0]) or not filled(beneath[0].text) or sheet.left_of(beneath[0]):
                return out
            out.append(beneath[0])

    def _objects(self, items: Schema) -> list[Any]:
        """The rows of tables whose headings name the properties; else one object for each time that the labels come again."""
        children = {
            name: child
            for name, child in properties(items).items()
            if not properties(child) and not is_list(child) and "const" not in child
        }
        labels = {name: names_of(name, child) for name, child in children.items()}
        tabled = table_rows(self._sheets, labels, lambda name, phrase: self._read(phrase, children[name])) if children else None
        inner = _Filler(self._sheets, items, self._order)
        rows = tabled or inner._blocks(children)
        fixed = {name: child["const"] for name, child in properties(items).items() if "const" in child}
        if rows or tabled is not None:
            return [{**row, **fixed} for row in rows]
        one = inner.object(items, "", 2)
        return [one] if any(isinstance(value, Found) for value in one.values()) else []

    def _blocks(self, children: Mapping[str, Schema]) -> list[Row]:
        """Objects whose labels are printed again for each: a label that has its value already begins the next object."""
        keys = {f"/{escaped(name)}": name for name in children}
        mine = [(sheet, spot) for sheet, spot in self._labelled.spots if spot.key in keys]
        rows: list[Row] = []
        used: set[int] = set()
        for sheet, spot in sorted(mine, key=lambda item: (item[0].number, item[1].label.box.top, item[1].label.box.left)):
            name = keys[spot.key]
            for phrase in values_of(sheet, spot, filled, is_label=self._labelled.is_label):
                found = self._read(phrase, children[name]) if id(phrase) not in used else None
                if found is None or (isinstance(found.value, str) and not spot.stands_out and "format" not in children[name]):
                    continue
                used.add(id(phrase))
                if not rows or name in rows[-1]:
                    rows.append({})
                rows[-1][name] = found
                break
        return rows if len(rows) > 1 else []


_RATE = frozenset({"rate", "percent", "percentage", "vat rate", "tax rate", "gst rate", "interest rate", "discount rate", "discount"})


def _is_rate(phrase: Phrase) -> bool:
    """Whether a phrase is a percentage, which often stands between a label and its sum: VAT 20% 74.00."""
    return re.fullmatch(r"\W*\d{1,3}(?:[.,]\d+)?\s?%\W*", phrase.text) is not None


def _printed(choice: str, phrase: Phrase) -> tuple[Word, ...]:
    """The words that print a choice: the whole phrase, or a short one, such as EUR, letter for letter as a word of its own."""
    if len(choice) > 3:
        return phrase.words if phrase.folded == fold(choice) else ()
    return tuple(word for word in phrase.words if word.text.strip(".,;:()") == choice and len(choice) > 1)[:1]


_BULLET = re.compile(r"[•·▪◦*\-–—]|\(?[0-9a-z]{1,2}[.)]", re.IGNORECASE)


def _unbulleted(phrase: Phrase) -> Phrase:
    """The phrase without the bullet or number that an item of a list begins with."""
    rest = phrase.part(1) if _BULLET.fullmatch(phrase.words[0].text) else None
    return rest or phrase


def _split(phrase: Phrase) -> list[Phrase]:
    out: list[list[Any]] = [[]]
    for word in phrase.words:
        if fold(word.text) in ("and", "") and out[-1] and not _BULLET.fullmatch(word.text):
            out.append([])
            continue
        out[-1].append(word)
        if word.text.endswith((",", ";")):
            out.append([])
    return [Phrase.of(phrase.page, words) for words in out if words]
