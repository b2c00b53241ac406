"""Weighs a model's fields against those of the rules: what both say is surer, what they say differently is shown.

The better supported value stands: one that is on the page before one that is not, then the one whose words were read more
surely, then the model's, which knows what words mean. Entries of lists are matched by what they say, not by their order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz import fuzz

from doctray.domain.extraction import Extraction, Fields, Provenance, Warning, leaves
from doctray.extraction.json_pointer import at_pointer, escaped
from doctray.extraction.parse import fold

ALONE_AT_MOST = 0.85
"""Confidence of a value that only a model gives: its words are on the page, but nobody has measured how often it takes the right ones."""

MOST = 0.99
"""Two that agree can still be wrong together."""

DOUBTED_TRUST = 0.7
"""What is left of the confidence of a value about which the two differ."""

ALIKE = 0.9
"""How alike two texts with the same digits are at least to be one text that was read twice."""

_ENTRY_ALIKE = 0.34
"""Share of equal values from which two entries of lists are about the same thing."""

_READING = frozenset({"several_documents", "uncertain_type", "unread_cells", "unreadable_page"})
"""Warnings of the rules about the whole document that hold whoever took the fields."""


@dataclass(slots=True)
class _Ballot:
    """What was decided so far; pointers are those of the outcome."""

    model: Extraction
    rules: Extraction
    provenance: dict[str, Provenance] = field(default_factory=dict)
    warnings: list[Warning] = field(default_factory=list)


def voted(model: Extraction, rules: Extraction, *, model_name: str) -> Extraction:
    """The model's extraction, weighed against that of the rules. Both: of the same document, grounded.

    Checks across fields are not made again here; confidence and needs_review are the caller's to set.
    """
    ballot = _Ballot(model, rules)
    ballot.warnings += [warning for warning in model.warnings if not warning.pointer]
    ballot.warnings += [warning for warning in rules.warnings if not warning.pointer and warning.code in _READING]
    fields = _object(ballot, model.fields, rules.fields, "", "", "")
    others = model.other_documents or rules.other_documents
    if len(model.other_documents) != len(rules.other_documents):
        message = "Model and rules count different numbers of documents in the file."
        ballot.warnings.append(Warning(code="disagreement", message=message))
    return replace(
        model,
        fields=fields,
        provenance=ballot.provenance,
        warnings=tuple(dict.fromkeys(ballot.warnings)),
        other_documents=others,
        extractors=(model_name, "rules"),
    )


def alike(one: Any, other: Any) -> bool:
    """Whether two values say the same: numbers by value, texts without case and signs and but for a misread letter."""
    if isinstance(one, str) and isinstance(other, str):
        a, b = fold(one).replace(" ", ""), fold(other).replace(" ", "")
        return a == b or (_digits(a) == _digits(b) and min(len(a), len(b)) > 3 and fuzz.ratio(a, b) / 100 >= ALIKE)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return float(one) == float(other)
    return bool(one == other)


def _value(ballot: _Ballot, one: Any, other: Any, at: str, ours: str, theirs: str) -> Any:
    """What stands at `at` in the outcome. ours, theirs: pointers of the same place in the model's and in the rules' fields."""
    if isinstance(one, dict) and isinstance(other, dict):
        return _object(ballot, one, other, at, ours, theirs)
    if isinstance(one, list) and isinstance(other, list):
        return _list(ballot, one, other, at, ours, theirs)
    if one is None or one == [] or one == {}:
        return _only_rules(ballot, other, at, theirs)
    if other is None or other == [] or other == {}:
        return _only_model(ballot, one, at, ours)
    return _leaf(ballot, one, other, at, ours, theirs)


def _object(ballot: _Ballot, one: Mapping[str, Any], other: Mapping[str, Any], at: str, ours: str, theirs: str) -> Fields:
    pairs = {key: _same_key(key, other) for key in one}
    taken = set(pairs.values())
    out: Fields = {}
    for key, twin in pairs.items():
        step = f"/{escaped(key)}"
        out[key] = _value(ballot, one[key], other.get(twin), at + step, ours + step, f"{theirs}/{escaped(twin)}")
    for key in (key for key in other if key not in taken):
        step = f"/{escaped(key)}"
        out[key] = _value(ballot, None, other[key], at + step, ours + step, theirs + step)
    return out


def _same_key(key: str, other: Mapping[str, Any]) -> str:
    """The other's name for the key: labels of limits differ in case and signs."""
    return key if key in other else next((name for name in other if fold(name) == fold(key)), key)


def _list(ballot: _Ballot, one: Sequence[Any], other: Sequence[Any], at: str, ours: str, theirs: str) -> list[Any]:
    twins = _twins(one, other)
    out: list[Any] = []
    for index, item in enumerate(one):
        twin = twins.get(index)
        place = f"{at}/{len(out)}"
        if twin is None:
            out.append(_only_model(ballot, item, place, f"{ours}/{index}"))
        else:
            out.append(_value(ballot, item, other[twin], place, f"{ours}/{index}", f"{theirs}/{twin}"))
    for index, item in enumerate(other):
        if index not in twins.values():
            out.append(_only_rules(ballot, item, f"{at}/{len(out)}", f"{theirs}/{index}"))
    return out


