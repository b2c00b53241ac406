"""What a caller may choose: form fields and JSON members into one checked value. Pure; every fault is named at once."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from doctray.api.dialects import PLAIN, Dialect
from doctray.domain.engine_model import ENGINE_MODEL_NAME
from doctray.domain.errors import InvalidOption, MalformedRequest
from doctray.domain.identity import canonical_json
from doctray.domain.job import HIGHEST_PRIORITY, DocumentType, JobOptions

ENGINES = ("easyocr", "easyocr_stock", "rapidocr", "null", "google_documentai")
ALWAYS_THERE = frozenset(ENGINES) - {"google_documentai"}
"""Engines that every worker has; whether the others are there, operators' models among them, is the workers' to say."""

ENGINE_PATTERN = f"{'|'.join(ENGINES)}|{ENGINE_MODEL_NAME.pattern}"
EXTRACTORS = ("rules", "gemini", "openai_compatible")
"""All there are; which of them are configured is the settings' to say."""

_LANGUAGES = """
abq ady af ang ar as ava az be bg bgc bh bho bn bs ch_sim ch_tra che cs cy da dar de en es et fa fr ga gom hi hr hu id inh is it ja
kbd kn ko ku la lbe lez lt lv mah mai mi mn mni mr ms mt ne new nl no oc pi pl pt ro rs_cyrillic rs_latin ru sa sck sk sl sq sv sw
ta tab te th tjk tl tr ug uk ur uz vi
"""
LANGUAGES = frozenset(_LANGUAGES.split())
"""EasyOCR's codes (easyocr/config.py); whether the weights of one are there is the worker's to say."""

MAX_LANGUAGES = 8
MAX_METADATA_BYTES = 4096
MAX_SCHEMA_BYTES = 64 * 1024
MAX_DEPTH = 32
MAX_URL = 2048
MAX_FILE_NAME = 255
MAX_DEADLINE_S = timedelta(days=7).total_seconds()

_SPAN = " *[0-9]{1,6} *(- *[0-9]{1,6} *)?"
PAGES_PATTERN = f"{_SPAN}(,{_SPAN}){{0,99}}"
"""Of `pages`, in the words that JSON Schema and re share: up to a hundred spans of page numbers, spaces as people put them."""

_PAGES = re.compile(PAGES_PATTERN)
WORDS_OF_TRUE = ("1", "true", "on", "yes")
WORDS_OF_FALSE = ("", "0", "false", "off", "no")
"""Of a flag in a form, in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a caller asked for beside the document. file_name: None unless given as an option. schema: as parsed, unchecked."""

    options: JobOptions = field(default_factory=JobOptions)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    webhook_url: str | None = None
    file_name: str | None = None
    schema: Mapping[str, Any] | None = None


def wanted_from_form(fields: Iterable[tuple[str, str]], *, preset: DocumentType | None = None, dialect: Dialect = PLAIN) -> Wanted:
    """Form fields as browsers, curl and PHP send them: text, an empty value means "not given", `languages[]` may repeat.

    Raises InvalidOption naming every fault.
    """
    raw: dict[str, Any] = {}
    faults: list[dict[str, str]] = []
    for name, text in fields:
        plain = name.removesuffix("[]")
        if plain == "languages":
            raw.setdefault(plain, []).extend(part.strip() for part in text.split(",") if part.strip())
            continue
        if plain in raw:
            faults.append({"name": plain, "detail": "is given twice"})
            continue
        try:
            value = _FROM_TEXT.get(plain, str)(text) if text.strip() or plain == "no_cache" else None
        except ValueError as error:
            faults.append({"name": plain, "detail": str(error)})
            continue
        raw[plain] = value
    return _wanted(dialect.options(raw), preset=preset, faults=faults)


def wanted_from_json(members: Mapping[str, Any], *, preset: DocumentType | None = None) -> Wanted:
    """Members of a JSON object; null means "not given". Raises InvalidOption naming every fault."""
    return _wanted(dict(members), preset=preset, faults=[])


