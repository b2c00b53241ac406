"""A caller's own fields: each property of a JSON Schema is looked for by its title, name or description as a printed label."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from doctray.domain.document import Document
from doctray.domain.extraction import Extraction, Warning, leaves
from doctray.extraction.grounding import Found, settle
from doctray.extraction.parse import DateOrder, fold, order_of, read_amount
from doctray.extraction.rules.finds import amount_found, date_found, text_found
from doctray.extraction.rules.labels import Accept, Labelled, Vocabulary
from doctray.extraction.rules.reading import Phrase, Sheet, sheets_of
from doctray.extraction.validate import needs_review, sureness

Schema = Mapping[str, Any]

_DEEPEST = 6
_TRUE, _FALSE = {"yes", "y", "true", "x", "ja", "oui", "si", "on"}, {"no", "n", "false", "nein", "non", "off"}


def extract(document: Document, schema: Schema) -> Extraction:
    """Fields as the schema names them. What was not found is null where the schema allows it, else left out.

    Objects are filled property by property; arrays hold what one label names, parted by commas, or one object. `$ref` is not
    followed. Where the answer does not fit the schema, a warning says at which field.
    """
    sheets = [sheet for sheet in sheets_of(document) if sheet.words]
    order = order_of(sheet.text for sheet in sheets)
    vocabulary = {pointer: labels for pointer, labels in _labels(schema).items() if labels}
    filler = _Filler(sheets, vocabulary, order)
    tree = filler.object(schema, "", 0)
    settled = settle(tree)
    warnings = [*settled.warnings, *_misfits(settled.fields, schema)]
    if not leaves(settled.fields):
        warnings.append(Warning(code="no_fields", message="None of the schema's fields was found beside a label of its name."))
    confidence = sureness(settled.fields, settled.provenance, warnings)
    return Extraction(
        document_type="custom",
        fields=settled.fields,
        provenance=settled.provenance,
        confidence=confidence,
        needs_review=needs_review(confidence, warnings),
        warnings=tuple(warnings),
    )


class _Filler:
    """Fills a schema from the sheets of one document."""

    def __init__(self, sheets: Sequence[Sheet], vocabulary: Vocabulary, order: DateOrder | None) -> None:
        self._sheets = sheets
        self._order = order
        self._labelled = Labelled.of(sheets, vocabulary)

    def object(self, schema: Schema, pointer: str, depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, child in _properties(schema).items():
            value = self._value(child, f"{pointer}/{_escaped(name)}", depth + 1)
            if value is None and not _allows(child, "null"):
                continue
            out[name] = value
        return out

    def _value(self, schema: Schema, pointer: str, depth: int) -> Any:
        if depth > _DEEPEST:
            return None
        if _properties(schema):
            return self.object(schema, pointer, depth)
        if _allows(schema, "array") and not _allows(schema, "string"):
            return self._array(schema, pointer, depth)
        return self._leaf(schema, pointer)

    def _array(self, schema: Schema, pointer: str, depth: int) -> list[Any]:
        items = schema.get("items")
        items = items if isinstance(items, Mapping) else {}
        if _properties(items):
            one = self.object(items, f"{pointer}/0", depth + 1)
            return [one] if any(isinstance(value, Found) for value in one.values()) else []
        phrase = next(self._phrases(pointer, lambda text: bool(fold(text))), None)
        if phrase is None:
            return []
        pieces = [Phrase.of(phrase.page, words) for words in _split(phrase)]
        return [value for piece in pieces if (value := _typed(piece, items, self._order, ocr=False)) is not None]

    def _leaf(self, schema: Schema, pointer: str) -> Found | None:
        if "const" in schema:
            return None
        ocr = {sheet.number: sheet.ocr for sheet in self._sheets}
        for phrase in self._phrases(pointer, lambda text: bool(fold(text))):
            value = _typed(phrase, schema, self._order, ocr=ocr[phrase.page])
            if value is not None:
                return value
        return self._printed_choice(schema)

    def _phrases(self, pointer: str, accept: Accept) -> Iterator[Phrase]:
        return (phrase for _, phrase in self._labelled.values(pointer, accept))

    def _printed_choice(self, schema: Schema) -> Found | None:
        """Of an enum whose label is not printed, the only choice that is printed itself."""
        choices = [choice for choice in schema.get("enum", ()) if isinstance(choice, str) and len(choice) > 3]
        hits = [
            (choice, phrase) for choice in choices for sheet in self._sheets for phrase in sheet.phrases if phrase.folded == fold(choice)
        ]
        if len({choice for choice, _ in hits}) != 1:
            return None
        choice, phrase = hits[0]
        return Found(value=choice, page=phrase.page, words=phrase.words, trust=0.6)


def _typed(phrase: Phrase, schema: Schema, order: DateOrder | None, *, ocr: bool) -> Found | None:
    """The phrase as the schema's type wants it, or None where it is nothing of that type."""
    if schema.get("enum"):
        return _chosen(phrase, schema["enum"])
    if schema.get("format") in ("date", "date-time"):
        return date_found(phrase, order)
    if _allows(schema, "number") or _allows(schema, "integer"):
        found = amount_found(phrase, ocr=ocr)
        if found is None or isinstance(found.value, str):
            found = _bare_number(phrase)
        if found is None or (not _allows(schema, "number") and found.value != int(found.value)):
            return None if not _allows(schema, "string") else text_found(phrase)
        return found
    if _allows(schema, "boolean"):
        word = fold(phrase.text).split(" ")[0]
        return Found(value=word in _TRUE, page=phrase.page, words=phrase.words) if word in _TRUE | _FALSE else None
    found = text_found(phrase)
    pattern = schema.get("pattern")
    if found is not None and isinstance(pattern, str) and len(pattern) <= 200 and not _plainly_fits(pattern, str(found.value)):
        return None
    return found