def _twins(one: Sequence[Any], other: Sequence[Any]) -> dict[int, int]:
    """Index in one list → index in the other of the entry about the same thing, the most alike first."""
    ours, theirs = [dict(leaves(item)) for item in one], [dict(leaves(item)) for item in other]
    scores = sorted(
        ((_likeness(a, b), -abs(i - j), i, j) for i, a in enumerate(ours) for j, b in enumerate(theirs)),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for score, _, i, j in scores:
        if score >= _ENTRY_ALIKE and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _likeness(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> float:
    """Share of the values that both have which are the same, in [0, 1]. Both: pointer → leaf; a bare value stands under ""."""
    both = [pointer for pointer in ours if pointer in theirs]
    return sum(alike(ours[pointer], theirs[pointer]) for pointer in both) / len(both) if both else 0.0


def _leaf(ballot: _Ballot, one: Any, other: Any, at: str, ours: str, theirs: str) -> Any:
    mine, other_place = ballot.model.provenance.get(ours), ballot.rules.provenance.get(theirs)
    if alike(one, other):
        place = mine or other_place
        if place is not None:
            sure = max(found.confidence for found in (mine, other_place) if found is not None)
            ballot.provenance[at] = replace(place, confidence=round(min(MOST, 1 - (1 - sure) / 2), 4))
        _carry(ballot, ballot.rules, theirs, at, but=("ungrounded",) if mine else ())
        # Of two readings of one text, the one that is printed so.
        return one if mine is not None or other_place is None else other
    from_model = _support(mine, one, ballot.model, ours) >= _support(other_place, other, ballot.rules, theirs)
    message = f"Model and rules differ; the value of the {'model' if from_model else 'rules'} stands."
    ballot.warnings.append(Warning(code="disagreement", message=message, pointer=at))
    if from_model:
        return _only_model(ballot, one, at, ours, trust=DOUBTED_TRUST)
    _place(ballot, ballot.rules, theirs, at, trust=DOUBTED_TRUST)
    return other


def _support(place: Provenance | None, value: Any, extraction: Extraction, pointer: str) -> float:
    """How well a value is founded: by its words, less where a warning doubts it. A flag has no words: the model sees no ticks."""
    if isinstance(value, bool):
        return 1.0 if extraction.provenance.get(pointer) else 0.0
    doubted = any(warning.pointer == pointer for warning in extraction.warnings)
    return (place.confidence if place else -1.0) - (0.3 if doubted else 0.0)


def _only_model(ballot: _Ballot, value: Any, at: str, ours: str, *, trust: float = 1.0) -> Any:
    for pointer, _ in leaves(value):
        _place(ballot, ballot.model, ours + pointer, at + pointer, trust=trust, most=ALONE_AT_MOST)
    return value


def _only_rules(ballot: _Ballot, value: Any, at: str, theirs: str) -> Any:
    """What the rules read and the model did not name: it is on the page, so it stands, and is shown."""
    found = leaves(value)
    for pointer, _ in found:
        _place(ballot, ballot.rules, theirs + pointer, at + pointer, trust=DOUBTED_TRUST)
    if any(theirs + pointer in ballot.rules.provenance for pointer, leaf in found if not isinstance(leaf, bool)):
        message = "Only the rules give this; the model does not name it."
        ballot.warnings.append(Warning(code="disagreement", message=message, pointer=at))
    return value


def _place(ballot: _Ballot, source: Extraction, pointer: str, at: str, *, trust: float, most: float = 1.0) -> None:
    """Carries a value's place and warnings over to where it stands now."""
    place = source.provenance.get(pointer)
    if place is not None:
        ballot.provenance[at] = replace(place, confidence=round(min(most, place.confidence) * trust, 4))
    _carry(ballot, source, pointer, at)


def _carry(ballot: _Ballot, source: Extraction, pointer: str, at: str, *, but: Sequence[str] = ()) -> None:
    """The warnings about how a value was read. Those of checks across fields are made anew, on the outcome."""
    if at_pointer(source.fields, pointer) is not None:
        ballot.warnings += [
            replace(warning, pointer=at)
            for warning in source.warnings
            if warning.pointer == pointer and warning.code in _OF_READING and warning.code not in but
        ]


_OF_READING = frozenset(
    {
        "ambiguous_date",
        "assumed",
        "currency_sign_read_as_digit",
        "disagreement",
        "inferred_time",
        "low_confidence",
        "repaired_amount",
        "repaired_date",
        "repaired_identifier",
        "ungrounded",
    }
)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
