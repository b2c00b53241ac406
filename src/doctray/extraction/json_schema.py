"""JSON Schema from strangers: refused where it could not be checked safely, and answers checked against it in bounded work.

Used at the front door and by the extractors. jsonschema and google-re2 are loaded on first use: 70 ms and 4 ms, 9 MB and 2 MB (measured).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any

from doctray.domain.errors import ExtractionRejected, InvalidSchema
from doctray.extraction.inlining import NotInlinable, inlined, named_by
from doctray.extraction.json_pointer import escaped

Schema = Mapping[str, Any]

MAX_STEPS = 200_000
"""Keywords evaluated for one answer: 500 rows with 10 fields take about 20,000. References that double at every level, or lead to
themselves, end here."""

STEPS_AT_THE_DOOR = 20_000
"""Keywords evaluated for an empty answer, when a schema comes in: 0.24 s of CPU for the worst (measured)."""

MAX_PATTERN = 1_000
_RE2_MEMORY = 1 << 20
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_VALUES = ("const", "enum", "default", "examples")
"""Keywords whose content is data: what looks like a keyword there is none."""

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(?:\.[^@\s.]{1,63}){1,8}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]{0,30}:\S{1,4000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Where an answer does not satisfy its schema. pointer: JSON Pointer into it. keyword: required, type, pattern, …

    expected: what the schema says there, shortened; it never holds a part of the answer.
    """

    pointer: str
    keyword: str
    expected: str


_steps_left: ContextVar[list[int]] = ContextVar("steps_left")
"""Keywords that may still be evaluated for the answer that is checked just now."""


class NotCheckable(Exception):
    """The schema cannot be evaluated in bounded work, or is not valid."""


def parsed_schema(text: str | None) -> Schema:
    """A custom job's schema, as it was kept. Raises ExtractionRejected where it is no JSON object."""
    try:
        parsed = json.loads(text or "")
    except ValueError as error:
        raise ExtractionRejected("The schema is not JSON.") from error
    if not isinstance(parsed, dict):
        raise ExtractionRejected("The schema is not a JSON object.")
    return parsed


def check_schema(schema: Schema) -> None:
    """Raises InvalidSchema unless this is a JSON Schema of an object that refers only within itself and can be checked safely.

    Loads jsonschema and may take tens of milliseconds: call it in a thread.
    """
    _check_parts(schema)
    if schema.get("type", "object") != "object":
        raise InvalidSchema('The schema must describe an object ("type": "object").')
    from jsonschema.exceptions import SchemaError

    drafts = _drafts()
    named = schema.get("$schema")
    if named is not None and str(named).rstrip("#") not in drafts:
        raise InvalidSchema("$schema names a draft that is not known; draft 7, 2019-09 and 2020-12 are.")
    try:
        _draft_of(schema).check_schema(schema)
    except SchemaError as error:
        place = "/".join(str(part) for part in error.absolute_path) or "the top"
        raise InvalidSchema(f"Not a valid JSON Schema at {place[:200]}.") from error
    except RecursionError as error:
        raise InvalidSchema("The schema is nested too deeply.") from error
    try:
        inlined(schema)
    except NotInlinable as error:
        raise InvalidSchema(str(error)) from error
    try:
        violations({}, schema, steps=STEPS_AT_THE_DOOR)
    except NotCheckable as error:
        raise InvalidSchema("The schema refers to itself without end, or takes too much work to check even an empty answer.") from error


def violations(value: Any, schema: Schema, *, most: int = 50, steps: int = MAX_STEPS) -> list[Violation]:
    """Where the value does not satisfy the schema, by place. Formats count: date, time, date-time, email, uri, uuid, ipv4, ipv6.

    Patterns are matched in linear time. steps: keywords that may be evaluated. Raises NotCheckable.
    """
    from jsonschema.exceptions import SchemaError, UnknownType
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    plain = {key: child for key, child in schema.items() if key != "$schema"}
    validator = _bounded(_draft_of(schema))(plain, registry=Registry(), format_checker=_formats())
    found: list[Violation] = []
    counting = _steps_left.set([steps])
    try:
        for error in validator.iter_errors(value):
            found.append(_violation(error))
            if len(found) >= most:
                break
    except (SchemaError, UnknownType, Unresolvable, RecursionError, TypeError, ValueError, AttributeError) as error:
        # jsonschema trusts schemas to be valid and raises what it stumbles on.
        raise NotCheckable(type(error).__name__) from error
    finally:
        _steps_left.reset(counting)
    return sorted(found, key=lambda violation: violation.pointer)


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text, in linear time. A pattern that cannot be compiled so is found nowhere."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text) is not None


def fits_format(name: str, text: str) -> bool:
    """Whether a text is of a format; of one that is not known, every text is."""
    checker = _FORMATS.get(name)
    return checker is None or checker(text)