def _plainly_fits(pattern: str, text: str) -> bool:
    """Whether the text fits a pattern without nested repetition; others are left to the final check."""
    if re.search(r"[*+}]\)?[*+{]", pattern) or len(text) > 500:
        return True
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def _chosen(phrase: Phrase, choices: Sequence[Any]) -> Found | None:
    folded = phrase.folded
    for choice in choices:
        if fold(str(choice)) == folded or (len(str(choice)) > 2 and re.search(rf"\b{re.escape(fold(str(choice)))}\b", folded)):
            return Found(value=choice, page=phrase.page, words=phrase.words)
    return None


def _bare_number(phrase: Phrase) -> Found | None:
    for word in phrase.words:
        amount = read_amount(word.text.strip("%,;:()"))
        if amount is not None:
            return Found(value=amount.value, page=phrase.page, words=(word,))
    return None


def _split(phrase: Phrase) -> list[list[Any]]:
    out: list[list[Any]] = [[]]
    for word in phrase.words:
        if fold(word.text) in ("and", "") and out[-1]:
            out.append([])
            continue
        out[-1].append(word)
        if word.text.endswith((",", ";")):
            out.append([])
    return [words for words in out if words]


def _labels(schema: Schema, pointer: str = "", depth: int = 0) -> dict[str, list[str]]:
    """JSON Pointer of every leaf → what it may be called in print."""
    out: dict[str, list[str]] = {}
    for name, child in _properties(schema).items():
        at = f"{pointer}/{_escaped(name)}"
        items = child.get("items") if isinstance(child.get("items"), Mapping) else {}
        if depth < _DEEPEST and _properties(child):
            out |= _labels(child, at, depth + 1)
        elif depth < _DEEPEST and _properties(items or {}):
            out |= _labels(items or {}, f"{at}/0", depth + 1)
        else:
            out[at] = _names(name, child)
    return out


def _names(name: str, schema: Schema) -> list[str]:
    spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ")
    names = [str(schema["title"])] if isinstance(schema.get("title"), str) else []
    names.append(spoken)
    description = schema.get("description")
    if isinstance(description, str):
        names += re.findall(r"[\"'“”‘’]([^\"'“”‘’]{2,40})[\"'“”‘’]", description)
        head = re.split(r"[.,;(]", description)[0].strip()
        names += [head] if 0 < len(head.split()) <= 5 else []
    extra = []
    for one in names:
        folded = fold(one)
        extra += [re.sub(r"\bnumber\b", other, folded) for other in ("no", "#") if re.search(r"\bnumber\b", folded)]
    return list(dict.fromkeys(one for one in [*names, *extra] if fold(one)))


def _properties(schema: Schema) -> Mapping[str, Schema]:
    properties = schema.get("properties")
    return {name: child for name, child in properties.items() if isinstance(child, Mapping)} if isinstance(properties, Mapping) else {}


def _allows(schema: Schema, kind: str) -> bool:
    declared = schema.get("type")
    kinds = [declared] if isinstance(declared, str) else declared if isinstance(declared, list) else []
    nested = [_allows(option, kind) for key in ("anyOf", "oneOf") for option in schema.get(key, ()) if isinstance(option, Mapping)]
    return kind in kinds or any(nested)


def _misfits(fields: Mapping[str, Any], schema: Schema) -> list[Warning]:
    """A warning for each field at which the answer does not fit the schema; the value itself is never shown.

    The empty registry keeps jsonschema from fetching a `$ref` that leads outside.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        Draft202012Validator.check_schema(schema)
        errors = sorted(
            Draft202012Validator(schema, registry=Registry()).iter_errors(fields), key=lambda error: list(map(str, error.absolute_path))
        )
    except (SchemaError, Unresolvable, re.error, RecursionError):
        return [Warning(code="schema_unusable", message="The answer could not be checked against the schema.")]
    out = []
    for error in errors[:50]:
        pointer = "".join(f"/{_escaped(part)}" for part in error.absolute_path)
        message = (
            "A required field was not found."
            if error.validator == "required"
            else f"The value does not satisfy the schema's {error.validator}."
        )
        out.append(Warning(code="schema_mismatch", message=message, pointer=pointer))
    return out


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