def parse_json(text: str | bytes | bytearray) -> Any:
    """JSON without NaN, Infinity, and names given twice, of which two readers may see different ones. Raises MalformedRequest."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_members)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("The body is not valid JSON, or gives a name twice in one object.") from error


def storable(value: Any, *, limit_bytes: int) -> str | None:
    """What keeps parsed JSON from being stored and shown as it is (nesting, NUL, half a surrogate pair, size); None: nothing."""
    if _deeper_than(value, MAX_DEPTH):
        return f"is nested deeper than {MAX_DEPTH}"
    text = canonical_json(value)
    if not _encodable(text) or "\\u0000" in text:
        return "holds text that cannot be stored (NUL or half a surrogate pair)"
    return f"is larger than {limit_bytes // 1024} KiB" if len(text.encode()) > limit_bytes else None


def clean_file_name(name: str) -> str:
    """The base name, in NFC, without control characters, at most 255 characters with its ending kept; "" when nothing is left."""
    base = re.split(r"[/\\]", name)[-1]
    kept = "".join(sign for sign in unicodedata.normalize("NFC", base) if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    kept = kept.strip().strip(".") if set(kept.strip()) <= {"."} else kept.strip()
    if len(kept) <= MAX_FILE_NAME:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 16:
        return kept[:MAX_FILE_NAME]
    return stem[: MAX_FILE_NAME - len(ending) - 1] + dot + ending


def _wanted(raw: dict[str, Any], *, preset: DocumentType | None, faults: list[dict[str, str]]) -> Wanted:
    checked: dict[str, Any] = {}
    for name, value in raw.items():
        check = _CHECKS.get(name)
        if check is None:
            faults.append({"name": _safe_name(name), "detail": "is not an option"})
        elif value is not None:
            try:
                checked[name] = check(value)
            except ValueError as error:
                faults.append({"name": name, "detail": str(error)})
    asked = checked.get("document_type")
    if preset is not None and asked not in (None, preset):
        faults.append({"name": "document_type", "detail": f"is {preset.value} on this route"})
    document_type = preset or asked or DocumentType.AUTO
    if not faults:
        if document_type is DocumentType.CUSTOM and "schema" not in checked:
            faults.append({"name": "schema", "detail": "is needed for document_type custom"})
        if document_type is not DocumentType.CUSTOM and "schema" in checked:
            faults.append({"name": "schema", "detail": "goes with document_type custom"})
    if faults:
        raise InvalidOption("; ".join(f"{fault['name']} {fault['detail']}" for fault in faults[:8]) + ".", errors=faults)
    schema = checked.get("schema")
    return Wanted(
        options=JobOptions(
            document_type=document_type,
            schema=None if schema is None else canonical_json(schema),
            priority=checked.get("priority", 0),
            engine=checked.get("engine"),
            extractor=checked.get("extractor"),
            languages=checked.get("languages") or JobOptions().languages,
            pages=checked.get("pages"),
            no_cache=checked.get("no_cache", False),
            deadline_seconds=checked.get("deadline_seconds"),
        ),
        metadata=checked.get("metadata", {}),
        webhook_url=checked.get("webhook_url"),
        file_name=checked.get("file_name"),
        schema=schema,
    )


def _safe_name(name: str) -> str:
    return clean_file_name(name)[:64] or "?"


def _no_constant(_word: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is given twice")
    return members


# --- form text to the JSON value that it stands for ---


def _whole_from_text(text: str) -> int:
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,9}\s*", text):
        raise ValueError("must be a whole number")
    return int(text)


def _number_from_text(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("must be a number") from None


def _flag_from_text(text: str) -> bool:
    word = text.strip().lower()
    if word not in WORDS_OF_TRUE + WORDS_OF_FALSE:
        raise ValueError("must be 1, 0, true or false")
    return word in WORDS_OF_TRUE


def _json_from_text(text: str) -> Any:
    try:
        return parse_json(text)
    except MalformedRequest:
        raise ValueError("must be JSON text") from None


_FROM_TEXT: Mapping[str, Callable[[str], Any]] = {
    "priority": _whole_from_text,
    "deadline_seconds": _number_from_text,
    "no_cache": _flag_from_text,
    "schema": _json_from_text,
    "metadata": _json_from_text,
}


# --- checks: a JSON value in, the option's value out, ValueError saying what it must be ---


def _document_type(value: Any) -> DocumentType:
    askable = [kind.value for kind in DocumentType if kind is not DocumentType.OTHER]
    if value not in askable:
        raise ValueError(f"must be one of {', '.join(askable)}")
    return DocumentType(value)


def _priority(value: Any) -> int:
    # 3.0 is a whole number to JSON, and what some languages write for 3.
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    if not whole or not 0 <= value <= HIGHEST_PRIORITY:
        raise ValueError(f"must be a whole number from 0 to {HIGHEST_PRIORITY}")
    return int(value)


def _one_of(names: Collection[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return value

    return check


def _engine(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(ENGINE_PATTERN, value):
        raise ValueError(f"must be one of {', '.join(ENGINES)}, or a model as name@version")
    return value


def _languages(value: Any) -> tuple[str, ...]:
    codes = value.split(",") if isinstance(value, str) else value
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes) or len(codes) > MAX_LANGUAGES:
        raise ValueError(f"must be a list of at most {MAX_LANGUAGES} language codes, such as en")
    tidy = tuple(dict.fromkeys(code.strip().lower() for code in codes if code.strip()))
    unknown = [code for code in tidy if code not in LANGUAGES]
    if unknown:
        raise ValueError("names a language that is not known; codes are EasyOCR's, such as en, de, ch_sim")
    return tidy


def _pages(value: Any) -> str:
    if not isinstance(value, str) or not _PAGES.fullmatch(value):
        raise ValueError('must look like "1-3,5"')
    tidy = value.replace(" ", "")
    for span in tidy.split(","):
        first, _, last = span.partition("-")
        if int(first) < 1 or int(last or first) < int(first):
            raise ValueError("must count from 1 and upwards")
    return tidy


def _url(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_URL or re.search(r"[\x00-\x20\x7f]", value) or not _encodable(value):
        raise ValueError(f"must be a URL of at most {MAX_URL} characters")
    return value


def _file_name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return clean_file_name(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _deadline(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 < value <= MAX_DEADLINE_S:
        raise ValueError(f"must be seconds above 0, at most {MAX_DEADLINE_S:.0f}")
    return float(value)


def _object(limit_bytes: int) -> Callable[[Any], dict[str, Any]]:
    def check(value: Any) -> dict[str, Any]:
        # PHP's json_encode writes an empty object as [].
        members = {} if value == [] else value
        if not isinstance(members, dict):
            raise ValueError("must be a JSON object")
        if fault := storable(members, limit_bytes=limit_bytes):
            raise ValueError(fault)
        return members

    return check


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "document_type": _document_type,
    "schema": _object(MAX_SCHEMA_BYTES),
    "priority": _priority,
    "engine": _engine,
    "extractor": _one_of(EXTRACTORS),
    "languages": _languages,
    "pages": _pages,
    "webhook_url": _url,
    "metadata": _object(MAX_METADATA_BYTES),
    "no_cache": _flag,
    "deadline_seconds": _deadline,
    "file_name": _file_name,
}

OPTION_NAMES = frozenset(_CHECKS)
