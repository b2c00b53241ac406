"""Which form of a result a request asks for, and under which name it is saved. Pure."""

import re
from pathlib import PurePosixPath
from urllib.parse import quote

from doctray.service.forms import FORMS, Form

_WIDE = {"*/*": "json", "application/*": "json", "text/*": "txt"}
_KINDS = {form.media_type: form.name for form in FORMS.values()}
_SHOWN = frozenset({"json", "md", "txt"})
"""Forms that a browser shows; the others are saved."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 80


def accepted_form(accept: str) -> str | None:
    """The form that an Accept header likes best (RFC 9110, 12.5.1); JSON for anything, None for nothing of ours.

    Of equal likings the more precise one counts, then the first.
    """
    best: tuple[float, bool, str] | None = None
    for choice in accept.split(",") if accept.strip() else ["*/*"]:
        kind, *parameters = (part.strip().lower() for part in choice.split(";"))
        form = _KINDS.get(kind) or _WIDE.get(kind)
        quality = next((_quality(parameter[2:]) for parameter in parameters if parameter.startswith("q=")), 1.0)
        if form is not None and quality > 0 and (best is None or (quality, kind in _KINDS) > best[:2]):
            best = (quality, kind in _KINDS, form)
    return best[2] if best else None


def disposition(form: Form, file_name: str, request_id: str) -> str:
    """Content-Disposition (RFC 6266): named as the document was, by a name that is safe everywhere; the true one beside it."""
    stem = PurePosixPath(file_name).stem if file_name else ""
    plain = _UNSAFE.sub("_", stem)[:_LONGEST_NAME].strip("._-") or request_id
    kind = "inline" if form.name in _SHOWN else "attachment"
    exact = f"; filename*=UTF-8''{quote(f'{stem}.{form.name}', safe='', errors='replace')}" if stem and stem != plain else ""
    return f'{kind}; filename="{plain}.{form.name}"{exact}'


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