def _check_parts(schema: Schema) -> None:
    waiting: list[tuple[Any, bool]] = [(schema, True)]
    while waiting:
        value, top = waiting.pop()
        if isinstance(value, list):
            waiting.extend((child, False) for child in value)
        if not isinstance(value, dict):
            continue
        for name in _REFERENCES:
            target = value.get(name)
            if isinstance(target, str) and not target.startswith("#"):
                raise InvalidSchema("The schema refers outside itself; only references that begin with # are allowed.")
            if name == "$ref" and isinstance(target, str) and named_by(schema, target) is None:
                raise InvalidSchema("The schema refers to a part of itself that does not exist.")
        if not top and isinstance(value.get("$schema"), str):
            raise InvalidSchema("$schema is allowed at the top alone.")
        if "unevaluatedProperties" in value and _has_key(schema, "patternProperties"):
            raise InvalidSchema(
                "unevaluatedProperties beside patternProperties cannot be checked in bounded time; use additionalProperties."
            )
        for pattern in _patterns_in(value):
            if len(pattern) > MAX_PATTERN or _compiled(pattern) is None:
                raise InvalidSchema(
                    f"A pattern is not valid, is longer than {MAX_PATTERN} characters, or uses what cannot be matched in linear time "
                    "(look-around, back-references); patterns are those of RE2."
                )
        waiting.extend((child, False) for key, child in value.items() if key not in _VALUES)


def _patterns_in(schema: Schema) -> list[str]:
    own = schema.get("pattern")
    keyed = schema.get("patternProperties")
    return [*([own] if isinstance(own, str) else []), *(keyed if isinstance(keyed, dict) else ())]


def _has_key(value: Any, key: str) -> bool:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if key in node:
                return True
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return False


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.max_mem = _RE2_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError):
        return None


def _drafts() -> dict[str, Any]:
    from jsonschema import Draft7Validator, Draft201909Validator, Draft202012Validator

    return {str(cls.META_SCHEMA["$id"]).rstrip("#"): cls for cls in (Draft7Validator, Draft201909Validator, Draft202012Validator)}


def _draft_of(schema: Schema) -> Any:
    drafts = _drafts()
    return drafts.get(str(schema.get("$schema")).rstrip("#")) or drafts["https://json-schema.org/draft/2020-12/schema"]


@cache
def _bounded(draft: Any) -> Any:
    """The draft's validator with patterns in linear time, which raises NotCheckable after so many keywords of one answer.

    Made once a draft: it takes 4 ms (measured).
    """
    from jsonschema import validators

    def counted(check: Callable[..., Iterator[Any] | None]) -> Callable[..., Iterator[Any] | None]:
        def run(validator: Any, keyword: Any, instance: Any, schema: Any) -> Iterator[Any] | None:
            left = _steps_left.get()
            left[0] -= 1
            if left[0] < 0:
                raise NotCheckable("too many steps")
            return check(validator, keyword, instance, schema)

        return run

    own = {"pattern": _pattern, "patternProperties": _pattern_properties, "additionalProperties": _additional_properties}
    checks = {name: counted(check) for name, check in {**draft.VALIDATORS, **own}.items()}
    return validators.extend(draft, checks)  # type: ignore[no-untyped-call]


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(instance, "string") and not matches(pattern, instance):
        yield ValidationError("does not match")


def _pattern_properties(validator: Any, patterns: Schema, instance: Any, _schema: Any) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        for pattern, child in patterns.items():
            for name, value in instance.items():
                if matches(pattern, name):
                    yield from validator.descend(value, child, path=name, schema_path=pattern)


def _additional_properties(validator: Any, allowed: Any, instance: Any, schema: Schema) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not validator.is_type(instance, "object"):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name in [name for name in instance if name not in known and not any(matches(pattern, name) for pattern in patterns)]:
        if validator.is_type(allowed, "object"):
            yield from validator.descend(instance[name], allowed, path=name)
        elif not allowed:
            yield ValidationError("is not allowed", path=[name])


def _violation(error: Any) -> Violation:
    path = [*error.absolute_path]
    if error.validator == "required":
        # The pointer names what is missing, not the object that misses it.
        missing = next((name for name in error.validator_value if name not in error.instance), None)
        match = re.match(r"'(.*)' is a required property", error.message)
        path.append(match[1] if match else missing)
    expected = re.sub(r"\s+", " ", str(error.validator_value))[:120] if error.validator != "required" else "a value"
    return Violation(pointer="".join(f"/{escaped(part)}" for part in path), keyword=str(error.validator), expected=expected)


@cache
def _formats() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=("ipv4", "ipv6", "uuid"))
    for name, fits in _FORMATS.items():
        checker.checks(name)(lambda value, fits=fits: not isinstance(value, str) or fits(value))
    return checker


def _is_date(text: str) -> bool:
    return len(text) == 10 and _parses(date.fromisoformat, text)


def _is_time(text: str) -> bool:
    return bool(re.match(r"\d\d:\d\d", text)) and _parses(time.fromisoformat, text)


def _is_date_time(text: str) -> bool:
    return bool(re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d", text)) and _parses(datetime.fromisoformat, text)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


_FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": _is_date,
    "time": _is_time,
    "date-time": _is_date_time,
    "email": lambda text: _EMAIL.fullmatch(text) is not None,
    "uri": lambda text: _URI.fullmatch(text) is not None,
}
